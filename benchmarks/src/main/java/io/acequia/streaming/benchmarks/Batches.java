/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import io.acequia.streaming.listener.BatchInfo;
import io.acequia.streaming.listener.StreamingListener;
import io.acequia.streaming.listener.StreamingStopped;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The batches that a context has done, for a thread that waits for them; it is woken once for all it waits for. */
final class Batches implements StreamingListener {
    private static final long SILENCE_NANOS = TimeUnit.MINUTES.toNanos(2);

    private final List<BatchInfo> done = new ArrayList<>();
    private int wanted = Integer.MAX_VALUE;
    private boolean stopped;
    private long lastNews = System.nanoTime();

    @Override
    public synchronized void onBatchCompleted(BatchInfo b) {
        done.add(b);
        lastNews = System.nanoTime();
        if (done.size() >= wanted) {
            notifyAll();
        }
    }

    @Override
    public synchronized void onStreamingStopped(StreamingStopped e) {
        stopped = true;
        notifyAll();
    }

    /** The next batches, once so many are done; takes them. A stream that says nothing for two minutes has failed. */
    synchronized List<BatchInfo> await(int count) throws InterruptedException {
        wanted = count;
        lastNews = System.nanoTime();
        while (done.size() < count && !stopped && System.nanoTime() - lastNews < SILENCE_NANOS) {
            wait(TimeUnit.SECONDS.toMillis(1));
        }
        List<BatchInfo> taken = List.copyOf(done.subList(0, Math.min(count, done.size())));
        done.subList(0, taken.size()).clear();
        wanted = Integer.MAX_VALUE;
        if (taken.size() < count
                || taken.stream().anyMatch(batch -> batch.failure().isPresent())) {
            throw new IllegalStateException("ACQ-3006 the stream under test failed or stopped after " + taken.size()
                    + " of " + count + " batches, so there is nothing to measure: see the log");
        }
        return taken;
    }
}
