/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import io.acequia.streaming.benchmarks.faults.NumberedFeed.Manners;
import io.acequia.streaming.benchmarks.faults.PowerRig.Outcome;
import io.acequia.streaming.benchmarks.faults.PowerRig.Trial;
import io.acequia.streaming.benchmarks.faults.SimWorld.Mistakes;
import io.acequia.streaming.data.ByteSize;
import io.acequia.streaming.testkit.SimulatedStorage;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Mistakes on purpose, each of which the rig that looks for it must notice: a rig that cannot fail proves nothing. They are made
 * around the code under test, which has no switch for them: by a source that lies, by a disk that lies, by forged bytes.
 */
final class Controls {
    private static final int MOST_TRIALS = 50;
    private static final int RECORDS = 1200;
    private static final long ROLL = 10_000;

    private Controls() {}

    /** A trial with the mistake in it; whether the rig noticed. */
    @FunctionalInterface
    private interface Mistake {
        boolean isNoticed(long seed) throws Exception;
    }

    static void run(Verdict verdict) throws Exception {
        ByteSize block = Trial.PLAIN.block();
        control("log off", verdict, power(new Trial(1, Manners.HONEST, false, block, disk -> {})));
        control(
                "acknowledged before the force",
                verdict,
                power(new Trial(1, Manners.ACKNOWLEDGES_EARLY, true, block, disk -> {})));
        control(
                "folders not forced",
                verdict,
                power(new Trial(1, Manners.HONEST, true, block, SimulatedStorage::ignoreFolderForces)));
        control("checksums not checked", verdict, Controls::noticesForgery);
        control(
                "position moved on in the middle of an event",
                verdict,
                power(new Trial(9, Manners.MOVES_ON_EARLY, true, block, disk -> {})));
        for (Map.Entry<String, Mistakes> each : SimMistakes.all().entrySet()) {
            control(each.getKey(), verdict, seed -> SimMistakes.isNoticed(each.getValue(), seed));
        }
    }

    private static Mistake power(Trial trial) {
        return seed -> {
            Outcome outcome = PowerRig.run(trial, seed);
            return !outcome.isWhole();
        };
    }

    /** What the rig of flipped bits asks: is the log refused, or are its records what was written. */
    private static boolean noticesForgery(long seed) throws IOException {
        Random random = new Random(seed);
        SimulatedStorage disk = NumberedLog.filled(NumberedLog.JOB, RECORDS, ROLL);
        List<String> names = NumberedLog.files(disk);
        Forgery.forge(disk, names.get(random.nextInt(names.size())), 1 + random.nextInt(50), random.nextInt(8));
        return DiskRig.refusal(disk) == null && NumberedLog.read(disk).wrong();
    }

    private static void control(String name, Verdict verdict, Mistake mistake) throws Exception {
        int trials = 0;
        boolean caught = false;
        while (!caught && trials < MOST_TRIALS) {
            caught = mistake.isNoticed(verdict.seed() + trials++);
        }
        verdict.add(new Figures("control: " + name)
                .count("n", 1)
                .show("trials", trials)
                .must("caught", caught ? 1 : 0, 1));
    }
}
