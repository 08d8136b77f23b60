/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.listener.BatchInfo;
import io.acequia.streaming.listener.ContextStatus.SourceStatus;
import io.acequia.streaming.listener.OutputInfo;
import io.acequia.streaming.listener.ReceiverEvent;
import io.acequia.streaming.listener.ReceiverState;
import io.acequia.streaming.listener.StreamingListener;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Keeps what a context tells its listeners, and lets a test wait for it. */
final class Watch implements StreamingListener {
    private final List<BatchInfo> batches = new ArrayList<>();
    private final List<OutputInfo> outputs = new ArrayList<>();
    private final List<ReceiverEvent> receivers = new ArrayList<>();

    static Watch on(StreamingContext context) {
        Watch watch = new Watch();
        context.addStreamingListener(watch);
        return watch;
    }

    /** Waits until the receivers have read so many records and rejected so many. */
    static void awaitReceived(StreamingContext context, long records, long rejected) throws InterruptedException {
        while (sum(context, true) < records || sum(context, false) < rejected) {
            if (context.awaitTerminationOrTimeout(1)) {
                throw new AssertionError(
                        "the context stopped before " + records + " records came: " + context.status());
            }
        }
    }

    private static long sum(StreamingContext context, boolean records) {
        return context.status().sources().stream()
                .mapToLong(records ? SourceStatus::records : SourceStatus::rejected)
                .sum();
    }

    @Override
    public synchronized void onBatchCompleted(BatchInfo b) {
        batches.add(b);
        notifyAll();
    }

    @Override
    public synchronized void onOutputOperationCompleted(OutputInfo o) {
        outputs.add(o);
        notifyAll();
    }

    @Override
    public synchronized void onReceiverStateChanged(ReceiverEvent e) {
        receivers.add(e);
        notifyAll();
    }

    /** The n-th batch that was done, from 1; waits for it. */
    BatchInfo batch(int n) throws InterruptedException {
        return nth(batches, n, any -> true);
    }

    /** The n-th run of any output, from 1; waits for it. */
    OutputInfo output(int n) throws InterruptedException {
        return nth(outputs, n, any -> true);
    }

    /** The n-th event of a receiver that entered {@code state}, from 1; waits for it. */
    ReceiverEvent receiver(ReceiverState state, int n) throws InterruptedException {
        return nth(receivers, n, event -> event.state() == state);
    }

    private synchronized <E> E nth(List<E> events, int n, Predicate<E> which) throws InterruptedException {
        while (true) {
            List<E> found = events.stream().filter(which).toList();
            if (found.size() >= n) {
                return found.get(n - 1);
            }
            wait();
        }
    }
}
