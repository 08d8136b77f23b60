/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import io.acequia.streaming.data.StreamClock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Numbers from 0 that are published on a thread of their own, in order, a lot and a pause at a time, until it is told to stop. */
final class NumbersPublished implements AutoCloseable {
    private static final Duration LONGEST_STOP = Duration.ofMinutes(2);

    private final ExternalSystem<?> system;
    private final int lot;
    private final Duration pause;
    private final Thread thread = new Thread(this::publish, "numbers");
    private volatile boolean stopped;
    private volatile int sent;
    private volatile @Nullable Exception failure;

    NumbersPublished(ExternalSystem<?> system, int lot, Duration pause) {
        this.system = system;
        this.lot = lot;
        this.pause = pause;
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    private void publish() {
        StreamClock clock = StreamClock.system();
        try {
            while (!stopped) {
                system.publish(KillConformance.texts(sent, lot));
                sent += lot; // by this thread alone
                clock.awaitUntil(clock.now().plus(pause));
            }
        } catch (Exception e) {
            failure = e;
        }
    }

    /** Publishes no more; gives how many were published. */
    int stop() throws Exception {
        stopped = true;
        thread.join(LONGEST_STOP.toMillis());
        if (thread.isAlive()) {
            throw new AssertionError("the system has not taken number " + sent + " within " + LONGEST_STOP);
        }
        Exception failed = failure;
        if (failed != null) {
            throw failed;
        }
        return sent;
    }

    @Override
    public void close() {
        stopped = true;
        thread.interrupt();
    }
}
