/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import java.util.concurrent.atomic.AtomicInteger;

/** Counts how often code ran that no bytes may cause to run. */
final class Cage {
    private static final AtomicInteger FIRED = new AtomicInteger();

    private Cage() {}

    static void fire() {
        FIRED.incrementAndGet();
    }

    static int fired() {
        return FIRED.get();
    }
}
