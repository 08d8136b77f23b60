/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import io.acequia.streaming.listener.BatchInfo;
import io.acequia.streaming.listener.StreamingListener;
import io.acequia.streaming.listener.StreamingStopped;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** The batches that a context has done, for a thread that waits for them. */
final class Batches implements StreamingListener {
    private final BlockingQueue<Object> events = new LinkedBlockingQueue<>();

    @Override
    public void onBatchCompleted(BatchInfo b) {
        events.add(b);
    }

    @Override
    public void onStreamingStopped(StreamingStopped e) {
        events.add(e);
    }

    /** The next batch, once it is done. */
    BatchInfo await() throws InterruptedException {
        Object event = events.take();
        if (event instanceof BatchInfo batch && batch.failure().isEmpty()) {
            return batch;
        }
        throw new IllegalStateException("ACQ-3006 the stream under test failed, so there is nothing to measure: " + event);
    }
}
