/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import static io.acequia.streaming.cli.CommandRunner.acequia;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class ShellCommandTest {
    @TempDir
    Path dir;

    @Test
    void aStreamIsDefinedStartedCountedAndStoppedLineByLine() throws Exception {
        Typed shell = typed(
                List.of("--interval", "50ms", "-Dstreaming.app.name=played"),
                """
                var words = new ConcurrentLinkedQueue<RDD<String>>()
                words.add(sc.parallelize(List.of("to", "be", "or", "not", "to", "be")))
                ssc.queueStream(words).countByValue().print()
                start()
                batches(2)
                System.out.println("complete: " + stop().complete())
                fresh()
                System.out.println("again: " + ssc.state() + " " + ssc.status().appName() + " every " + ssc.batchInterval())
                /exit 7
                """);

        assertThat(shell.exitCode()).isEqualTo(7);
        assertThat(shell.out())
                .contains("(to,2)", "(be,2)", "(or,1)", "(not,1)")
                .contains("complete: true")
                .contains("again: INITIALIZED played every PT0.05S")
                .doesNotContain("|  Error");
    }

    @Test
    void whatIsOnTheClassPathAndInFilesIsThereFromTheFirstLine() throws Exception {
        Path connector = dir.resolve("classes/io/acequia/streaming/mqtt");
        Path source = Files.writeString(
                dir.resolve("MqttSource.java"),
                "package io.acequia.streaming.mqtt; public class MqttSource { public String toString() { return \"from a jar\"; } }");
        Files.createDirectories(connector);
        assertThat(javax.tools.ToolProvider.getSystemJavaCompiler()
                        .run(null, null, null, "-d", dir.resolve("classes").toString(), source.toString()))
                .isZero();
        Path file = Files.writeString(dir.resolve("words.jsh"), "int answer = 6 * 7\n");

        Typed shell = typed(
                List.of("--class-path", dir.resolve("classes").toString(), file.toString()),
                """
                System.out.println(new MqttSource() + " " + answer + " " + conf.get(StreamingConf.MASTER))
                /exit
                """);

        assertThat(shell.exitCode()).isZero();
        assertThat(shell.out()).contains("from a jar 42 local[2]");
    }

    @Test
    void mistakesOfTheCommandAreToldBeforeAnythingRuns() {
        assertThat(acequia("shell", "--interval", "0s"))
                .satisfies(shell -> assertThat(shell.exitCode()).isEqualTo(2))
                .satisfies(shell -> assertThat(shell.err()).contains("ACQ-2291 --interval 0s"));
        assertThat(acequia("shell", "--interval", "soon").err()).contains("ACQ-2291 --interval soon");
        assertThat(acequia("shell", "-Dstreaming.mastr=x").err()).contains("did you mean 'streaming.master'?");
    }

    @Test
    void aJavaWithoutJShellIsToldSo() throws Exception {
        List<String> command = new ArrayList<>(new ChildJvm(List.of("shell")).command());
        command.addAll(1, List.of("--limit-modules", "java.se,jdk.unsupported"));

        Typed shell = typed(command, "");

        assertThat(shell.exitCode()).isEqualTo(1);
        assertThat(shell.err()).contains("ACQ-2290");
    }

    private record Typed(int exitCode, String out, String err) {}

    private Typed typed(List<String> options, String lines) throws IOException, InterruptedException {
        List<String> command = options;
        if (!options.get(0).contains("java")) {
            List<String> arguments = new ArrayList<>(List.of("shell"));
            arguments.addAll(options);
            command = new ChildJvm(arguments).command();
        }
        Path in = Files.writeString(dir.resolve("in"), lines);
        Path err = dir.resolve("err");
        Process process = new ProcessBuilder(command)
                .redirectInput(in.toFile())
                .redirectError(Redirect.to(err.toFile()))
                .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Typed(process.waitFor(), out, Files.readString(err));
    }
}
