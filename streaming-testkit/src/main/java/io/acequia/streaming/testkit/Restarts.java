/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import io.acequia.streaming.StreamingConf.DownTimePolicy;
import io.acequia.streaming.testkit.Drawn.Sink;
import io.acequia.streaming.testkit.RandomStreams.Feature;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * Where a random program is stopped, and how it goes on. They are drawn beside the program, so that a seed has the same streams
 * with and without them.
 *
 * @param list in the order of their batches; empty for a program that runs without a checkpoint directory
 * @param policy what becomes of the batches of the down-time
 * @param every batches between two checkpoints
 * @param deadly whether a function that throws takes the process with it
 */
record Restarts(List<Restart> list, DownTimePolicy policy, int every, boolean deadly) {
    static final Restarts NONE = new Restarts(List.of(), DownTimePolicy.REPLAY, 1, false);

    private static final int MOST = 4;
    private static final int LONGEST_DOWN_TIME = 5;

    /** How a run ends. */
    enum How {
        /** Killed when a batch is done. */
        KILLED,
        /** Killed while an output of a batch runs, after it has done its work. */
        KILLED_WITHIN,
        /** An output of a batch ends the context with an error, after it has done its work. */
        OUTPUT_DIES,
        STOPPED_GRACEFULLY;

        boolean isWithin() {
            return this == KILLED_WITHIN || this == OUTPUT_DIES;
        }
    }

    /**
     * A stop, and the next start.
     *
     * @param batch the one after which, or in which, the run ends
     * @param sink draws the output in which it ends
     * @param down how many batches are missed
     */
    record Restart(int batch, How how, int sink, int down) {
        /** The first batch of the next run: a batch that was not ended is its own successor. */
        int next() {
            return how.isWithin() ? batch : batch + 1;
        }

        /** The output in which it ends. */
        Sink output(List<Sink> sinks) {
            return sinks.get(sink % sinks.size());
        }

        @Override
        public String toString() {
            return how + " " + batch + (how.isWithin() ? " in output " + sink : "")
                    + (down > 0 ? " and down for " + down : "");
        }
    }

    /** Draws those of a program with so many batches; a third has some. */
    static Restarts draw(long seed, int batches) {
        Random random = new Random(seed * 0xD1B54A32D192ED03L);
        if (random.nextInt(3) > 0) {
            return NONE;
        }
        DownTimePolicy policy = List.of(
                        DownTimePolicy.REPLAY, DownTimePolicy.REPLAY, DownTimePolicy.MERGE, DownTimePolicy.SKIP_EMPTY)
                .get(random.nextInt(4));
        List<Restart> list = new ArrayList<>();
        int last = 0;
        for (int left = 1 + random.nextInt(MOST); left > 0 && last < batches - 1; left--) {
            int batch = last + 1 + random.nextInt(Math.min(batches - 1 - last, 1 + batches / 2));
            How how = How.values()[random.nextInt(How.values().length)];
            int down = random.nextInt(4) > 0 ? random.nextInt(Math.min(1 + LONGEST_DOWN_TIME, batches - batch)) : 0;
            list.add(new Restart(batch, how, random.nextInt(8), down));
            last = batch + down;
        }
        boolean deadly = policy == DownTimePolicy.REPLAY && random.nextInt(6) > 0;
        return new Restarts(List.copyOf(list), policy, 1 + random.nextInt(6), deadly);
    }

    boolean isEmpty() {
        return list.isEmpty();
    }

    /** Whether a batch is due while the program is down. */
    boolean misses(int batch) {
        return list.stream().anyMatch(each -> batch > each.batch && batch <= each.batch + each.down);
    }

    /** Whether the input of a batch goes to a later one. */
    boolean merges(int batch) {
        return policy == DownTimePolicy.MERGE
                && list.stream().anyMatch(each -> batch > each.batch && batch < each.batch + each.down);
    }

    /** Whether a batch may be left out, if it has no input. */
    boolean maySkip(int batch) {
        return policy == DownTimePolicy.SKIP_EMPTY && misses(batch);
    }

    /** Whether a new run begins after the batch {@code before} and not after {@code batch}. */
    boolean beginsBetween(int before, int batch) {
        return list.stream().anyMatch(each -> before < each.next() && each.next() <= batch);
    }

    /** Whether a batch ends a run without having ended itself. */
    boolean endsWithin(int batch) {
        return list.stream().anyMatch(each -> each.batch == batch && each.how.isWithin());
    }

    Set<Feature> features() {
        Set<Feature> features = EnumSet.noneOf(Feature.class);
        for (Restart each : list) {
            features.add(Feature.RESTART);
            features.add(
                    switch (each.how) {
                        case KILLED -> Feature.KILLED_BETWEEN_BATCHES;
                        case KILLED_WITHIN, OUTPUT_DIES -> Feature.KILLED_WITHIN_A_BATCH;
                        case STOPPED_GRACEFULLY -> Feature.STOPPED_GRACEFULLY;
                    });
            if (each.down > 0) {
                features.add(
                        switch (policy) {
                            case REPLAY -> Feature.DOWN_TIME_REPLAYED;
                            case MERGE -> Feature.DOWN_TIME_MERGED;
                            case SKIP_EMPTY -> Feature.DOWN_TIME_SKIPPED;
                        });
            }
        }
        return features;
    }

    @Override
    public String toString() {
        return list + ", missed batches " + policy + ", checkpoint every " + every
                + (deadly ? ", traps are deadly" : "");
    }
}
