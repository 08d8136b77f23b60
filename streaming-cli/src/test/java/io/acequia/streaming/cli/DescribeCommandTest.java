/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import static io.acequia.streaming.cli.CommandRunner.acequia;
import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class DescribeCommandTest {
    private static final String DIRECTORY = "checkpoints/orders";

    @TempDir
    Path dir;

    /** Has nothing to show. */
    public static final class StartsNothing {
        public static void main(String[] args) {}
    }

    /** Defines no output, and so cannot start. */
    public static final class HasNoOutput {
        public static void main(String[] args) {
            try (StreamingContext ssc = new StreamingContext(new StreamingConf(), Duration.ofSeconds(1))) {
                ssc.socketTextStream("127.0.0.1", 9);
                ssc.start();
            }
        }
    }

    /** Goes on when its start fails. */
    public static final class StartsAgain {
        public static void main(String[] args) {
            for (int i = 0; i < 2; i++) {
                try (StreamingContext ssc = new StreamingContext(new StreamingConf(), Duration.ofSeconds(1))) {
                    ssc.socketTextStream("127.0.0.1", 9).print();
                    ssc.start();
                } catch (RuntimeException e) {
                    System.out.println("once more: " + e);
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"text, txt", "json, json", "mermaid, mmd", "dot, dot", "JSON, json"})
    void aGraphIsWrittenInFourForms(String format, String extension) throws IOException {
        CommandRunner described = acequia("describe", "--format", format, DescribedProgram.class.getName(), DIRECTORY);

        assertThat(described.exitCode()).as(described.err()).isZero();
        assertThat(described.out()).isEqualTo(golden("DescribedProgram." + extension));
        assertThat(StreamingContext.active()).isEmpty();
        assertThat(Path.of(DIRECTORY)).doesNotExist();
    }

    @Test
    void theFormIsTextUnlessAnotherIsAskedFor() throws IOException {
        assertThat(acequia("describe", DescribedProgram.class.getName(), DIRECTORY)
                        .out())
                .isEqualTo(golden("DescribedProgram.txt"));
    }

    @Test
    void whatTheProgramPrintsIsNotInTheGraphAndThreadsOfItEndWithIt() throws Exception {
        Path errors = dir.resolve("errors");
        Process process = new ProcessBuilder(new ChildJvm(
                                List.of("describe", "--format", "json", DescribedProgram.class.getName(), DIRECTORY))
                        .command())
                .redirectError(Redirect.to(errors.toFile()))
                .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor()).isZero();
        assertThat(out).isEqualTo(golden("DescribedProgram.json"));
        assertThat(errors).content().contains("about to start");
    }

    @Test
    void aProgramThatCatchesWhatStartThrowsIsStillDescribed() {
        CommandRunner described = acequia("describe", StartsAgain.class.getName());

        assertThat(described.exitCode()).isZero();
        assertThat(described.out()).contains("output print at DescribeCommandTest.java:");
    }

    @Test
    void aProgramThatCannotStartOrDoesNotHasNoGraph() {
        CommandRunner refused = acequia("describe", HasNoOutput.class.getName());
        CommandRunner nothing = acequia("describe", StartsNothing.class.getName());

        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.err()).contains("HasNoOutput failed: ACQ-0918");
        assertThat(nothing.exitCode()).isEqualTo(1);
        assertThat(nothing.err()).contains("ACQ-2289 StartsNothing");
    }

    @Test
    void mistakesOfTheCommandAreTold() {
        assertThat(acequia("describe").err()).contains("ACQ-2203");
        assertThat(acequia("describe", "--format", "svg", "X").exitCode()).isEqualTo(2);
        assertThat(acequia("describe", "-Dstreaming.mastr=x", "X").err()).contains("did you mean 'streaming.master'?");
    }

    private static String golden(String name) throws IOException {
        try (InputStream text = DescribeCommandTest.class.getResourceAsStream(name)) {
            return new String(Objects.requireNonNull(text, name).readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
