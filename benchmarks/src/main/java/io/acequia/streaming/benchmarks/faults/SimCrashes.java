/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import io.acequia.streaming.benchmarks.faults.SimProgram.Flavour;
import io.acequia.streaming.benchmarks.faults.SimWorld.Mistakes;
import java.util.List;

/**
 * F11, F29: a program lives several times in one world, each life but the last ended by a crash; the last takes in all that
 * is left, and then what the sink has is compared with the model.
 *
 * @param flavour of the operations
 * @param ends how lives may end
 * @param mistakes that must be noticed
 */
record SimCrashes(Flavour flavour, List<End> ends, Mistakes mistakes) {
    static final SimCrashes POWER = new SimCrashes(Flavour.ANY, List.of(End.POWER), Mistakes.NONE);
    static final SimCrashes ALL = new SimCrashes(Flavour.ANY, List.of(End.values()), Mistakes.NONE);
    static final SimCrashes WINDOWS = new SimCrashes(Flavour.WINDOWS, List.of(End.values()), Mistakes.NONE);
    private static final int MOST_LIVES = 4;
    private static final int MOST_BATCHES = 14;
    private static final int MOST_OPERATIONS = 160;

    /** How a life ends. */
    enum End {
        /** The power goes in an operation of the disk: what was not forced may be lost. */
        POWER,
        /** The process dies in an operation of the disk: what it wrote stays. */
        KILL,
        /** The context stops at once. */
        HARD_STOP,
        /** The context stops gracefully. */
        STOP;

        boolean isAtAnOperation() {
            return this == POWER || this == KILL;
        }
    }

    SimOutcome run(long seed) throws InterruptedException {
        int crashes = 0;
        try (SimPlay play = new SimPlay(seed, flavour, mistakes)) {
            try {
                for (int left = 1 + play.random.nextInt(MOST_LIVES); left > 0; left--) {
                    End end = ends.get(play.random.nextInt(ends.size()));
                    live(play, end);
                    crashes++;
                    play.comeBack(end == End.POWER);
                }
                play.finish();
            } catch (SimFailure e) {
                return play.judge(e).count("crashes", crashes);
            }
            return play.judge().count("crashes", crashes);
        }
    }

    /** A machine that still runs in the end is switched off then. */
    static void live(SimPlay play, End end) throws InterruptedException, SimFailure {
        if (end.isAtAnOperation()) {
            play.world.disk().powerOffAfter(1 + play.random.nextInt(MOST_OPERATIONS));
        }
        int batches = end.isAtAnOperation() ? MOST_BATCHES : 1 + play.random.nextInt(MOST_BATCHES);
        try (SimJob job = play.start()) {
            if (job == null) {
                return;
            }
            for (int i = 0; job.isAlive() && i < batches; i++) {
                play.step(job);
            }
            if (end == End.STOP && job.isAlive() && !job.endInPeace()) {
                throw new SimFailure("a graceful stop left something", null);
            }
            play.mustNotHaveFailed(job);
        }
    }

    /** A life in peace alone. */
    static SimOutcome peace(long seed) throws InterruptedException {
        return new SimCrashes(Flavour.ANY, List.of(), Mistakes.NONE).calm(seed);
    }

    private SimOutcome calm(long seed) throws InterruptedException {
        try (SimPlay play = new SimPlay(seed, flavour, mistakes)) {
            try {
                play.finish();
            } catch (SimFailure e) {
                return play.judge(e);
            }
            return play.judge();
        }
    }
}
