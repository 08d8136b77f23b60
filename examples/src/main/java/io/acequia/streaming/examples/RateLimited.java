/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.examples;

import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.data.Durations;
import io.acequia.streaming.listener.BatchInfo;
import io.acequia.streaming.listener.ContextStatus.SourceStatus;
import io.acequia.streaming.listener.StreamingListener;

/**
 * Reads a text server over two connections, no faster than it may, and prints with each batch the limit that is in force:
 * {@code acequia run RateLimited HOST PORT}.
 *
 * <p>The lowest limit wins: what the stream may bring, its share of what all receivers together may bring, and what the batches
 * get through. Before the first batch with records nobody knows the latter: the initial rate stands for it.
 */
public final class RateLimited {
    private RateLimited() {}

    // tag::rate-limited
    /** Two receivers bring 1,500 records a second together, at most; they begin with 500 each. */
    public static StreamingConf limits() {
        return new StreamingConf()
                .set(StreamingConf.RECEIVER_MAX_RATE_TOTAL, 1_500L)
                .set(StreamingConf.BACKPRESSURE_ENABLED, true)
                .set(StreamingConf.BACKPRESSURE_INITIAL_RATE, 500L);
    }

    public static void main(String[] args) throws Exception {
        if (args.length != 2) {
            throw new IllegalArgumentException("usage: RateLimited HOST PORT");
        }
        String host = args[0];
        int port = Integer.parseInt(args[1]);
        try (StreamingContext ssc = new StreamingContext(limits().setAppName("RateLimited"), Durations.seconds(1))) {
            ssc.union(
                            ssc.socketTextStream(host, port).maxRate(1_000),
                            ssc.socketTextStream(host, port).maxRate(200))
                    .count()
                    .print();
            ssc.addStreamingListener(new LimitsInForce(ssc));
            ssc.start();
            ssc.awaitTermination();
        }
    }

    private record LimitsInForce(StreamingContext ssc) implements StreamingListener {
        @Override
        public void onBatchCompleted(BatchInfo batch) {
            for (SourceStatus source : ssc.status().sources()) {
                System.out.println("stream " + source.streamId() + ": " + source.records() + " records so far, at most "
                        + source.limit().orElseThrow() + " a second");
            }
        }
    }
    // end::rate-limited
}
