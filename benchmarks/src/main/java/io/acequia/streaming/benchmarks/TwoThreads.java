/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** What a programmer would use instead of an engine: a pool of two threads, and a barrier after each step. */
final class TwoThreads implements AutoCloseable {
    static final int COUNT = 2;

    private final ExecutorService pool = Executors.newFixedThreadPool(COUNT);

    /** The part of one of the threads. */
    @FunctionalInterface
    interface Part {
        void run(int thread) throws Exception;
    }

    /** Runs both parts at once; returns when both have ended. */
    void run(Part part) throws Exception {
        List<Future<?>> running = new ArrayList<>(COUNT);
        for (int i = 0; i < COUNT; i++) {
            int thread = i;
            running.add(pool.submit(() -> {
                part.run(thread);
                return null;
            }));
        }
        for (Future<?> each : running) {
            each.get();
        }
    }

    @Override
    public void close() {
        pool.shutdownNow();
    }
}
