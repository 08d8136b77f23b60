/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import io.acequia.streaming.internal.log.LogDamagedException;
import io.acequia.streaming.internal.store.Failpoint;
import io.acequia.streaming.internal.store.Passages.Seen;
import io.acequia.streaming.testkit.ChildJvm;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The lives of an exactly-once program, one after the other, each ended by a kill. After a number of them the job ends
 * gracefully, everything it has put out is compared with a calculation from the plain list of numbers, and the next life is
 * the first of a new job.
 */
final class ExactLives {
    private static final Duration LONGEST_LIFE = Duration.ofSeconds(4);
    private static final int MOST_DELAY_MILLIS = 500;
    /** One of so many kills from outside waits for the connection alone; the others for a new batch. */
    private static final int EARLY = 8;

    private static final int KILLS_A_JOB = 25;
    /** A place that is not reached by then is given up. */
    private static final int BATCHES_TO_REACH = 25;

    private static final int KILLED = 137;

    private final ExactTally tally;
    private final RandomGenerator random;
    private @Nullable ExactJob job;
    private @Nullable Phase last;
    private int killsOfJob;

    ExactLives(ExactTally tally, RandomGenerator random) {
        this.tally = tally;
        this.random = random;
    }

    /** A kill: at a place, at its n-th passage in the life or after its recovery; or from outside. */
    record Kill(@Nullable String place, int passage, boolean recovered) {
        static final Kill OUTSIDE = new Kill(null, 0, false);

        List<String> options() {
            if (place == null) {
                return List.of();
            }
            String halt = "-Dacequia.failpoint=" + place + ":" + passage + ":halt";
            return recovered
                    ? List.of(halt, "-Dacequia.failpoint.after=" + Failpoint.BATCH_PLANNED.text())
                    : List.of(halt);
        }
    }

    RandomGenerator chance() {
        return random;
    }

    /** The phase in which the last life ended. */
    @Nullable
    Phase last() {
        return last;
    }

    /** A life, and its kill; whether that counts. */
    boolean live(Kill kill) throws IOException, InterruptedException {
        ExactJob open = job == null ? new ExactJob(random.nextLong()) : job;
        job = open;
        int before = open.outputs().batches();
        boolean ended;
        boolean halted;
        try (ChildJvm child = open.start(kill.options())) {
            boolean connected = open.awaitConnection(child);
            if (connected) {
                open.addFile();
            }
            if (kill.place() == null) {
                boolean early = random.nextInt(EARLY) == 0;
                ended = connected && (early || open.awaitFirstBatch(child))
                        ? child.awaitEnd(Duration.ofMillis(random.nextInt(MOST_DELAY_MILLIS)))
                        : child.awaitEnd(LONGEST_LIFE);
            } else {
                ended = open.awaitEndWithin(BATCHES_TO_REACH, child, ExactJob.PATIENCE);
            }
            child.kill();
            halted = ended && child.exitCode() == KILLED;
            ended &= !halted;
            if (ended) {
                tally.refused(open, "life " + open.lives() + " ended with " + child.exitCode());
            }
        }
        open.awaitDisconnection();
        killsOfJob++;
        return account(open, kill, ended, kill.place() == null || halted, before);
    }

    private boolean account(ExactJob open, Kill kill, boolean ended, boolean reached, int before) throws IOException {
        Seen seen = open.seen();
        open.outputs().read();
        boolean batch = open.outputs().batches() > before;
        boolean inFlight = open.server().sent() > open.server().acked();
        last = Phase.of(seen);
        if (kill.place() != null && reached) {
            tally.hit(kill.place());
        }
        try {
            tally.torn(open.tornBytes());
        } catch (LogDamagedException e) {
            tally.refused(open, "after life " + open.lives() + ": " + e.getMessage());
        }
        // A process that is killed while it recovers has had no time for a batch of its own.
        boolean counts = !ended && reached && inFlight && (batch || last == Phase.RECOVERING);
        if (counts) {
            tally.kill(last);
        }
        return counts;
    }

    void nextJobWhenDue() throws IOException, InterruptedException {
        if (killsOfJob >= KILLS_A_JOB) {
            finishJob();
        }
    }

    /** Ends the job, if there is one, and compares; the next life is of a new one. */
    void finishJob() throws IOException, InterruptedException {
        ExactJob open = job;
        if (open == null) {
            return;
        }
        try (open) {
            Optional<Outputs.Wrong> wrong = open.finish(Optional.empty());
            if (wrong.isEmpty()) {
                tally.refused(open, "the last life did not end well");
            } else {
                tally.compared(open, wrong.get());
            }
            tally.notes(open, killsOfJob);
        } finally {
            job = null;
            killsOfJob = 0;
        }
    }
}
