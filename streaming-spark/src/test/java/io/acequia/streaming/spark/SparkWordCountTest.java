/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.DStream;
import io.acequia.streaming.data.Durations;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.testkit.TestStreams;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The first program of every guide, on Spark. */
class SparkWordCountTest {
    @Test
    void wordsAreCountedInEachBatchAndOverAll() {
        try (TestStreams t = TestStreams.every(Durations.seconds(1), SparkStreams.conf(), s -> {
            var pairs = s.<String>input("lines")
                    .flatMap(line -> List.of(line.split(" ")).iterator())
                    .mapToPair(word -> Tuple2.of(word, 1));
            s.collect("counts", pairs.reduceByKey(Integer::sum));
            s.collect(
                    "totals",
                    pairs.<Integer>updateStateByKey((values, sum) -> Optional.of(
                            sum.orElse(0) + values.stream().mapToInt(x -> x).sum())));
        })) {
            t.add("lines", "a b", "a").advance(1);
            assertThat(t.<Tuple2<String, Integer>>last("counts"))
                    .containsExactlyInAnyOrder(Tuple2.of("a", 2), Tuple2.of("b", 1));
            for (int batch = 0; batch < 25; batch++) {
                t.add("lines", "b").advance(1);
            }
            assertThat(t.<Tuple2<String, Integer>>last("counts")).containsExactly(Tuple2.of("b", 1));
            assertThat(t.<Tuple2<String, Integer>>last("totals"))
                    .containsExactlyInAnyOrder(Tuple2.of("a", 2), Tuple2.of("b", 26));
        }
    }

    /** Java serialization follows what is nested on the stack. */
    @Test
    void aUnionOfManyStreamsIsSent() {
        int many = 400;
        try (TestStreams t = TestStreams.every(Durations.seconds(1), SparkStreams.conf(), s -> {
            DStream<String> words = s.input("words");
            List<DStream<Integer>> streams = new ArrayList<>();
            for (int i = 0; i < many; i++) {
                int number = i;
                streams.add(words.map(word -> number));
            }
            s.collect("numbers", s.context().union(streams));
        })) {
            t.add("words", "a").advance(1);
            assertThat(t.<Integer>last("numbers"))
                    .containsExactlyElementsOf(IntStream.range(0, many).boxed().toList());
        }
    }
}
