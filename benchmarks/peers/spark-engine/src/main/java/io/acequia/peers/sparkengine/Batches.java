/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.peers.sparkengine;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** The batches of a stream that have ended, for the thread that waits for the next one. */
final class Batches {
    private static final long SILENCE_SECONDS = 120;

    private final Semaphore ended = new Semaphore(0);
    private volatile boolean failed;

    /** A listener has heard of a batch. */
    void ended(boolean well) {
        failed |= !well;
        ended.release();
    }

    void awaitNext() throws InterruptedException {
        if (!ended.tryAcquire(SILENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException("no batch has ended for " + SILENCE_SECONDS + " seconds");
        }
        if (failed) {
            throw new IllegalStateException("a batch has failed: there is nothing to measure");
        }
    }
}
