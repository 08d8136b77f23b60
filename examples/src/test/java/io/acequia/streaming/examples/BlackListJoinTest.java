/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.BatchContext;
import io.acequia.streaming.data.Durations;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.testkit.TestStreams;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BlackListJoinTest {
    @Test
    void theJoinLeavesOutWhatBlackListedUsersSay() {
        try (TestStreams t = TestStreams.every(Durations.seconds(1), s -> {
            BatchContext batch = s.context().batchContext();
            s.collect(
                    "said",
                    BlackListJoin.joined(
                            s.input("lines"),
                            batch.parallelizePairs(List.of(Tuple2.of("eve", true), Tuple2.of("mallory", true)))));
        })) {
            sayAndExpectOnlyTheGood(t);
        }
    }

    @Test
    void theBroadcastLeavesOutTheSame() {
        try (TestStreams t = TestStreams.every(
                Durations.seconds(1),
                s -> s.collect(
                        "said",
                        BlackListJoin.filtered(
                                s.input("lines"), s.context().batchContext().broadcast(Set.of("eve", "mallory")))))) {
            sayAndExpectOnlyTheGood(t);
        }
    }

    private static void sayAndExpectOnlyTheGood(TestStreams t) {
        t.add("lines", "alice hello", "eve buy this", "bob hi", "alice how are you")
                .add("lines", "mallory", "bob bye");
        t.advance(2);

        List<List<String>> said = t.batches("said");
        assertThat(said.get(0)).containsExactlyInAnyOrder("alice hello", "bob hi", "alice how are you");
        assertThat(said.get(1)).containsExactly("bob bye");
    }
}
