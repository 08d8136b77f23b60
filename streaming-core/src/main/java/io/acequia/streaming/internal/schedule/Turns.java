/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.schedule;

import io.acequia.streaming.data.Time;
import java.util.TreeSet;

/**
 * Lets batches that run at the same time do one thing in the order of their times. A batch that fails keeps its turn, and those
 * behind it wait until they are interrupted. Safe for use by any thread.
 */
final class Turns {
    private final TreeSet<Time> waiting = new TreeSet<>();

    /** A batch will have its turn. In the order of times. */
    synchronized void add(Time time) {
        waiting.add(time);
    }

    /** Blocks until all batches before have had theirs. */
    synchronized void await(Time time) throws InterruptedException {
        while (!waiting.isEmpty() && waiting.first().compareTo(time) < 0) {
            wait();
        }
    }

    /** The batch has had its turn. */
    synchronized void done(Time time) {
        waiting.remove(time);
        notifyAll();
    }
}
