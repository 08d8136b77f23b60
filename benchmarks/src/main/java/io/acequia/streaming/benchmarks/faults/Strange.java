/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import io.acequia.streaming.data.Time;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.direct.DirectSource;
import io.acequia.streaming.direct.Plan;
import io.acequia.streaming.direct.PlannerContext;
import io.acequia.streaming.direct.SplitPlanner;
import io.acequia.streaming.receiver.Delivery;
import io.acequia.streaming.receiver.Receiver;
import io.acequia.streaming.receiver.Records;
import io.acequia.streaming.receiver.ReliableReceiver;
import io.acequia.streaming.receiver.Settlement;
import io.acequia.streaming.receiver.Source;
import io.acequia.streaming.receiver.UnreliableReceiver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Sources and functions that behave as they should not. */
final class Strange {
    private static final int CHUNK = 1 << 18;
    private static final int CALLS_BEFORE = 3000;
    private static final int PLANS_BEFORE = 12;
    private static final Settlement NOBODY = () -> {};

    private static final AtomicLong CALLS = new AtomicLong();

    /** A receiver that stays in its first read for ever. */
    static final Source<Long> STUBBORN = Source.of("stubborn", Stubborn::new);

    private Strange() {}

    private static final class Stubborn implements UnreliableReceiver<Long> {
        @Override
        public void connect() {}

        @Override
        public Records<Long> read(int maxRecords, Duration maxWait) {
            while (true) {
                Thread.interrupted();
                LockSupport.parkNanos(10_000_000);
            }
        }

        @Override
        public void close() {}
    }

    /** After so many calls needs more memory than there is. */
    static long greedy(long number) {
        if (CALLS.incrementAndGet() == CALLS_BEFORE) {
            takeAllMemory();
        }
        return number;
    }

    private static void takeAllMemory() {
        List<long[]> hoard = new ArrayList<>();
        while (true) {
            hoard.add(new long[CHUNK]);
        }
    }

    /** A direct source that has nothing; its planner may need more memory than there is. */
    record Greedy(boolean greedy) implements DirectSource<Long> {
        @Override
        public String name() {
            return "greedy";
        }

        @Override
        public SplitPlanner<Long> newPlanner(PlannerContext context) {
            AtomicLong plans = new AtomicLong();
            return (Time batch, long most) -> {
                if (greedy && plans.incrementAndGet() == PLANS_BEFORE) {
                    takeAllMemory();
                }
                return new Plan<>(List.of(), "");
            };
        }
    }

    /**
     * A source that acknowledges what it has just read; or one that hands out the first half of what it has read as if that
     * were all, and then the rest.
     */
    static Source<Tuple2<Long, String>> around(Source<Tuple2<Long, String>> honest, boolean inTheMiddle) {
        return new Cheating(honest, inTheMiddle);
    }

    private record Cheating(Source<Tuple2<Long, String>> honest, boolean inTheMiddle)
            implements Source<Tuple2<Long, String>> {
        @Override
        public String name() {
            return honest.name();
        }

        @Override
        public Receiver<Tuple2<Long, String>> newReceiver() throws Exception {
            ReliableReceiver<Tuple2<Long, String>> receiver =
                    (ReliableReceiver<Tuple2<Long, String>>) honest.newReceiver();
            return new Cheat(receiver, inTheMiddle);
        }
    }

    private static final class Cheat implements ReliableReceiver<Tuple2<Long, String>> {
        private final ReliableReceiver<Tuple2<Long, String>> receiver;
        private final boolean inTheMiddle;
        private @Nullable List<Tuple2<Long, String>> rest;

        Cheat(ReliableReceiver<Tuple2<Long, String>> receiver, boolean inTheMiddle) {
            this.receiver = receiver;
            this.inTheMiddle = inTheMiddle;
        }

        @Override
        public void connect() throws Exception {
            receiver.connect();
        }

        @Override
        public Delivery<Tuple2<Long, String>> read(int maxRecords, Duration maxWait) throws Exception {
            List<Tuple2<Long, String>> left = rest;
            if (left != null && maxRecords > 0) {
                rest = null;
                return Delivery.of(left, NOBODY);
            }
            Delivery<Tuple2<Long, String>> read = receiver.read(maxRecords, maxWait);
            if (read.records().isEmpty()) {
                return read;
            }
            if (!inTheMiddle) {
                read.settlement().ack();
                return Delivery.of(read.records(), NOBODY).at(read.position().orElseThrow());
            }
            int half = (read.records().size() + 1) / 2;
            rest = read.records().subList(half, read.records().size());
            return Delivery.of(read.records().subList(0, half), read.settlement());
        }

        @Override
        public void wakeUp() {
            receiver.wakeUp();
        }

        @Override
        public void close() {
            receiver.close();
        }
    }
}
