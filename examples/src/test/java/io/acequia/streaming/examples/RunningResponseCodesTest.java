/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.BatchFailedException;
import io.acequia.streaming.DeadLetterSink;
import io.acequia.streaming.ErrorPolicy;
import io.acequia.streaming.data.Durations;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.testkit.TestStreams;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class RunningResponseCodesTest {
    private static final String OK =
            "127.0.0.1 - ada [10/Oct/2025:13:55:36 -0700] \"GET /index.html HTTP/1.1\" 200 2326";
    private static final String NOT_FOUND =
            "::1 - - [10/Oct/2025:13:55:37 -0700] \"GET /a\\\"b HTTP/1.1\" 404 - \"-\" \"curl/8.0\"";
    private static final String MALFORMED = "GET /index.html 200";

    private static TestStreams program(ErrorPolicy malformed) {
        return TestStreams.every(
                Durations.seconds(1), s -> s.collect("totals", RunningResponseCodes.totals(s.input("log"), malformed)));
    }

    @Test
    void everyBatchHasTheTotalsOfAllCodesSinceTheStart() {
        try (TestStreams t = program(ErrorPolicy.fail())) {
            t.add("log", OK, NOT_FOUND, OK).add("log").add("log", NOT_FOUND).advance(4);

            List<List<Tuple2<Integer, Long>>> totals = t.batches("totals");
            assertThat(totals).hasSize(4);
            assertThat(totals.get(0)).containsExactlyInAnyOrder(Tuple2.of(200, 2L), Tuple2.of(404, 1L));
            assertThat(totals.get(1)).containsExactlyInAnyOrder(Tuple2.of(200, 2L), Tuple2.of(404, 1L));
            assertThat(totals.get(2)).containsExactlyInAnyOrder(Tuple2.of(200, 2L), Tuple2.of(404, 2L));
            assertThat(totals.get(3)).containsExactlyInAnyOrder(Tuple2.of(200, 2L), Tuple2.of(404, 2L));
        }
    }

    @Test
    void malformedLinesAreLeftOutAndCounted() {
        try (TestStreams t = program(ErrorPolicy.skip())) {
            t.add("log", MALFORMED, OK, "").add("log", MALFORMED).advance(2);

            assertThat(t.last("totals")).isEqualTo(List.of(Tuple2.of(200, 1L)));
            assertThat(t.context().status().recordErrors()).containsEntry("parse", 3L);
        }
    }

    @Test
    void malformedLinesGoToAFileOfTheirBatch(@TempDir Path dir) throws IOException {
        try (TestStreams t = program(ErrorPolicy.deadLetter(DeadLetterSink.toFiles(dir.toString())))) {
            t.add("log", MALFORMED, OK).advance(1);

            assertThat(t.last("totals")).isEqualTo(List.of(Tuple2.of(200, 1L)));
            Path letters = dir.resolve(t.clock().now().toEpochMilli() + "-parse-0.jsonl");
            assertThat(Files.readAllLines(letters))
                    .singleElement()
                    .asString()
                    .contains("\"text\":\"" + MALFORMED + "\"", "not in common log format");
        }
    }

    @Test
    void withoutAPolicyAMalformedLineStopsTheProgramAndIsNamed() {
        try (TestStreams t = program(ErrorPolicy.fail())) {
            t.add("log", MALFORMED);

            assertThatThrownBy(() -> t.advance(1))
                    .isInstanceOf(BatchFailedException.class)
                    .hasRootCauseMessage("not in common log format: " + MALFORMED);
        }
    }
}
