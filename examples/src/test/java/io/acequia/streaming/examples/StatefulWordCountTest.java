/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.MapWithStateDStream;
import io.acequia.streaming.data.Durations;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.testkit.TestStreams;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class StatefulWordCountTest {
    @SafeVarargs
    @SuppressWarnings("varargs") // only read
    private static TestStreams program(Tuple2<String, Integer>... initial) {
        return TestStreams.every(Durations.seconds(1), s -> {
            MapWithStateDStream<String, Integer, Integer, Tuple2<String, Integer>> counts =
                    StatefulWordCount.runningCounts(
                            s.input("lines"), s.context().batchContext().parallelizePairs(List.of(initial)));
            s.collect("changed", counts);
            s.collect("all", counts.stateSnapshots());
        });
    }

    @Test
    void onlyTheWordsOfABatchAreEmittedWithTheirCountSinceTheStart() {
        try (TestStreams t = program()) {
            t.add("lines", "to be or", "not to be")
                    .add("lines")
                    .add("lines", "be")
                    .advance(3);

            List<List<Tuple2<String, Integer>>> changed = t.batches("changed");
            assertThat(changed).hasSize(3);
            assertThat(changed.get(0))
                    .containsExactlyInAnyOrder(
                            Tuple2.of("to", 2), Tuple2.of("be", 2), Tuple2.of("or", 1), Tuple2.of("not", 1));
            assertThat(changed.get(1)).isEmpty();
            assertThat(changed.get(2)).containsExactly(Tuple2.of("be", 3));
        }
    }

    @Test
    void aSnapshotHasAllWordsInEachBatch() {
        try (TestStreams t = program()) {
            t.add("lines", "to be").add("lines").add("lines", "be").advance(3);

            List<List<Tuple2<String, Integer>>> all = t.batches("all");
            assertThat(all).hasSize(3);
            assertThat(all.get(0)).containsExactlyInAnyOrder(Tuple2.of("to", 1), Tuple2.of("be", 1));
            assertThat(all.get(1)).containsExactlyInAnyOrder(Tuple2.of("to", 1), Tuple2.of("be", 1));
            assertThat(all.get(2)).containsExactlyInAnyOrder(Tuple2.of("to", 1), Tuple2.of("be", 2));
        }
    }

    @Test
    void countsBeginWithTheInitialStateWhichIsEmittedNotBeforeItChanges() {
        try (TestStreams t = program(Tuple2.of("to", 5), Tuple2.of("stay", 7))) {
            t.add("lines").add("lines", "to be").advance(2);

            List<List<Tuple2<String, Integer>>> changed = t.batches("changed");
            assertThat(changed.get(0)).isEmpty();
            assertThat(changed.get(1)).containsExactlyInAnyOrder(Tuple2.of("to", 6), Tuple2.of("be", 1));
            List<List<Tuple2<String, Integer>>> all = t.batches("all");
            assertThat(all.get(0)).containsExactlyInAnyOrder(Tuple2.of("to", 5), Tuple2.of("stay", 7));
            assertThat(all.get(1))
                    .containsExactlyInAnyOrder(Tuple2.of("to", 6), Tuple2.of("be", 1), Tuple2.of("stay", 7));
        }
    }
}
