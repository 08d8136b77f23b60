/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.flume;

import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.receiver.Delivery;
import io.acequia.streaming.receiver.ReliableReceiver;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Connections to sinks, all moved by the receiver's thread, in its reads.
 *
 * <p><b>Waiting.</b> When all transactions that may be open wait for their settlement, nothing can come before that: the first read
 * that finds nothing then does not wait, so that what was read is made safe at once.
 *
 * <p><b>Held back.</b> A read for nothing asks for no more, answers and pings all the same.
 */
final class PollingReceiver implements ReliableReceiver<FlumeEvent> {
    private final FlumePollingSource.Settings settings;
    private final StreamClock clock;
    private final Queue<Batch> arrived = new ArrayDeque<>();
    private final List<SinkConnection> sinks = new ArrayList<>();
    private final AtomicBoolean woken = new AtomicBoolean();
    private volatile @Nullable Selector selector;
    private boolean gave;

    PollingReceiver(FlumePollingSource.Settings settings, StreamClock clock) {
        this.settings = settings;
        this.clock = clock;
    }

    @Override
    public void connect() throws Exception {
        Selector opened = Selector.open();
        selector = opened;
        for (InetSocketAddress each : settings.sinks()) {
            SinkConnection sink = new SinkConnection(settings, each, clock, arrived);
            sinks.add(sink);
            sink.connect(opened);
        }
    }

    @Override
    public Delivery<FlumeEvent> read(int maxRecords, Duration maxWait) throws Exception {
        Selector open = selector;
        if (open == null) {
            throw new IllegalStateException("read before connect");
        }
        long deadline = clock.nanoTime() + maxWait.toNanos();
        move(open, 0);
        if (maxRecords == 0) {
            return Delivery.nothing();
        }
        for (SinkConnection each : sinks) {
            each.ask(maxRecords);
        }
        boolean waits = !gave || sinks.stream().anyMatch(SinkConnection::isAsked);
        for (long left = deadline - clock.nanoTime();
                waits && arrived.isEmpty() && left > 0 && !woken.get();
                left = deadline - clock.nanoTime()) {
            move(open, left);
            for (SinkConnection each : sinks) {
                each.ask(maxRecords);
            }
        }
        woken.set(false);
        return take(maxRecords);
    }

    private void move(Selector open, long nanos) throws Exception {
        long wait = nanos;
        for (SinkConnection each : sinks) {
            wait = Math.min(wait, each.nanosUntilDue());
        }
        long millis = TimeUnit.NANOSECONDS.toMillis(wait);
        if (millis > 0) {
            open.select(millis);
        } else {
            open.selectNow();
        }
        open.selectedKeys().clear();
        for (SinkConnection each : sinks) {
            each.move();
            each.keepAlive();
        }
    }

    private Delivery<FlumeEvent> take(int maxRecords) {
        Batch batch = arrived.peek();
        gave = batch != null;
        if (batch == null) {
            return Delivery.nothing();
        }
        Delivery<FlumeEvent> read = batch.next(maxRecords);
        if (batch.isRead()) {
            arrived.remove();
        }
        return read;
    }

    @Override
    public void wakeUp() {
        woken.set(true);
        Selector open = selector;
        if (open != null) {
            open.wakeup();
        }
    }

    @Override
    public void close() {
        sinks.forEach(SinkConnection::close);
        try {
            if (selector != null) {
                selector.close();
            }
        } catch (IOException e) {
            // nothing is left of it
        }
    }
}
