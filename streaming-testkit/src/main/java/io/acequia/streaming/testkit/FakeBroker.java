/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import io.acequia.streaming.receiver.Delivery;
import io.acequia.streaming.receiver.EndOfSourceException;
import io.acequia.streaming.receiver.Position;
import io.acequia.streaming.receiver.ReceiverDisconnectedException;
import io.acequia.streaming.receiver.ReliableReceiver;
import io.acequia.streaming.receiver.Settlement;
import io.acequia.streaming.receiver.Source;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A broker in memory: one queue of texts, which are numbered, and given again until they are acknowledged. It has one consumer
 * at a time; a new one ends the one before. It can fail as it is told. Safe for use by any thread.
 *
 * <p>A record that is given back comes again at once on the same connection; the others that were not acknowledged come again
 * on the next one, in order.
 */
public final class FakeBroker implements ExternalSystem.Reliable<String> {
    private static final String SHARD = "fake-0";
    private static final AtomicInteger NUMBERS = new AtomicInteger();
    private static final Map<Integer, FakeBroker> OPEN = new ConcurrentHashMap<>();

    private final int number = NUMBERS.incrementAndGet();
    private final boolean positions;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // Guarded by the lock.
    private final List<String> records = new ArrayList<>();
    private final BitSet acknowledged = new BitSet();
    private final Map<Call, Queue<Exception>> failures = new EnumMap<>(Call.class);
    private @Nullable Connection consumer;
    private boolean cut;
    private boolean ended;

    /** What can be told to fail. */
    public enum Call {
        CONNECT,
        READ,
        ACK,
        NACK
    }

    private FakeBroker(boolean positions) {
        this.positions = positions;
        for (Call call : Call.values()) {
            failures.put(call, new ArrayDeque<>());
        }
        OPEN.put(number, this);
    }

    /** An empty broker whose deliveries have positions. */
    public static FakeBroker withPositions() {
        return new FakeBroker(true);
    }

    /** An empty broker whose deliveries have no positions, as those of most have not. */
    public static FakeBroker withoutPositions() {
        return new FakeBroker(false);
    }

    /** The next such call fails so; several are taken in turn. */
    public void failNext(Call call, Exception why) {
        lock.lock();
        try {
            queue(call).add(why);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Source<String> source() {
        return new FakeSource(number);
    }

    @Override
    public void publish(List<String> payloads) {
        change(() -> records.addAll(payloads));
    }

    @Override
    public String payloadOf(String record) {
        return record;
    }

    @Override
    public void cut() {
        change(() -> {
            cut = true;
            consumer = null;
        });
    }

    @Override
    public void heal() {
        change(() -> cut = false);
    }

    @Override
    public boolean end() {
        change(() -> ended = true);
        return true;
    }

    @Override
    public long unacknowledged() {
        lock.lock();
        try {
            return records.size() - acknowledged.cardinality();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        OPEN.remove(number);
        cut();
    }

    /** The open broker with this number: how sources and receivers find theirs. */
    static FakeBroker numbered(int number) {
        FakeBroker open = OPEN.get(number);
        if (open == null) {
            throw new IllegalStateException(
                    "ACQ-2065 fake broker " + number + " is closed: close it after its receivers");
        }
        return open;
    }

    int number() {
        return number;
    }

    private Queue<Exception> queue(Call call) {
        return Objects.requireNonNull(failures.get(call));
    }

    private void change(Runnable change) {
        lock.lock();
        try {
            change.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Records that were given together: {@code [from, until)}. */
    record Lot(int from, int until, List<String> payloads) {
        boolean isEmpty() {
            return payloads.isEmpty();
        }
    }

    /** A consumer; what was not acknowledged comes again on the next one. */
    final class Connection {
        private final TreeSet<Integer> again = new TreeSet<>();
        private int next;
        private boolean awake;

        Connection() throws Exception {
            lock.lock();
            try {
                failAsTold(Call.CONNECT);
                if (cut) {
                    throw new ReceiverDisconnectedException("the broker cannot be reached");
                }
                consumer = this;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }

        /** What is there, the oldest first; waits for it. */
        Lot poll(int most, Duration atMost) throws Exception {
            lock.lock();
            try {
                mustBeOpen();
                failAsTold(Call.READ);
                long left = atMost.toNanos();
                while (most > 0 && first() < 0 && !ended && !awake && left > 0) {
                    left = changed.awaitNanos(left);
                    mustBeOpen();
                }
                awake = false;
                int from = first();
                if (most > 0 && from < 0 && ended) {
                    throw new EndOfSourceException();
                }
                return most == 0 || from < 0 ? new Lot(0, 0, List.of()) : take(from, most);
            } finally {
                lock.unlock();
            }
        }

        /** The number of the next record, or -1. */
        private int first() {
            if (!again.isEmpty()) {
                return again.first();
            }
            next = acknowledged.nextClearBit(next);
            return next < records.size() ? next : -1;
        }

        private Lot take(int from, int most) {
            int until = from;
            while (until - from < most && first() == until) {
                if (!again.remove(until)) {
                    next = until + 1;
                }
                until++;
            }
            return new Lot(from, until, List.copyOf(records.subList(from, until)));
        }

        /** These are safe. Nothing once the consumer was closed. */
        void ack(Lot lot) throws Exception {
            settle(Call.ACK, () -> acknowledged.set(lot.from(), lot.until()));
        }

        /** These shall come again. Nothing once the consumer was closed. */
        void nack(Lot lot) throws Exception {
            settle(Call.NACK, () -> {
                for (int each = lot.from(); each < lot.until(); each++) {
                    again.add(each);
                }
            });
        }

        private void settle(Call call, Runnable effect) throws Exception {
            lock.lock();
            try {
                failAsTold(call);
                mustBeOpen();
                effect.run();
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }

        void wakeUp() {
            change(() -> awake = true);
        }

        void close() {
            change(() -> consumer = consumer == this ? null : consumer);
        }

        private void mustBeOpen() throws ReceiverDisconnectedException {
            if (consumer != this) {
                throw new ReceiverDisconnectedException("the connection to the broker is gone");
            }
        }

        private void failAsTold(Call call) throws Exception {
            Exception told = queue(call).poll();
            if (told != null) {
                throw told;
            }
        }
    }

    /** By its number, so that a copy reads the same broker. */
    private record FakeSource(int broker) implements Source<String> {
        @Override
        public String name() {
            return "fake";
        }

        @Override
        public FakeReceiver newReceiver() {
            return new FakeReceiver(numbered(broker));
        }
    }

    /** A receiver as it should be. */
    static final class FakeReceiver implements ReliableReceiver<String> {
        private final FakeBroker broker;
        private volatile @Nullable Connection connection;
        private volatile boolean closed;

        FakeReceiver(FakeBroker broker) {
            this.broker = broker;
        }

        @Override
        public void connect() throws Exception {
            connection = broker.new Connection();
        }

        @Override
        public Delivery<String> read(int maxRecords, Duration maxWait) throws Exception {
            Connection open = Objects.requireNonNull(connection, "read before connect");
            Lot lot = open.poll(maxRecords, maxWait);
            if (lot.isEmpty()) {
                return Delivery.nothing();
            }
            Delivery<String> delivery = Delivery.of(lot.payloads(), new LotSettlement(open, lot));
            return broker.positions ? delivery.at(new Position(SHARD, lot.from(), lot.until())) : delivery;
        }

        private final class LotSettlement implements Settlement {
            private final Connection open;
            private final Lot lot;

            LotSettlement(Connection open, Lot lot) {
                this.open = open;
                this.lot = lot;
            }

            @Override
            public void ack() throws Exception {
                if (!closed) {
                    open.ack(lot);
                }
            }

            @Override
            public void nack(Throwable cause) throws Exception {
                if (!closed) {
                    open.nack(lot);
                }
            }
        }

        @Override
        public void wakeUp() {
            Connection open = connection;
            if (open != null) {
                open.wakeUp();
            }
        }

        @Override
        public void close() {
            closed = true;
            Connection open = connection;
            if (open != null) {
                open.close();
            }
        }
    }
}
