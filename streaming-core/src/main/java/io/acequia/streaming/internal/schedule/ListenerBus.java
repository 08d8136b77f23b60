/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.schedule;

import io.acequia.streaming.listener.StreamingListener;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings events to listeners on one thread, in order. Posting never blocks: beyond the capacity events are dropped, counted
 * and reported. A listener that throws is logged and does not keep the others from the event.
 */
public final class ListenerBus {
    private static final Logger LOG = LoggerFactory.getLogger(ListenerBus.class);
    private static final int CAPACITY = 10_000;
    private static final long CLOSE_SECONDS = 5;

    private final BlockingQueue<Consumer<StreamingListener>> events = new ArrayBlockingQueue<>(CAPACITY);
    private final List<StreamingListener> listeners = new CopyOnWriteArrayList<>();
    private final AtomicLong dropped = new AtomicLong();
    private final AtomicLong failures = new AtomicLong();
    private volatile boolean closing;
    private volatile @Nullable Thread thread;

    public void add(StreamingListener listener) {
        listeners.add(Objects.requireNonNull(listener, "listener"));
    }

    public void remove(StreamingListener listener) {
        listeners.remove(listener);
    }

    void start() {
        thread = Threads.daemon("acequia-listeners", this::deliver);
    }

    void post(Consumer<StreamingListener> event) {
        if (!events.offer(event) && dropped.getAndIncrement() == 0) {
            LOG.warn(
                    "listeners are too slow: more than {} events wait, further ones are dropped and counted", CAPACITY);
        }
    }

    long dropped() {
        return dropped.get();
    }

    long failures() {
        return failures.get();
    }

    boolean isCurrentThread() {
        return Thread.currentThread() == thread;
    }

    /** Delivers what was posted, then ends; bounded. */
    void close() {
        closing = true;
        post(listener -> {});
        Thread delivering = thread;
        if (delivering == null) {
            return;
        }
        try {
            delivering.join(TimeUnit.SECONDS.toMillis(CLOSE_SECONDS));
            if (delivering.isAlive()) {
                LOG.warn(
                        "a listener did not return in {} s and is abandoned:{}",
                        CLOSE_SECONDS,
                        Threads.stackOf(delivering));
                delivering.interrupt();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void deliver() {
        try {
            while (!closing || !events.isEmpty()) {
                Consumer<StreamingListener> event = events.take();
                for (StreamingListener listener : listeners) {
                    deliver(event, listener);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void deliver(Consumer<StreamingListener> event, StreamingListener listener) {
        try {
            event.accept(listener);
        } catch (Throwable e) {
            failures.incrementAndGet();
            LOG.error(
                    "listener {} threw; the event is lost to it",
                    listener.getClass().getName(),
                    e);
        }
    }
}
