/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import io.acequia.streaming.listener.ContextStatus;
import io.acequia.streaming.listener.ReceiverEvent;
import io.acequia.streaming.listener.ReceiverState;
import io.acequia.streaming.listener.StreamingListener;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * When it was first seen that a source is in trouble: by a listener, or by somebody who asks for the status again and again. Guarded
 * by itself.
 */
final class StateWatch implements StreamingListener {
    private final Supplier<ContextStatus> status;
    private long since = System.nanoTime();
    private long toldMillis = -1;
    private long shownMillis = -1;

    StateWatch(Supplier<ContextStatus> status) {
        this.status = status;
    }

    /** From now on. */
    synchronized void begin() {
        since = System.nanoTime();
        toldMillis = -1;
        shownMillis = -1;
    }

    @Override
    public void onReceiverStateChanged(ReceiverEvent e) {
        heard(e.state());
    }

    @Override
    public void onReceiverError(ReceiverEvent e) {
        heard(e.state());
    }

    private synchronized void heard(ReceiverState state) {
        if (toldMillis < 0 && isTrouble(state)) {
            toldMillis = millis();
        }
    }

    private static boolean isTrouble(ReceiverState state) {
        return state == ReceiverState.RETRYING || state == ReceiverState.FAILED;
    }

    private long millis() {
        return Duration.ofNanos(System.nanoTime() - since).toMillis();
    }

    /** Asks for the status; whether the trouble is visible by now. */
    boolean look() {
        boolean trouble = status.get().sources().stream().anyMatch(source -> isTrouble(source.state()));
        synchronized (this) {
            if (trouble && shownMillis < 0) {
                shownMillis = millis();
            }
            return visibleMillis().isPresent();
        }
    }

    /** Whether no source is in trouble now. */
    boolean isCalm() {
        return status.get().sources().stream().noneMatch(source -> isTrouble(source.state()));
    }

    synchronized boolean isTold() {
        return toldMillis >= 0;
    }

    synchronized boolean isShown() {
        return shownMillis >= 0;
    }

    /** How long it took until one of both was there. */
    synchronized OptionalLong visibleMillis() {
        if (toldMillis < 0 && shownMillis < 0) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(
                toldMillis < 0 || shownMillis < 0
                        ? Math.max(toldMillis, shownMillis)
                        : Math.min(toldMillis, shownMillis));
    }
}
