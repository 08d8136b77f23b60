/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.BatchContext;
import io.acequia.streaming.PairRDD;
import io.acequia.streaming.data.Durations;
import io.acequia.streaming.testkit.TestStreams;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BatchAndStreamTest {
    @Test
    void theStreamJoinsWithDataThatBatchJobsReadBesideIt(@TempDir Path dir) throws IOException {
        Path file = Files.writeString(dir.resolve("users.csv"), "1,ada\n2,grace\n3,ada\n");

        try (TestStreams t = TestStreams.every(
                Durations.seconds(1),
                s -> s.collect(
                        "visitors",
                        BatchAndStream.visitors(
                                s.input("ids"), BatchAndStream.users(s.context().batchContext(), file.toString()))))) {
            BatchContext batch = t.context().batchContext();
            PairRDD<String, String> users = BatchAndStream.users(batch, file.toString());
            t.add("ids", "2", "9", "1").add("ids", "3", "3").advance(1);
            assertThat(users.count()).isEqualTo(3);

            t.advance(1);
            assertThat(t.batches("visitors").get(0)).containsExactlyInAnyOrder("grace", "ada");
            assertThat(t.batches("visitors").get(1)).containsExactly("ada", "ada");

            t.context().stop(false);
            assertThat(users.values().distinct().collect()).containsExactlyInAnyOrder("ada", "grace");
        }
    }
}
