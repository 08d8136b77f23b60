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
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings events to listeners on one thread, in order. Posting never blocks: beyond the capacity events are dropped, counted
 * and reported; without listeners there are no events. A listener that throws is logged and does not keep the others from
 * the event.
 *
 * <p>Waking the thread for each of the events of a short batch would cost more than the batch, so only some of them wake it;
 * for the others it looks by itself every 10 ms.
 */
public final class ListenerBus {
    private static final Logger LOG = LoggerFactory.getLogger(ListenerBus.class);
    private static final int CAPACITY = 10_000;
    private static final long CLOSE_SECONDS = 5;
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

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

    /** Whether anybody listens. */
    boolean isHeard() {
        return !listeners.isEmpty();
    }

    /** Posts an event, and wakes the thread for it and those before it. */
    void post(Consumer<StreamingListener> event) {
        postQuietly(event);
        LockSupport.unpark(thread);
    }

    /** Posts an event that may come a moment late. */
    void postQuietly(Consumer<StreamingListener> event) {
        if (isHeard() && !events.offer(event) && dropped.getAndIncrement() == 0) {
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
        Thread delivering = thread;
        LockSupport.unpark(delivering);
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
        while (!closing || !events.isEmpty()) {
            Consumer<StreamingListener> event = events.poll();
            if (event == null) {
                LockSupport.parkNanos(this, LOOK_NANOS);
                continue;
            }
            for (StreamingListener listener : listeners) {
                deliver(event, listener);
            }
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
