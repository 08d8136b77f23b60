/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.data.Durations;
import io.acequia.streaming.testkit.TestStreams;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqlNetworkWordCountTest {
    private static final List<String> COUNTED = new CopyOnWriteArrayList<>();

    @Test
    void aFileAStreamAndWhoAsksMeanwhileAreOneSetOfData(@TempDir Path directory) throws Exception {
        Path file = Files.write(directory.resolve("known"), List.of("acequia,es", "canal,en", "ditch,en"));
        try (TestStreams t = TestStreams.every(Durations.seconds(1), SparkStreams.conf(), s -> {
            SqlNetworkWordCount.known(s.context().batchContext(), file.toString());
            SqlNetworkWordCount.count(s.input("lines"), rows -> rows.forEach(row -> COUNTED.add(row.toString())));
        })) {
            t.add("lines", "acequia canal", "ditch acequia nothing").advance(1);
            assertThat(COUNTED).containsExactly("[en,2]", "[es,2]");
            assertThat(SqlNetworkWordCount.ask(
                                    "select known.word, count(words.word) from known left join words on known.word = words.word"
                                            + " group by known.word order by known.word")
                            .toString())
                    .isEqualTo("[[acequia,2], [canal,1], [ditch,1]]");

            COUNTED.clear();
            t.add("lines", "canal").advance(1);
            assertThat(COUNTED).containsExactly("[en,1]");
        }
    }
}
