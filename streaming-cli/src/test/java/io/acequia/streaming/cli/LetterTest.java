/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.acequia.streaming.BatchSink;
import io.acequia.streaming.DeadLetter;
import io.acequia.streaming.DeadLetterSink;
import io.acequia.streaming.Output;
import io.acequia.streaming.data.Time;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LetterTest {
    private static final String GOOD =
            "{\"origin\":\"o\",\"position\":\"p\",\"batchTime\":7,\"raw\":\"MTJ4\",\"text\":\"12x\","
                    + "\"cause\":\"c\"}";

    @TempDir
    Path dir;

    @Test
    void whatTheSinkWritesIsReadBack() throws Exception {
        byte[] raw = {0, -1, 10, 65};
        String hard = "\"\\ \u0000\n\t é 水 😀 }:,";
        DeadLetter letter = new DeadLetter("parse", "partition 3, error 1", new Time(1000), raw, hard, "x: " + hard);
        try (BatchSink.Writer<DeadLetter> writer =
                DeadLetterSink.toFiles(dir.toString()).open(new Output.Key(new Time(1000), "parse", 3))) {
            writer.write(letter);
            writer.commit();
        }

        Letter read = Letter.parse(
                Files.readAllLines(dir.resolve("1000-parse-3.jsonl")).get(0));

        assertThat(read.origin()).isEqualTo("parse");
        assertThat(read.position()).isEqualTo("partition 3, error 1");
        assertThat(read.batchTime()).isEqualTo(1000);
        assertThat(read.raw()).isEqualTo(raw);
        assertThat(read.text()).isEqualTo(hard);
        assertThat(read.cause()).isEqualTo("x: " + hard);
    }

    @Test
    void otherOrderSpaceAndEscapesOfOtherWritersAreRead() {
        Letter read =
                Letter.parse(" { \"text\" : \"a\\n\\t\\u00e9\\/\" , \"cause\":\"\",\"batchTime\": -5 ,\"raw\":\"\","
                        + "\"position\":\"p\",\"origin\":\"o\" } ");

        assertThat(read.text()).isEqualTo("a\n\té/");
        assertThat(read.batchTime()).isEqualTo(-5);
        assertThat(read.raw()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "null",
                "[1]",
                "{\"origin\":\"o\"}",
                "{\"a\":\"\\x\"}",
                "{\"a\":\"\\u12g4\"}",
                "{\"a\":\"\\u12",
                "{\"a\":\"no end",
                "{\"a\":\"1\",\"a\":\"2\"}",
                "{\"a\":{\"b\":\"c\"}}"
            })
    void whatIsNoLetterIsRefused(String line) {
        assertThatIllegalArgumentException().isThrownBy(() -> Letter.parse(line));
    }

    @Test
    void everyLineThatIsCutAnywhereIsRefused() {
        assertThat(Letter.parse(GOOD).raw()).isEqualTo("12x".getBytes(StandardCharsets.UTF_8));
        for (int length = 0; length < GOOD.length(); length++) {
            String cut = GOOD.substring(0, length);
            assertThatIllegalArgumentException().isThrownBy(() -> Letter.parse(cut));
        }
        for (String wrong : new String[] {
            GOOD + "x",
            GOOD.replace("7", "7e1"),
            GOOD.replace("7", "\"7\""),
            GOOD.replace("7", "99999999999999999999"),
            GOOD.replace("MTJ4", "MT!4"),
            GOOD.replace("\"cause\"", "\"other\"")
        }) {
            assertThatIllegalArgumentException().as(wrong).isThrownBy(() -> Letter.parse(wrong));
        }
    }
}
