/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.rdd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.BatchContext;
import io.acequia.streaming.RDD;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.direct.Split;
import io.acequia.streaming.direct.SplitReader;
import io.acequia.streaming.receiver.Rejected;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** RDDs that read ranges of direct sources. */
class RddSplitsTest {
    private final StreamingConf conf = StreamingConf.withoutDefaults()
            .setMaster("local[2]")
            .setAppName("splits")
            .set("streaming.source.max.line", "10");
    private final BatchContext batch = new BatchContext(conf);

    @AfterEach
    void stop() {
        batch.stop();
    }

    /** The numbers of a range; negative ones cannot be decoded. */
    private record Numbers(int from, int until) implements Split<Integer> {
        @Override
        public SplitReader<Integer> open(TaskContext task) {
            return new SplitReader<>() {
                private int next = from;

                @Override
                public List<Integer> next() {
                    return next < until ? List.of(next++) : List.of();
                }

                @Override
                public List<Rejected> takeRejected() {
                    return next < until || from >= 0
                            ? List.of()
                            : List.of(new Rejected(new byte[0], "the end of " + describe(), new Exception("negative")));
                }

                @Override
                public void close() {}
            };
        }

        @Override
        public String describe() {
            return "numbers [" + from + ", " + until + ")";
        }

        @Override
        public OptionalLong recordCount() {
            return OptionalLong.of(until - from);
        }
    }

    @Test
    void eachRangeIsAPartitionAndIsToldUntilAnOperation() {
        List<Numbers> ranges = List.of(new Numbers(0, 3), new Numbers(3, 3), new Numbers(3, 5));
        RDD<Integer> rdd = batch.fromSplits(ranges);
        assertThat(rdd.glom().collect()).containsExactly(List.of(0, 1, 2), List.of(), List.of(3, 4));
        assertThat(rdd.splits()).hasValueSatisfying(splits -> assertThat(splits).isEqualTo(ranges));
        assertThat(rdd.filter(i -> true).splits()).isEmpty();
        assertThat(batch.parallelize(List.of(1)).splits()).isEmpty();
    }

    @Test
    void whatCannotBeDecodedFailsTheTask() {
        assertThatThrownBy(() -> batch.fromSplits(List.of(new Numbers(-2, 2))).collect())
                .hasStackTraceContaining(
                        "ACQ-0821 numbers [-2, 2) holds records that cannot be decoded, the first at the end"
                                + " of numbers [-2, 2)")
                .hasRootCauseMessage("negative");
    }

    @Test
    void aLineOfATextFileThatIsTooLongIsNotLeftOut(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("a.txt"), "short\n" + "long".repeat(10) + "\nlast\n");
        assertThatThrownBy(() -> batch.textFile(file.toString()).collect()).hasStackTraceContaining("ACQ-0821 ");
    }
}
