/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/** What only a process of its own can show: signals, the environment and the log. */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class LocalProcessTest {
    private static final int TERMINATED = 128 + 15;

    private final List<Process> children = new ArrayList<>();

    @AfterEach
    void endChildren() {
        children.forEach(Process::destroyForcibly);
    }

    private Process child(Map<String, String> environment, List<String> options, String... program) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.add("-Dorg.slf4j.simpleLogger.defaultLogLevel=info");
        command.addAll(options);
        command.add(ChildProgram.class.getName());
        command.addAll(List.of(program));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("STREAMING_"));
        builder.environment().putAll(environment);
        Process child = builder.start();
        children.add(child);
        return child;
    }

    /** Sends SIGTERM once the program is ready; what it wrote to the end. */
    private static List<String> terminated(Process child) throws IOException, InterruptedException {
        List<String> lines = new ArrayList<>();
        try (BufferedReader out = new BufferedReader(new InputStreamReader(child.getInputStream(), UTF_8))) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                lines.add(line);
                if (line.equals("READY")) {
                    child.toHandle().destroy(); // a Process would close its streams too
                }
            }
        }
        assertThat(child.waitFor()).as("%s", lines).isEqualTo(TERMINATED);
        return lines;
    }

    @Test
    @DisplayName("S7.17 SIGTERM stops gracefully: what was received gets its batch before the process ends")
    void aSignalStopsGracefully() throws Exception {
        List<String> lines = terminated(child(Map.of(), List.of("-Dstreaming.master=local[2]"), "waiting"));

        assertThat(lines).containsSubsequence("READY", "batch of [1, 2, 3]");
    }

    @Test
    @DisplayName("S7.17 streaming.stop.on.shutdown = false: SIGTERM ends the process at once")
    void aSignalEndsTheProcessWhenAskedTo() throws Exception {
        List<String> options = List.of("-Dstreaming.master=local[2]", "-Dstreaming.stop.on.shutdown=false");

        assertThat(terminated(child(Map.of(), options, "waiting"))).noneMatch(line -> line.startsWith("batch"));
    }

    @Test
    @DisplayName("S7.17 S7.32 a stop by SIGTERM is bounded by streaming.stop.timeout, and the log says what was left")
    void aStopBySignalIsBounded() throws Exception {
        List<String> options = List.of("-Dstreaming.master=local[2]", "-Dstreaming.stop.timeout=100ms");
        List<String> lines = terminated(child(Map.of(), options, "stuck"));

        assertThat(lines).anyMatch(line -> line.contains("has stopped") && line.contains("leaving"));
    }

    @Test
    @DisplayName("S7.2 start twice warns")
    void startTwiceWarns() throws Exception {
        List<String> lines = terminated(child(Map.of(), List.of("-Dstreaming.master=local[2]"), "waiting"));

        assertThat(lines).anyMatch(line -> line.contains("WARN") && line.contains("start() has no effect"));
    }

    @Test
    @DisplayName("S9.1 code > system property > environment > file > default")
    void theNearestSettingWins(@TempDir Path dir) throws Exception {
        Path file = Files.writeString(dir.resolve("acequia.conf"), "streaming.app.name = of-the-file\n");
        Map<String, String> inFile = Map.of("STREAMING_CONF", file.toString());
        Map<String, String> inBoth =
                Map.of("STREAMING_CONF", file.toString(), "STREAMING_APP_NAME", "of-the-environment");
        List<String> property = List.of("-Dstreaming.app.name=of-the-property");

        assertThat(lastLine(child(Map.of(), List.of(), "setting"))).isEqualTo("acequia from default");
        assertThat(lastLine(child(inFile, List.of(), "setting"))).isEqualTo("of-the-file from file " + file);
        assertThat(lastLine(child(inBoth, List.of(), "setting"))).isEqualTo("of-the-environment from environment");
        assertThat(lastLine(child(inBoth, property, "setting"))).isEqualTo("of-the-property from system property");
        assertThat(lastLine(child(inBoth, property, "setting", "of-the-code"))).isEqualTo("of-the-code from code");
    }

    @Test
    @DisplayName("S9.1 what spark-submit says is the master goes before the default alone")
    void aSubmissionNamesTheMaster(@TempDir Path dir) throws Exception {
        Path file = Files.writeString(dir.resolve("acequia.conf"), "streaming.master = local[3]\n");
        List<String> submitted = List.of("-Dspark.master=spark://host:7077", "-Dspark.app.name=other");

        assertThat(lastLine(child(Map.of(), submitted, "master"))).isEqualTo("spark://host:7077 from spark-submit");
        assertThat(lastLine(child(Map.of("STREAMING_CONF", file.toString()), submitted, "master")))
                .isEqualTo("local[3] from file " + file);
        assertThat(lastLine(child(Map.of(), submitted, "setting"))).isEqualTo("acequia from default");
    }

    private static String lastLine(Process child) throws IOException, InterruptedException {
        String all = new String(child.getInputStream().readAllBytes(), UTF_8);
        assertThat(child.waitFor()).as(all).isZero();
        return all.lines().reduce("", (before, line) -> line);
    }
}
