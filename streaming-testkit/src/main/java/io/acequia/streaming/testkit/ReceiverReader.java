/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import io.acequia.streaming.receiver.Delivery;
import io.acequia.streaming.receiver.Position;
import io.acequia.streaming.receiver.Receiver;
import io.acequia.streaming.receiver.Records;
import io.acequia.streaming.receiver.Rejected;
import io.acequia.streaming.receiver.ReliableReceiver;
import io.acequia.streaming.receiver.Settlement;
import io.acequia.streaming.receiver.Source;
import io.acequia.streaming.receiver.UnreliableReceiver;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * A receiver that a test connects and reads itself, without a context, and what it has read: for tests of one's own receivers.
 *
 * <pre>{@code
 * try (ReceiverReader<String> reader = new ReceiverReader<>(source)) {
 *     assertThat(reader.readAll(2)).containsExactly("a", "b");
 *     reader.ack();
 * }
 * }</pre>
 *
 * <p>Thread: that of the test alone, as a receiver has one. Blocking: a read waits 50 ms at most for records; what reads until
 * something is so has no limit, so give the test one.
 *
 * @param <T> type of the records
 */
public final class ReceiverReader<T> implements AutoCloseable {
    private static final Duration WAIT = Duration.ofMillis(50);
    private static final int SILENT_READS = 6;
    private static final int MOST = 1_000;

    private final Receiver<T> receiver;
    private final List<T> records = new ArrayList<>();
    private final List<Rejected> rejected = new ArrayList<>();
    private final List<Position> positions = new ArrayList<>();
    private final Deque<Settlement> unsettled = new ArrayDeque<>();

    /** Makes a receiver of a source and connects it; what connecting throws comes out, and the receiver is closed then. */
    public ReceiverReader(Source<T> source) throws Exception {
        this(source.newReceiver());
    }

    /** Connects a receiver; what that throws comes out, and the receiver is closed then. */
    public ReceiverReader(Receiver<T> receiver) throws Exception {
        this.receiver = receiver;
        boolean connected = false;
        try {
            receiver.connect();
            connected = true;
        } finally {
            if (!connected) {
                receiver.close();
            }
        }
    }

    /** Reads once. */
    public void read(int most) throws Exception {
        if (receiver instanceof ReliableReceiver<T> reliable) {
            Delivery<T> read = reliable.read(most, WAIT);
            if (read != Delivery.<T>nothing()) {
                records.addAll(read.records());
                rejected.addAll(read.rejected());
                read.position().ifPresent(positions::add);
                unsettled.add(read.settlement());
            }
        } else {
            Records<T> read = ((UnreliableReceiver<T>) receiver).read(most, WAIT);
            records.addAll(read.records());
            rejected.addAll(read.rejected());
        }
    }

    /** Reads until something is so, which is asked before each read. */
    public ReceiverReader<T> readUntil(Callable<Boolean> so) throws Exception {
        while (!so.call()) {
            read(MOST);
        }
        return this;
    }

    /** The same, and all that has come is acknowledged before it asks. */
    public void readAndAckUntil(Callable<Boolean> so) throws Exception {
        readUntil(() -> {
            ack();
            return so.call();
        });
    }

    /** Reads until so many records or more have come; all records so far. */
    public List<T> readAll(int count) throws Exception {
        readUntil(() -> records.size() >= count);
        return records;
    }

    /** Reads until nothing has come for about 300 ms; all records so far. */
    public List<T> readOut() throws Exception {
        int before;
        do {
            before = records.size();
            for (int i = 0; i < SILENT_READS; i++) {
                read(MOST);
            }
        } while (records.size() > before);
        return records;
    }

    /** Reads until the receiver throws, and gives what it has thrown. */
    public Exception readToTheEnd() {
        try {
            readUntil(() -> false);
            throw new AssertionError("reads until something is thrown");
        } catch (Exception ended) {
            return ended;
        }
    }

    /** Acknowledges all that came and was not settled, in its order. */
    public void ack() throws Exception {
        while (!unsettled.isEmpty()) {
            unsettled.remove().ack();
        }
    }

    /** Gives back all that came and was not settled, in its order. */
    public void nack(Throwable why) throws Exception {
        while (!unsettled.isEmpty()) {
            unsettled.remove().nack(why);
        }
    }

    /** What has come, in its order; the list itself, which may be cleared. */
    public List<T> records() {
        return records;
    }

    /** What the source refused, in its order; the list itself. */
    public List<Rejected> rejected() {
        return rejected;
    }

    /** Of the deliveries that have one; the list itself. */
    public List<Position> positions() {
        return positions;
    }

    /** Of the deliveries that were not settled yet, the oldest first; the queue itself: who takes one out settles it. */
    public Deque<Settlement> unsettled() {
        return unsettled;
    }

    /** The receiver, which is connected; for what a test does to it beyond reading. */
    public Receiver<T> receiver() {
        return receiver;
    }

    @Override
    public void close() {
        receiver.close();
    }
}
