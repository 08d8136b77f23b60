/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.graph;

import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.BatchContext;
import io.acequia.streaming.RDD;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.data.Time;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PrintedBatchTest {
    @Test
    void printingComputesOneRecordMoreThanItPrints() {
        AtomicInteger computed = new AtomicInteger();
        try (BatchContext batch = new BatchContext(
                StreamingConf.withoutDefaults().setMaster("local[2]").setAppName("printed"))) {
            RDD<Integer> numbers = batch.parallelize(
                            IntStream.range(0, 1000).boxed().toList(), 4)
                    .map(number -> {
                        computed.incrementAndGet();
                        return number;
                    });
            PrintedBatch.print(numbers, new Time(1000), 10);
        }
        assertThat(computed).hasValue(11);
    }
}
