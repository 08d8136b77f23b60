/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import static io.acequia.streaming.cli.CommandRunner.acequia;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.acequia.streaming.BatchFailedException;
import io.acequia.streaming.RDD;
import io.acequia.streaming.StateMismatchException;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.StreamingException;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.internal.log.LogInspection;
import io.acequia.streaming.internal.store.LocalDisk;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a command leaves with: in this JVM where it can be, and in one of its own where a signal decides. */
@Timeout(120)
class ExitCodesTest {
    @TempDir
    Path dir;

    /** Runs batches for ever, and says when the first is done. */
    public static final class Endless {
        public static void main(String[] args) throws Exception {
            run(new StreamingConf(), rdd -> System.out.println("ready"));
        }
    }

    /** Has a batch that does not end. */
    public static final class Stuck {
        public static void main(String[] args) throws Exception {
            run(new StreamingConf().set("streaming.stop.timeout", "500ms"), rdd -> {
                System.out.println("ready");
                new CountDownLatch(1).await();
            });
        }
    }

    /** Takes up a directory, or is refused. */
    public static final class OnDirectory {
        public static void main(String[] args) {
            StreamingContext ssc = new StreamingContext(new StreamingConf(), Duration.ofMillis(20));
            ssc.checkpoint(args[0]);
            ssc.textFileStream(args[0]).foreachRDD(rdd -> {});
            ssc.start();
            ssc.stop();
        }
    }

    /** Fails at its first start, and not at its second, after a note of each. */
    public static final class FailsOnce {
        public static void main(String[] args) throws Exception {
            Path notes = Path.of(args[0]);
            Files.writeString(
                    notes,
                    "-Dx=" + System.getProperty("x") + " ",
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
            if (Files.size(notes) < 8) {
                throw new IOException("no water");
            }
        }
    }

    private static void run(StreamingConf conf, io.acequia.streaming.function.VoidFunction<RDD<Integer>> batch)
            throws Exception {
        try (StreamingContext ssc = new StreamingContext(conf, Duration.ofMillis(50))) {
            ssc.queueStream(new ConcurrentLinkedQueue<RDD<Integer>>()).foreachRDD(batch);
            ssc.start();
            ssc.awaitTermination();
        }
    }

    @Test
    void refusedDataIsThreeAndAnythingElseIsOne() throws IOException {
        try (WrittenLog log = new WrittenLog(dir, "log")) {
            log.block(0, "one");
        }
        Path segment = WrittenLog.segments(dir.resolve("log")).get(0);
        WrittenLog.flip(segment, 60);
        Throwable damaged;
        try (LocalDisk disk = LocalDisk.at(dir)) {
            damaged = catchThrowable(() -> LogInspection.read(disk, "log", (type, address, payload) -> {}));
        }

        assertThat(FailureReport.exitCode(damaged)).isEqualTo(3);
        assertThat(FailureReport.exitCode(new StreamingException("ACQ-0999", "no start", new IOException(damaged))))
                .isEqualTo(3);
        assertThat(FailureReport.exitCode(new StateMismatchException("ACQ-0999", "dropped", List.of("a"))))
                .isEqualTo(3);
        assertThat(FailureReport.exitCode(new LettersRefusedException("ACQ-0999")))
                .isEqualTo(3);
        assertThat(FailureReport.exitCode(
                        new BatchFailedException("ACQ-0999", "x", new Time(0), "o", "c", 0, new IOException("disk"))))
                .isEqualTo(1);
        assertThat(FailureReport.exitCode(new OutOfMemoryError())).isEqualTo(1);
    }

    @Test
    void aDirectoryThatIsRefusedIsThreeAndTheReportSaysSo() throws IOException {
        Files.writeString(dir.resolve("job"), "no id\n");

        CommandRunner run = acequia("run", OnDirectory.class.getName(), "--master", "local[1]", dir.toString());

        System.clearProperty("streaming.master");
        assertThat(run.exitCode()).isEqualTo(3);
        assertThat(run.err()).contains("ACQ-1031").contains("data was refused (exit code 3)");
        assertThat(dir.resolve("job")).hasContent("no id\n");
    }

    @Test
    void theSettingForSignalsIsBackWhenTheProgramHasEnded() {
        assertThat(acequia("run", RunCommandTest.Returns.class.getName()).exitCode())
                .isZero();

        assertThat(System.getProperty("streaming.stop.on.shutdown")).isNull();
    }

    @Test
    void aSignalThatLeavesNothingUndoneIsTheExitCode() throws Exception {
        try (Started run = new Started("run", Endless.class.getName())) {
            run.awaitReady();
            run.process.destroy();

            assertThat(run.process.waitFor()).isEqualTo(128 + 15);
        }
    }

    @Test
    void aSignalThatLeavesABatchUndoneIsFour() throws Exception {
        try (Started run = new Started("run", Stuck.class.getName())) {
            run.awaitReady();
            run.process.destroy();

            assertThat(run.process.waitFor()).isEqualTo(4);
            assertThat(Files.readString(run.errors))
                    .contains("Stuck was stopped after")
                    .contains("left undone: ");
        }
    }

    @Test
    void aUserWhoWantsNoStopBySignalGetsNone() throws Exception {
        try (Started run = new Started("run", "-Dstreaming.stop.on.shutdown=false", Stuck.class.getName())) {
            run.awaitReady();
            run.process.destroy();

            assertThat(run.process.waitFor()).isEqualTo(128 + 15);
        }
    }

    @Test
    void aProgramThatFailsIsStartedAgainInAnotherProcess() throws Exception {
        Path notes = dir.resolve("notes");
        try (Started run = new Started(
                "run",
                "--supervise",
                "--back-off",
                "10ms..20ms",
                "-Dx=y",
                FailsOnce.class.getName(),
                notes.toString())) {

            assertThat(run.process.waitFor()).isZero();
            assertThat(notes).hasContent("-Dx=y -Dx=y ");
            assertThat(Files.readString(run.errors))
                    .contains("FailsOnce failed: java.io.IOException: no water")
                    .contains("has ended with exit code 1; it is started again in 10ms (restart 1 of 10)");
        }
    }

    @Test
    void aProgramWhoseDataIsRefusedIsNotStartedAgain() throws Exception {
        Files.writeString(dir.resolve("job"), "no id\n");
        try (Started run = new Started("run", "--supervise", OnDirectory.class.getName(), dir.toString())) {

            assertThat(run.process.waitFor()).isEqualTo(3);
            assertThat(Files.readString(run.errors)).contains("where to start it again cannot help");
        }
    }

    @Test
    void aSignalToTheSupervisorIsPassedOnAndTheExitCodeIsThatOfTheProgram() throws Exception {
        try (Started run = new Started("run", "--supervise", Stuck.class.getName())) {
            run.awaitReady();
            ProcessHandle child = run.process.children().findFirst().orElseThrow();
            run.process.destroy();

            assertThat(run.process.waitFor()).isEqualTo(4);
            assertThat(child.isAlive()).isFalse();
            assertThat(Files.readString(run.errors)).doesNotContain("started again");
        }
    }

    @Test
    void supervisionThatMakesNoSenseIsRefused() {
        assertThat(acequia("run", "--restarts", "3", "X").err()).contains("ACQ-2230");
        assertThat(acequia("run", "--supervise", "--restarts", "-3", "X").err()).contains("ACQ-2231");
        assertThat(acequia("run", "--supervise", "--back-off", "3", "X"))
                .satisfies(run -> assertThat(run.exitCode()).isEqualTo(2))
                .satisfies(run -> assertThat(run.err()).contains("ACQ-2232"));
    }

    /** The command line in a process of its own. */
    private final class Started implements AutoCloseable {
        private final Path errors = dir.resolve("errors.log");
        private final Process process;

        Started(String... arguments) throws IOException {
            List<String> command = new ArrayList<>(new ChildJvm(List.of(arguments)).command());
            process = new ProcessBuilder(command)
                    .redirectError(Redirect.to(errors.toFile()))
                    .start();
        }

        void awaitReady() throws IOException {
            BufferedReader out =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
            assertThat(out.readLine()).isEqualTo("ready");
        }

        @Override
        public void close() {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }
}
