/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.data.Durations;
import io.acequia.streaming.listener.BatchInfo;
import io.acequia.streaming.listener.StreamingListener;
import io.acequia.streaming.testkit.TestStreams;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WatchedJobTest {
    // tag::watched
    static void watch(StreamingContext context, Consumer<Duration> gauge) {
        context.addStreamingListener(new StreamingListener() {
            @Override
            public void onBatchCompleted(BatchInfo batch) {
                batch.totalDelay().ifPresent(gauge);
            }
        });
    }
    // end::watched

    @Test
    void eachBatchTellsHowLongItTook() throws InterruptedException {
        BlockingQueue<Duration> delays = new LinkedBlockingQueue<>();
        try (TestStreams t = TestStreams.every(Durations.seconds(1), s -> {
            s.collect("counts", NetworkWordCount.count(s.input("lines")));
            watch(s.context(), delays::add);
        })) {
            t.add("lines", "to be").advance(2);

            // The clock of the test stands still while a batch runs.
            assertThat(List.of(delays.take(), delays.take())).containsOnly(Duration.ZERO);
        }
        assertThat(delays).as("delays of more batches than there were").isEmpty();
    }
}
