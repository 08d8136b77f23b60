/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Where the thread of a rig waits for whatever may happen in a machine; many say that something did. */
final class SimSignal {
    /** For what nobody tells; rarely needed. */
    private static final Duration LOOK = Duration.ofMillis(25);

    private long happened;

    synchronized void tell() {
        happened++;
        notifyAll();
    }

    /** Waits until something holds, which is asked without any lock; false after a time that nothing takes. */
    boolean await(BooleanSupplier something, Duration atMost) throws InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (true) {
            long before = seen();
            if (something.getAsBoolean()) {
                return true;
            }
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            awaitMore(before, Math.min(LOOK.toMillis(), left / 1_000_000 + 1));
        }
    }

    private synchronized long seen() {
        return happened;
    }

    private synchronized void awaitMore(long before, long millis) throws InterruptedException {
        if (happened == before) {
            wait(millis);
        }
    }
}
