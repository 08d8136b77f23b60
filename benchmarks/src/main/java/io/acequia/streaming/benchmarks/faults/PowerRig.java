/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import io.acequia.streaming.StreamingException;
import io.acequia.streaming.benchmarks.faults.NumberedFeed.Manners;
import io.acequia.streaming.data.ByteSize;
import io.acequia.streaming.internal.log.LogDamagedException;
import io.acequia.streaming.testkit.SimulatedStorage;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;

/**
 * F11, F35: the power goes at any operation of the disk under a whole context; what the source was told is safe must be in the
 * log that the machine finds afterwards.
 */
final class PowerRig {
    private static final int STEPS = 60;
    private static final int LIVES = 3;
    private static final Duration BRIEFLY = Duration.ofMillis(20);

    private PowerRig() {}

    /**
     * What is tried.
     *
     * @param largestEvent records of the largest event of the source
     * @param manners of the source
     * @param logged whether there is a log
     * @param block how large blocks grow; what was read at once and is larger is in several, and may be logged in part: it
     *     comes again as a whole then
     * @param flaw what is wrong with the disk
     */
    record Trial(int largestEvent, Manners manners, boolean logged, ByteSize block, Consumer<SimulatedStorage> flaw) {
        /** Deliveries that fit into a block. */
        static final Trial PLAIN = new Trial(1, Manners.HONEST, true, ByteSize.kibibytes(16), disk -> {});
        /** Events of up to nine records in blocks of a few. */
        static final Trial EVENTS = new Trial(9, Manners.HONEST, true, new ByteSize(64), disk -> {});
    }

    /**
     * What came of it.
     *
     * @param acked records that the source was told are safe
     * @param lost those of them that are not in the log
     * @param duplicated records that are in the log again
     * @param wrong 1 when the log is refused, or its records are in another order
     */
    record Outcome(int acked, int lost, int duplicated, int wrong) {
        boolean isWhole() {
            return lost == 0 && wrong == 0;
        }
    }

    /** Several lives of a job, each ended by the loss of power; the last one takes in all that is left. */
    static Outcome run(Trial trial, long seed) throws Exception {
        Random random = new Random(seed);
        NumberedFeed feed = new NumberedFeed(trial.largestEvent(), trial.manners());
        SimulatedStorage disk = new SimulatedStorage(seed);
        trial.flaw().accept(disk);
        try {
            for (int life = 0; life < LIVES; life++) {
                live(trial, disk, feed, random, 1 + random.nextInt(80));
                disk = disk.crash();
                Outcome outcome = compare(disk, feed.ackedRecords());
                if (!outcome.isWhole()) {
                    return outcome;
                }
                trial.flaw().accept(disk);
            }
            live(trial, disk, feed, random, Long.MAX_VALUE);
            return compare(disk.crash(), feed.recordsBelow(feed.offered()));
        } catch (LogDamagedException | StreamingException e) {
            return new Outcome(feed.acked(), 0, 0, 1);
        } finally {
            feed.close();
        }
    }

    private static void live(Trial trial, SimulatedStorage disk, NumberedFeed feed, Random random, long operations)
            throws InterruptedException {
        if (operations < Long.MAX_VALUE) {
            disk.powerOffAfter(operations);
        }
        try (JobOnDisk job = new JobOnDisk(disk, feed, trial.logged(), trial.block())) {
            for (int step = 0; step < STEPS && isOn(disk) && job.isActive(); step++) {
                feed.offer(1 + random.nextInt(8));
                // Without a log only a batch acknowledges.
                job.advance(trial.logged() ? Duration.ZERO : JobOnDisk.INTERVAL);
                long read = feed.offered();
                feed.await(() -> feed.allAcked() || feed.handed() >= read, BRIEFLY);
            }
            if (operations == Long.MAX_VALUE) {
                feed.await(feed::allAcked, JobOnDisk.PATIENCE);
            }
        } catch (StreamingException e) {
            if (isOn(disk)) {
                throw e;
            }
            // the power went while the job started
        }
    }

    private static boolean isOn(SimulatedStorage disk) {
        try {
            disk.list("");
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static Outcome compare(SimulatedStorage disk, List<Long> expected) throws IOException {
        List<Long> found = JobOnDisk.logged(disk);
        Set<Long> distinct = new HashSet<>(found);
        int lost = 0;
        for (Long record : expected) {
            lost += distinct.contains(record) ? 0 : 1;
        }
        boolean ordered = found.stream()
                .distinct()
                .sorted()
                .toList()
                .equals(found.stream().distinct().toList());
        return new Outcome(expected.size(), lost, found.size() - distinct.size(), ordered ? 0 : 1);
    }

    /** Tries it again and again, with a seed each; records of an event that was cut may come again, once for each crash. */
    static Figures figures(String fault, Trial trial, int n, long seed) throws Exception {
        long records = 0;
        Outcome sum = new Outcome(0, 0, 0, 0);
        for (int i = 0; i < n; i++) {
            Outcome outcome = run(trial, seed + i);
            records += outcome.acked();
            sum = new Outcome(
                    sum.acked() + outcome.acked(),
                    sum.lost() + outcome.lost(),
                    sum.duplicated() + outcome.duplicated(),
                    sum.wrong() + outcome.wrong());
        }
        long cut = trial.largestEvent() > 1 ? (long) n * LIVES * (trial.largestEvent() - 1) : 0;
        return new Figures(fault)
                .count("n", n)
                .show("crashes", n * LIVES)
                .show("records", records)
                .must("lost", sum.lost(), 0)
                .within("duplicated", sum.duplicated(), 0, cut)
                .must("wrong", sum.wrong(), 0);
    }
}
