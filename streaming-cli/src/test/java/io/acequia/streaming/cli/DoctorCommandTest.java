/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import static io.acequia.streaming.cli.CommandRunner.acequia;
import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.data.StreamClock;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the doctor says beside the faults of a JAR: of its arguments, of a directory and of the installation. */
class DoctorCommandTest {
    @TempDir
    Path dir;

    @Test
    void helpTeachesWithExamples() {
        CommandRunner help = acequia("doctor", "--help");

        assertThat(help.exitCode()).isZero();
        assertThat(help.out())
                .contains(
                        "acequia doctor target/orders.jar",
                        "--directory /var/lib/orders",
                        "Exit codes: 0 nothing found");
    }

    @Test
    void alonePassesTheInstallation() {
        CommandRunner doctor = acequia("doctor");

        assertThat(doctor.exitCode()).isZero();
        assertThat(doctor.err()).isEmpty();
        assertThat(doctor.out())
                .startsWith("Acequia ")
                .contains(" on Java " + System.getProperty("java.version"), ": ok");
    }

    @Test
    void anInstallationWithoutCoreOrEngineIsTold() throws IOException {
        String engine = "io/acequia/streaming/engine/EngineProvider.class";
        String core = "io/acequia/streaming/StreamingContext.class";
        copy(engine);
        try (URLClassLoader none = loader()) {
            assertThat(new Installation(none).findings()).singleElement().satisfies(found -> assertThat(found.line())
                    .startsWith("ACQ-2258 core missing here: io.acequia.streaming.StreamingContext; "));
        }
        copy(core);
        try (URLClassLoader noService = loader()) {
            assertThat(new Installation(noService).findings())
                    .extracting(Finding::where)
                    .containsExactly("META-INF/services/io.acequia.streaming.engine.EngineProvider");
        }
        assertThat(new Installation(getClass().getClassLoader()).findings()).isEmpty();
    }

    private URLClassLoader loader() throws IOException {
        return new URLClassLoader(new URL[] {dir.toUri().toURL()}, ClassLoader.getPlatformClassLoader());
    }

    private void copy(String name) throws IOException {
        Path to = dir.resolve(name);
        Files.createDirectories(to.getParent());
        try (InputStream in = getClass().getClassLoader().getResourceAsStream(name)) {
            Files.copy(in, to);
        }
    }

    @Test
    void aFileThatIsNotThereExitsWithTwo() {
        isRefused("ACQ-2240 there is no file", dir.resolve("none.jar").toString());
        isRefused("ACQ-2240", dir.toString());
    }

    @Test
    void aFileThatIsNoJarExitsWithTwo() throws IOException {
        Path text = Files.writeString(dir.resolve("app.jar"), "text");
        isRefused("ACQ-2241 " + text + " is no JAR", text.toString());

        Path empty = Files.write(dir.resolve("empty.jar"), new byte[0]);
        isRefused("ACQ-2241", empty.toString());

        Path unnamed = WrittenJar.good().in(dir);
        String content = Files.readString(unnamed, StandardCharsets.ISO_8859_1);
        Files.writeString(unnamed, content.replace("app/Orders", "app\u00ffOrders"), StandardCharsets.ISO_8859_1);
        isRefused("ACQ-2241", unnamed.toString());

        Path whole = WrittenJar.good().in(dir);
        byte[] bytes = Files.readAllBytes(whole);
        isRefused(
                "ACQ-2241",
                Files.write(dir.resolve("cut.jar"), Arrays.copyOf(bytes, bytes.length / 2))
                        .toString());
    }

    @Test
    void anEntryThatCannotBeReadExitsWithThree() throws IOException {
        Path jar = WrittenJar.good().in(dir);
        byte[] bytes = Files.readAllBytes(jar);
        String content = new String(bytes, StandardCharsets.ISO_8859_1);
        int data = content.indexOf("app/Orders.class") + "app/Orders.class".length();
        for (int i = data; i < data + 20; i++) {
            bytes[i] = (byte) 0xFF;
        }
        Files.write(jar, bytes);

        CommandRunner doctor = acequia("doctor", jar.toString());

        assertThat(doctor.exitCode()).isEqualTo(3);
        assertThat(doctor.err()).contains("ACQ-2242 app/Orders.class in " + jar);
    }

    @Test
    void aManifestThatIsNoneExitsWithThree() throws IOException {
        Path jar =
                WrittenJar.good().with("META-INF/MANIFEST.MF", "no manifest\n").in(dir);

        CommandRunner doctor = acequia("doctor", jar.toString());

        assertThat(doctor.exitCode()).isEqualTo(3);
        assertThat(doctor.err()).contains("ACQ-2242 META-INF/MANIFEST.MF in " + jar);
    }

    @Test
    void anOlderJavaThanAcequiaNeedsExitsWithTwo() throws IOException {
        Path jar = WrittenJar.good().in(dir);

        isRefused("ACQ-2259 --jdk 11", jar.toString(), "--jdk", "11");
        assertThat(acequia("doctor", jar.toString(), "--jdk", "17").exitCode()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"--provided", "--jdk 17", "--jdk many app.jar", "one.jar two.jar", "--directory"})
    void whatIsNotUnderstoodExitsWithTwo(String line) {
        isRefused("acequia: ", line.split(" "));
    }

    @Test
    void aDirectoryThatIsNotThereExitsWithTwoBeforeAnythingIsLookedAt() throws IOException {
        Path jar = WrittenJar.good().in(dir);

        isRefused("ACQ-2254", jar.toString(), "--directory", dir.resolve("none").toString());
        isRefused("ACQ-2254", "-d", jar.toString());
    }

    private void isRefused(String why, String... arguments) {
        CommandRunner refused =
                acequia(Stream.concat(Stream.of("doctor"), Stream.of(arguments)).toArray(String[]::new));
        assertThat(refused.exitCode()).isEqualTo(2);
        assertThat(refused.out()).isEmpty();
        assertThat(refused.err()).contains(why).contains("Try 'acequia doctor --help'.");
    }

    /** How fast it is depends on the machine that the test runs on: one in memory is told as such. */
    @Test
    void aDirectoryIsTriedAndLeftAsItWas() throws IOException {
        CommandRunner doctor = acequia("doctor", "--directory", dir.toString());

        assertThat(doctor.err()).isEmpty();
        if (doctor.exitCode() == 0) {
            assertThat(doctor.out()).contains(dir + " forces in ", " µs: ok");
        } else {
            assertThat(doctor.exitCode()).isEqualTo(3);
            assertThat(doctor.out()).contains("ACQ-2257", dir + ": 1 fault");
        }
        try (Stream<Path> left = Files.list(dir)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void aLargeJarIsToldAsItIsRead() throws IOException {
        StringWriter told = new StringWriter();
        Progress progress = new Progress(new SlowClock(), new PrintWriter(told, true), "app.jar", 5 << 20);

        JarContent.open(WrittenJar.good().in(dir), progress).close();

        assertThat(told.toString().lines()).isNotEmpty().allMatch("app.jar: 0 of 5 MiB"::equals);
    }

    /** A second passes each time that it is asked. */
    private static final class SlowClock implements StreamClock {
        private long seconds;

        @Override
        public Instant now() {
            return Instant.EPOCH;
        }

        @Override
        public long nanoTime() {
            seconds++;
            return Duration.ofSeconds(seconds).toNanos();
        }

        @Override
        public void awaitUntil(Instant at) {}
    }

    @Test
    void aFindingIsOneLine() {
        assertThat(new Finding("C", "what", Finding.first(List.of("a\nb", "c", "d")), "do").line())
                .isEqualTo("C what: a\\nb and 2 more; do");
    }
}
