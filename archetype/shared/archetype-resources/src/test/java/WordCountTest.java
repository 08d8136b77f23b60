package ${package};

import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.data.Durations;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.testkit.TestStreams;
import java.util.List;
import org.junit.jupiter.api.Test;

class WordCountTest {
    /** The clock is the test's: each batch is done when {@code advance} returns. */
    @Test
    void countsTheWordsOfEachBatch() {
        try (TestStreams t = TestStreams.every(
                Durations.seconds(1), s -> s.collect("counts", WordCount.count(s.input("lines"))))) {
            t.add("lines", "to be or", "not to be").add("lines", "be").advance(2);

            List<List<Tuple2<String, Integer>>> counts = t.batches("counts");
            assertThat(counts.get(0))
                    .containsExactlyInAnyOrder(
                            Tuple2.of("to", 2), Tuple2.of("be", 2), Tuple2.of("or", 1), Tuple2.of("not", 1));
            assertThat(counts.get(1)).containsExactly(Tuple2.of("be", 1));
        }
    }
}
