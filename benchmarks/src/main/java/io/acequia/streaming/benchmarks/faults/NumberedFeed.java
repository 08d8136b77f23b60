/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import io.acequia.streaming.receiver.Delivery;
import io.acequia.streaming.receiver.Position;
import io.acequia.streaming.receiver.ReliableReceiver;
import io.acequia.streaming.receiver.Source;
import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/**
 * A broker in memory. It has numbered events of one or several records, hands them out in order, remembers which were
 * acknowledged, and begins each connection with the first that was not. Guarded by itself.
 */
final class NumberedFeed {
    /** Record {@code k} of event {@code e} is {@code e * EVENT + k}. */
    static final long EVENT = 1000;

    private static final Map<Long, NumberedFeed> FEEDS = new ConcurrentHashMap<>();
    private static final AtomicLong NEXT = new AtomicLong();
    private static final Duration BRIEFLY = Duration.ofMillis(1);

    private final long id = NEXT.incrementAndGet();
    private final int largestEvent;
    private final Manners manners;
    private final BitSet acked = new BitSet();
    private long offered;
    private long next;
    private long handed;
    private long connections;
    private volatile Runnable listener = () -> {};
    private int mostAtOnce = Integer.MAX_VALUE;

    /** How the source treats what it hands out; the latter two are mistakes that a rig must notice. */
    enum Manners {
        /** Acknowledges when it is told to; a position stands for whole events. */
        HONEST,
        /** Acknowledges what it has just read. */
        ACKNOWLEDGES_EARLY,
        /** Hands out events in two parts, and the position of the first says that the event is taken in. */
        MOVES_ON_EARLY
    }

    /** @param largestEvent records of the largest event, below {@link #EVENT} */
    NumberedFeed(int largestEvent, Manners manners) {
        this.largestEvent = largestEvent;
        this.manners = manners;
        FEEDS.put(id, this);
    }

    /** Runs whenever something was acknowledged; must not block. */
    void listen(Runnable whenAcked) {
        listener = whenAcked;
    }

    /** Hands out so many events at once, at most. */
    synchronized void deliverAtMost(int events) {
        mostAtOnce = events;
    }

    int sizeOf(long event) {
        return 1 + (int) (event * 7 % largestEvent);
    }

    /** The records of the events below a number. */
    List<Long> recordsBelow(long event) {
        List<Long> records = new ArrayList<>();
        for (long each = 0; each < event; each++) {
            records.addAll(recordsOf(each, 0, sizeOf(each)));
        }
        return records;
    }

    static List<Long> recordsOf(long event, int from, int until) {
        List<Long> records = new ArrayList<>();
        for (long k = from; k < until; k++) {
            records.add(event * EVENT + k);
        }
        return records;
    }

    Source<Long> source() {
        return new Numbers(id);
    }

    private record Numbers(long feed) implements Source<Long>, Serializable {
        @Override
        public String name() {
            return "feed-" + feed;
        }

        @Override
        public ReliableReceiver<Long> newReceiver() {
            NumberedFeed open = FEEDS.get(feed);
            if (open == null) {
                throw new IllegalStateException("ACQ-3037 the feed " + feed + " of this rig was closed");
            }
            return open.new Connection();
        }
    }

    /** Has more events. */
    synchronized void offer(int more) {
        offered += more;
        notifyAll();
    }

    synchronized long offered() {
        return offered;
    }

    /** Events handed out, those handed out again too. */
    synchronized long handed() {
        return handed;
    }

    synchronized long connections() {
        return connections;
    }

    synchronized int acked() {
        return acked.cardinality();
    }

    /** The records of all events that were acknowledged. */
    synchronized List<Long> ackedRecords() {
        List<Long> records = new ArrayList<>();
        acked.stream().forEach(event -> records.addAll(recordsOf(event, 0, sizeOf(event))));
        return records;
    }

    synchronized boolean allAcked() {
        return acked.cardinality() == offered;
    }

    void close() {
        FEEDS.remove(id);
    }

    /** Waits for something that this feed hears of; whether it came. */
    synchronized boolean await(BooleanSupplier something, Duration atMost) throws InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (!something.getAsBoolean()) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            wait(left / 1_000_000 + 1);
        }
        return true;
    }

    private synchronized void ack(long from, long until) {
        acked.set((int) from, (int) until);
        notifyAll();
        listener.run();
    }

    private final class Connection implements ReliableReceiver<Long> {
        /** The second part of an event whose first was handed out. */
        private List<Long> rest = List.of();

        @Override
        public void connect() {
            synchronized (NumberedFeed.this) {
                next = acked.nextClearBit(0);
                connections++;
            }
        }

        @Override
        public Delivery<Long> read(int maxRecords, Duration maxWait) throws InterruptedException {
            synchronized (NumberedFeed.this) {
                if (maxRecords == 0
                        || !await(() -> next < offered, maxWait.compareTo(BRIEFLY) < 0 ? maxWait : BRIEFLY)) {
                    return Delivery.nothing();
                }
                Delivery<Long> read = largestEvent == 1 ? several(maxRecords) : one();
                NumberedFeed.this.notifyAll();
                return read;
            }
        }

        private Delivery<Long> several(int most) {
            long from = next;
            next = Math.min(offered, from + Math.min(most, mostAtOnce));
            handed += next - from;
            List<Long> records = new ArrayList<>();
            for (long event = from; event < next; event++) {
                records.add(event * EVENT);
            }
            return delivery(records, from, next);
        }

        private Delivery<Long> one() {
            long event = next;
            List<Long> records = recordsOf(event, 0, sizeOf(event));
            if (!rest.isEmpty()) {
                records = rest;
                rest = List.of();
            } else if (manners == Manners.MOVES_ON_EARLY && records.size() > 1) {
                rest = records.subList(1, records.size());
                return delivery(records.subList(0, 1), event, event + 1);
            }
            next++;
            handed++;
            return delivery(records, event, event + 1);
        }

        private Delivery<Long> delivery(List<Long> records, long from, long until) {
            if (manners == Manners.ACKNOWLEDGES_EARLY) {
                ack(from, until);
            }
            return Delivery.of(records, () -> ack(from, until)).at(new Position("events", from, until));
        }

        @Override
        public void close() {}
    }
}
