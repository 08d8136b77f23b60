/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.RDD;
import io.acequia.streaming.data.Durations;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.testkit.TestStreams;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

class QueueStreamTest {
    private final Queue<RDD<Integer>> queue = new ConcurrentLinkedQueue<>();

    private TestStreams program() {
        return TestStreams.every(
                Durations.seconds(1),
                s -> s.collect("digits", QueueStream.lastDigits(s.context().queueStream(queue))));
    }

    private static RDD<Integer> numbers(TestStreams t, Integer... numbers) {
        return t.context().batchContext().parallelize(List.of(numbers));
    }

    @Test
    void eachBatchTakesOneRddOfTheQueue() {
        try (TestStreams t = program()) {
            queue.add(numbers(t, 1, 11, 21));
            queue.add(numbers(t, 7));
            t.advance(3);

            assertThat(t.batches("digits"))
                    .containsExactly(List.of(Tuple2.of(1, 3)), List.of(Tuple2.of(7, 1)), List.of());
        }
    }

    @Test
    void whatIsAddedWhileTheStreamRunsIsTakenByTheNextBatch() {
        try (TestStreams t = program()) {
            t.advance(1);
            queue.add(numbers(t, 10, 20));
            t.advance(1);

            assertThat(t.batches("digits")).containsExactly(List.of(), List.of(Tuple2.of(0, 2)));
        }
    }
}
