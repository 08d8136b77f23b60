/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import io.acequia.streaming.listener.BatchInfo;
import io.acequia.streaming.listener.StreamingListener;
import io.acequia.streaming.listener.StreamingStopped;
import java.util.ArrayList;
import java.util.List;

/** The batches that a context has done, for a thread that waits for them; it is woken once for all it waits for. */
final class Batches implements StreamingListener {
    private final List<BatchInfo> done = new ArrayList<>();
    private int wanted = Integer.MAX_VALUE;
    private boolean stopped;

    @Override
    public synchronized void onBatchCompleted(BatchInfo b) {
        done.add(b);
        if (done.size() >= wanted) {
            notifyAll();
        }
    }

    @Override
    public synchronized void onStreamingStopped(StreamingStopped e) {
        stopped = true;
        notifyAll();
    }

    /** The next batches, once so many are done; takes them. */
    synchronized List<BatchInfo> await(int count) throws InterruptedException {
        wanted = count;
        while (done.size() < count && !stopped) {
            wait();
        }
        List<BatchInfo> taken = List.copyOf(done.subList(0, Math.min(count, done.size())));
        done.subList(0, taken.size()).clear();
        wanted = Integer.MAX_VALUE;
        if (taken.size() < count || taken.stream().anyMatch(batch -> batch.failure().isPresent())) {
            throw new IllegalStateException("ACQ-3006 the stream under test failed or stopped after " + taken.size() + " of "
                    + count + " batches, so there is nothing to measure: see the log");
        }
        return taken;
    }
}
