/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import static io.acequia.streaming.cli.CommandRunner.acequia;
import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingConf.Key;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigCommandTest {
    @TempDir
    Path dir;

    @BeforeEach
    @AfterEach
    void forget() {
        System.clearProperty("streaming.master");
        System.clearProperty("streaming.mastr");
    }

    @Test
    @DisplayName("S9.3 config list shows every key with its default and its sentence")
    void listShowsEveryKeyWithDefaultAndSentence() {
        CommandRunner list = acequia("config", "list");
        Map<String, String> defaults = StreamingConf.withoutDefaults().values();

        assertThat(list.exitCode()).isZero();
        assertThat(StreamingConf.keys()).isNotEmpty();
        for (Key<?> key : StreamingConf.keys()) {
            String value = defaults.get(key.name());
            assertThat(list.out()).contains(key.name() + " = " + (value.isEmpty() ? "(empty)" : value));
            assertThat(list.out()).contains(key.sentence() + " Value: " + key.form() + ".");
        }
    }

    @Test
    void listSaysWhereAValueComesFromThatIsNotTheDefault() {
        System.setProperty("streaming.master", "local[3]");

        assertThat(acequia("config", "list").out())
                .contains("streaming.master = local[3] (system property; default: local[*])");
    }

    @Test
    void explainTellsOneKeyInFull() {
        CommandRunner explain = acequia("config", "explain", "streaming.stop.timeout");

        assertThat(explain.exitCode()).isZero();
        assertThat(explain.out())
                .contains("How long a graceful stop may take")
                .contains("default:     30s")
                .contains("in force:    30s (default)")
                .contains("STREAMING_STOP_TIMEOUT")
                .contains("type:        Duration, a duration with its unit (ms, s, m, h, d)")
                .contains("reloadable:  no");
    }

    @Test
    void explainOfAnUnknownKeyExitsWithTwoAndNamesTheNearest() {
        CommandRunner explain = acequia("config", "explain", "streaming.stop.timeuot");

        assertThat(explain.exitCode()).isEqualTo(2);
        assertThat(explain.err()).contains("did you mean 'streaming.stop.timeout'?");
    }

    @Test
    void checkAcceptsAFileThatIsRight() throws IOException {
        Path file = file("streaming.master = local[2]", "streaming.stop.timeout = 5s");

        CommandRunner check = acequia("config", "check", file.toString());

        assertThat(check.exitCode()).isZero();
        assertThat(check.out()).contains("2 settings ok");
    }

    @Test
    void checkNamesEveryProblemOfAFile() throws IOException {
        Path file = file("streaming.mastr = local[2]", "streaming.stop.timeout = soon", "streaming.parallelism = 4");

        CommandRunner check = acequia("config", "check", file.toString());

        assertThat(check.exitCode()).isEqualTo(2);
        assertThat(check.err())
                .contains("did you mean 'streaming.master'?")
                .contains("streaming.stop.timeout = 'soon'")
                .contains("2 of 3 settings wrong");
    }

    @ParameterizedTest
    @CsvSource({
        "streaming.backpressure.enabled = false, streaming.backpressure.initial.rate = 10",
        "streaming.receiver.max.rate.total = 99, streaming.receiver.max.rate = 100",
        "streaming.receiver.max.rate = 50, streaming.backpressure.enabled = true",
        "streaming.receiver.retry.first = 1m, streaming.receiver.retry.most = 30s",
        "streaming.source.max.line = 2 MiB, streaming.log.max.record = 1 MiB",
        "streaming.block.size = 2 MiB, streaming.source.buffer = 1 MiB",
        "streaming.storage.memory = 8 MiB, streaming.source.buffer = 9 MiB"
    })
    void checkFindsSettingsThatContradictEachOther(String one, String other) throws IOException {
        CommandRunner check = acequia("config", "check", file(one, other).toString());

        assertThat(check.exitCode()).isEqualTo(2);
        assertThat(check.err()).contains("ACQ-2281 streaming.").contains(" contradict each other: ");
    }

    @ParameterizedTest
    @CsvSource({
        "streaming.backpressure.enabled = true, streaming.backpressure.initial.rate = 10",
        "streaming.receiver.max.rate.total = 0, streaming.receiver.max.rate = 100",
        "streaming.receiver.max.rate = 100, streaming.backpressure.enabled = true",
        "streaming.receiver.retry.first = 30s, streaming.receiver.retry.most = 30s",
        "streaming.source.max.frame = 65 MiB, streaming.receiver.log = false",
        "streaming.storage.memory = 0 B, streaming.source.buffer = 9 MiB"
    })
    void checkAcceptsSettingsThatGoTogether(String one, String other) throws IOException {
        assertThat(acequia("config", "check", file(one, other).toString()).exitCode())
                .isZero();
    }

    @Test
    void theDefaultsContradictNothing() {
        assertThat(SettingConflicts.in(StreamingConf.withoutDefaults())).isEmpty();
    }

    @Test
    void checkOfAFileThatIsNotThereExitsWithTwo() {
        CommandRunner check = acequia("config", "check", dir.resolve("none").toString());

        assertThat(check.exitCode()).isEqualTo(2);
        assertThat(check.err()).contains("ACQ-2207 cannot read").contains("none");
    }

    @Test
    void checkWithoutAFileChecksWhatIsSetOutside() {
        assertThat(acequia("config", "check").exitCode()).isZero();

        System.setProperty("streaming.mastr", "local[1]");
        assertThat(acequia("config", "check").exitCode()).isEqualTo(2);
    }

    private Path file(String... lines) throws IOException {
        return Files.write(dir.resolve("job.properties"), java.util.List.of(lines));
    }
}
