/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.BatchFailedException;
import io.acequia.streaming.DeadLetterSink;
import io.acequia.streaming.ErrorPolicy;
import io.acequia.streaming.data.Durations;
import io.acequia.streaming.testkit.TestStreams;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeadLettersTest {
    private static TestStreams program(ErrorPolicy policy) {
        return TestStreams.every(
                Durations.seconds(1), s -> s.collect("sums", DeadLetters.sums(s.input("lines"), policy)));
    }

    @Test
    void whatIsNoNumberGoesToAFileOfItsBatchWithItsCause(@TempDir Path dir) throws IOException {
        try (TestStreams t = program(ErrorPolicy.deadLetter(DeadLetterSink.toFiles(dir.toString())))) {
            t.add("lines", "1", "two", "3").advance(1);

            assertThat(t.last("sums")).isEqualTo(List.of(4));
            Path letters = dir.resolve(t.clock().now().toEpochMilli() + "-parse-0.jsonl");
            assertThat(Files.readAllLines(letters))
                    .singleElement()
                    .asString()
                    .contains("\"text\":\"two\"", "\"origin\":\"parse\"", "NumberFormatException");
        }
    }

    @Test
    void aBatchWithoutBadLinesWritesNoFile(@TempDir Path dir) {
        try (TestStreams t = program(ErrorPolicy.deadLetter(DeadLetterSink.toFiles(dir.toString())))) {
            t.add("lines", "1", "3").advance(1);

            assertThat(t.last("sums")).isEqualTo(List.of(4));
            assertThat(dir).isEmptyDirectory();
        }
    }

    @Test
    void withoutAPolicyTheFirstBadLineStopsTheProgramAndIsNamed() {
        try (TestStreams t = program(ErrorPolicy.fail())) {
            t.add("lines", "1", "two", "3");

            assertThatThrownBy(() -> t.advance(1))
                    .isInstanceOf(BatchFailedException.class)
                    .hasMessageContaining("map at DeadLetters.java:")
                    .hasRootCauseInstanceOf(NumberFormatException.class)
                    .hasRootCauseMessage("For input string: \"two\"");
        }
    }
}
