/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import static io.acequia.streaming.cli.CommandRunner.acequia;
import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.internal.schedule.InsteadOfStart;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class DescribeCommandTest {
    private static final String DIRECTORY = "checkpoints/orders";

    @TempDir
    Path dir;

    private final PrintStream out = System.out;

    /** The process of a test is not halted. */
    @AfterEach
    void goOn() {
        InsteadOfStart.end();
        System.setOut(out);
    }

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

    private static StreamingContext context(String output) {
        StreamingConf conf = StreamingConf.withoutDefaults().set(StreamingConf.MULTIPLE_CONTEXTS, true);
        StreamingContext ssc = new StreamingContext(conf, Duration.ofSeconds(1));
        ssc.socketTextStream("127.0.0.1", 9).print().uid(output);
        return ssc;
    }

    /** Goes on for ever, whatever its start throws, and waits for it when its process ends. */
    public static final class CatchesAll {
        public static void main(String[] args) {
            while (true) {
                try (StreamingContext ssc = context("first")) {
                    Runtime.getRuntime().addShutdownHook(new Thread(() -> ssc.stop(true, true)));
                    ssc.start();
                    ssc.awaitTermination();
                } catch (Throwable e) {
                    System.out.println("went on: " + e);
                } finally {
                    System.out.println("went on");
                }
            }
        }
    }

    /** Starts when its main method has returned. */
    public static final class StartsOnASecondThread {
        public static void main(String[] args) {
            Thread first = Thread.currentThread();
            new Thread(() -> {
                        try (StreamingContext ssc = context("first")) {
                            first.join();
                            ssc.start();
                            ssc.awaitTermination();
                        } catch (InterruptedException e) {
                            throw new IllegalStateException(e);
                        }
                        System.out.println("went on");
                    })
                    .start();
        }
    }

    /** Has a stream that feeds on what another one leaves. */
    public static final class HasTwoContexts {
        public static void main(String[] args) throws InterruptedException {
            try (StreamingContext first = context("first");
                    StreamingContext second = context("second")) {
                first.start();
                System.out.println("went on");
                second.start();
                first.awaitTermination();
                second.awaitTermination();
            }
        }
    }

    /** Has one on each of two threads, of which neither waits for the other. */
    public static final class StartsTwoAtOnce {
        public static void main(String[] args) {
            CyclicBarrier both = new CyclicBarrier(2);
            for (int i = 0; i < 2; i++) {
                StreamingContext ssc = context("one");
                new Thread(() -> {
                            try (ssc) {
                                both.await();
                                ssc.start();
                            } catch (InterruptedException | BrokenBarrierException e) {
                                throw new IllegalStateException(e);
                            }
                            System.out.println("went on");
                        })
                        .start();
            }
        }
    }

    /** Fails where nobody catches it. */
    public static final class FailsOnASecondThread {
        public static void main(String[] args) {
            new Thread(() -> HasNoOutput.main(args)).start();
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
        Described described = Described.by(dir, "--format", "json", DescribedProgram.class.getName(), DIRECTORY);

        assertThat(described.exitCode()).isZero();
        assertThat(described.out()).isEqualTo(golden("DescribedProgram.json"));
        assertThat(described.err()).contains("about to start");
    }

    /** A graph is written at the moment of the start, whatever the program makes of that, and the process ends. */
    @ParameterizedTest
    @ValueSource(classes = {CatchesAll.class, StartsOnASecondThread.class, HasTwoContexts.class, StartsTwoAtOnce.class})
    void aProgramGoesNoFurtherThanItsFirstStart(Class<?> program) throws Exception {
        Described described = Described.by(dir, program.getName());

        assertThat(described.exitCode()).as(described.err()).isZero();
        assertThat(described.out()).containsOnlyOnce("output ").doesNotContain("second");
        assertThat(described.err()).doesNotContain("went on").doesNotContain("Exception");
    }

    /** {@code acequia describe} in a process of its own. */
    private record Described(int exitCode, String out, String err) {
        static Described by(Path folder, String... arguments) throws Exception {
            List<String> words = new ArrayList<>(List.of("describe"));
            words.addAll(List.of(arguments));
            Path errors = folder.resolve("errors");
            Process process = new ProcessBuilder(new ChildJvm(words).command())
                    .redirectError(Redirect.to(errors.toFile()))
                    .start();
            String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Described(process.waitFor(), out, Files.readString(errors));
        }
    }

    @Test
    void aProgramThatCannotStartOrDoesNotHasNoGraph() {
        CommandRunner refused = acequia("describe", HasNoOutput.class.getName());
        CommandRunner nothing = acequia("describe", StartsNothing.class.getName());
        CommandRunner elsewhere = acequia("describe", FailsOnASecondThread.class.getName());

        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.err()).contains("HasNoOutput failed: ACQ-0918");
        assertThat(elsewhere.exitCode()).isEqualTo(1);
        assertThat(elsewhere.err()).contains("FailsOnASecondThread failed: ACQ-0918");
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
