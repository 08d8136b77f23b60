/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import static io.acequia.streaming.cli.CommandRunner.acequia;
import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.RDD;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.StreamingException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class RunCommandTest {
    private static final List<String> TOUCHED =
            List.of("streaming.stop.after.batches", "streaming.master", "streaming.app.name", "some.other.key", "seen");

    private static List<String> arguments = List.of();
    private static @Nullable String firstLine;

    @TempDir
    Path dir;

    @BeforeEach
    @AfterEach
    void forget() {
        TOUCHED.forEach(System::clearProperty);
        arguments = List.of();
        firstLine = null;
    }

    /** Returns at once. */
    public static final class Returns {
        public static void main(String[] args) {
            arguments = List.of(args);
        }
    }

    /** Fails with a code. */
    public static final class FailsWithCode {
        public static void main(String[] args) {
            throw new StreamingException("ACQ-0999", "the gate is stuck", new IOException("rust"));
        }
    }

    /** Fails as programs do. */
    public static final class FailsWithoutCode {
        public static void main(String[] args) throws Exception {
            throw new IOException("no water");
        }
    }

    /** Fails as virtual machines do. */
    public static final class FailsWithAnError {
        public static void main(String[] args) {
            throw new StackOverflowError();
        }
    }

    /** Reads one line from the address it is given. */
    public static final class ReadsALine {
        public static void main(String[] args) throws IOException {
            arguments = List.of(args);
            try (Socket socket = new Socket(args[0], Integer.parseInt(args[1]));
                    BufferedReader in = new BufferedReader(
                            new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))) {
                firstLine = in.readLine();
            }
        }
    }

    /** The same, with a text of its own for the demo. */
    public static final class ReadsItsOwnLine {
        public static void main(String[] args) throws IOException {
            ReadsALine.main(args);
        }
    }

    /** Returns while its stream runs; with an argument, the stream fails. */
    public static final class LeavesAStream {
        @SuppressWarnings("resource") // left running on purpose
        public static void main(String[] args) {
            boolean fails = args.length > 0;
            StreamingContext ssc = new StreamingContext(new StreamingConf(), Duration.ofMillis(10));
            ssc.queueStream(new ConcurrentLinkedQueue<RDD<String>>()).foreachRDD(rdd -> {
                if (fails) {
                    throw new IllegalStateException("the channel is dry");
                }
            });
            ssc.start();
        }
    }

    /** Has a main method that is none. */
    public static final class NoProgram {
        public void main(String[] args) {}
    }

    @Test
    void aProgramThatReturnsExitsWithZeroAndGotItsArguments() {
        CommandRunner run = acequia("run", Returns.class.getName(), "host", "9999", "--", "--verbose");

        assertThat(run.exitCode()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(arguments).containsExactly("host", "9999", "--verbose");
    }

    @Test
    void aFailureIsToldWithCodeCauseAndWhatToDoAndExitsWithOne() {
        CommandRunner run = acequia("run", FailsWithCode.class.getName());

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err())
                .contains("FailsWithCode failed: ACQ-0999 the gate is stuck")
                .contains("cause: java.io.IOException: rust")
                .contains("what to do: see ACQ-0999 in docs/errors.md")
                .doesNotContain("\tat ");
    }

    @Test
    void aFailureWithoutACodeIsToldWithItsType() {
        CommandRunner run = acequia("run", FailsWithoutCode.class.getName());

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("failed: java.io.IOException: no water").doesNotContain("\tat ");
    }

    @Test
    void anErrorOfTheVirtualMachineExitsWithOneToo() {
        CommandRunner run = acequia("run", FailsWithAnError.class.getName());

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("failed: java.lang.StackOverflowError");
    }

    @Test
    @Timeout(30)
    void aStreamThatIsLeftRunningIsWaitedFor() {
        CommandRunner run = acequia("run", LeavesAStream.class.getName(), "--master", "local[1]", "--batches", "2");

        assertThat(run.exitCode()).isZero();
        assertThat(StreamingContext.active()).isEmpty();
    }

    @Test
    @Timeout(30)
    void theFailureOfAStreamThatIsLeftRunningIsThatOfTheProgram() {
        CommandRunner run = acequia("run", LeavesAStream.class.getName(), "--master", "local[1]", "fail");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("ACQ-").contains("the channel is dry").doesNotContain("\tat ");
    }

    @Test
    void theStackIsPrintedOnRequest() {
        CommandRunner run = acequia("run", FailsWithoutCode.class.getName(), "--stacktrace");

        assertThat(run.err()).contains("\tat " + FailsWithoutCode.class.getName());
    }

    @Test
    void optionsBecomeSystemPropertiesWhereverTheyStand() {
        CommandRunner run = acequia(
                "run",
                "-Dstreaming.app.name=fields",
                Returns.class.getName(),
                "a",
                "--batches",
                "3",
                "--master",
                "local[2]",
                "-D",
                "some.other.key=7");

        assertThat(run.exitCode()).isZero();
        assertThat(arguments).containsExactly("a");
        assertThat(System.getProperty("streaming.stop.after.batches")).isEqualTo("3");
        assertThat(System.getProperty("streaming.master")).isEqualTo("local[2]");
        assertThat(System.getProperty("streaming.app.name")).isEqualTo("fields");
        assertThat(System.getProperty("some.other.key")).isEqualTo("7");
    }

    @Test
    void noBatchesAtAllIsRefused() {
        CommandRunner run = acequia("run", Returns.class.getName(), "--batches", "0");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("ACQ-2201 --batches 0: must be at least 1");
    }

    @Test
    void anUnknownSettingIsRefusedBeforeTheProgramStarts() {
        CommandRunner run = acequia("run", "-Dstreaming.mastr=local[1]", Returns.class.getName(), "a");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("did you mean 'streaming.master'?");
        assertThat(arguments).isEmpty();
    }

    @Test
    void aProgramThatIsNotThereIsRefusedWithWhereItWasLookedFor() {
        CommandRunner run = acequia("run", "NetworkWordCuont");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err())
                .contains("ACQ-2205 there is no program 'NetworkWordCuont'")
                .contains("io.acequia.streaming.examples.NetworkWordCuont");
    }

    @Test
    void aClassWithoutAMainMethodIsRefused() {
        CommandRunner run = acequia("run", NoProgram.class.getName());

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("ACQ-2206");
    }

    @Test
    void noProgramIsRefused() {
        CommandRunner run = acequia("run");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("ACQ-2203 no program was named");
    }

    @Test
    @Timeout(30)
    void theDemoServerIsReadByTheProgram() {
        CommandRunner run = acequia("run", ReadsALine.class.getName(), "--demo");

        assertThat(run.exitCode()).isZero();
        assertThat(arguments).hasSize(2).startsWith("127.0.0.1");
        assertThat(firstLine).contains("water");
    }

    @Test
    @Timeout(30)
    void theDemoServerSendsTheLinesThatLieBesideTheProgram() {
        CommandRunner run = acequia("run", ReadsItsOwnLine.class.getName(), "--demo");

        assertThat(run.exitCode()).isZero();
        assertThat(firstLine).isEqualTo("a line for ReadsItsOwnLine");
    }

    @Test
    void theMainClassOfAJarRuns() throws IOException {
        Path jar = jar("Watered", true);

        assertThat(acequia("run", "--jar", jar.toString()).exitCode()).isZero();
        assertThat(System.getProperty("seen")).isEqualTo("0 from the jar");
    }

    @Test
    void aNamedClassOfAJarRunsWithArguments() throws IOException {
        Path jar = jar("Named", false);

        assertThat(acequia("run", "--jar", jar.toString(), "Named", "a", "b").exitCode())
                .isZero();
        assertThat(System.getProperty("seen")).isEqualTo("2 from the jar");
    }

    @Test
    void aJarWithoutAMainClassIsRefused() throws IOException {
        CommandRunner run = acequia("run", "--jar", jar("Unnamed", false).toString());

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("ACQ-2204");
    }

    @Test
    void aJarThatIsNotThereIsRefused() {
        CommandRunner run = acequia("run", "--jar", dir.resolve("none.jar").toString(), "X");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("ACQ-2202 there is no jar at").contains("none.jar");
    }

    /** A jar with one class, which says through the context class loader that it ran. */
    private Path jar(String className, boolean named) throws IOException {
        Path source = dir.resolve(className + ".java");
        Files.writeString(
                source,
                "public class " + className + " { public static void main(String[] args) throws Exception {"
                        + " Class.forName(\"" + className + "\", true, Thread.currentThread().getContextClassLoader());"
                        + " System.setProperty(\"seen\", args.length + \" from the jar\"); } }");
        assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, "-d", dir.toString(), source.toString()))
                .isZero();
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        if (named) {
            manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, className);
        }
        Path jar = dir.resolve(className + ".jar");
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file, manifest)) {
            out.putNextEntry(new JarEntry(className + ".class"));
            Files.copy(dir.resolve(className + ".class"), out);
            out.closeEntry();
        }
        return jar;
    }
}
