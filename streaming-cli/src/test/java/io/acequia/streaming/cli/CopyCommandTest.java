/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import static io.acequia.streaming.cli.CommandRunner.acequia;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.internal.checkpoint.CheckpointInspection;
import io.acequia.streaming.internal.checkpoint.Manifest;
import io.acequia.streaming.internal.schedule.JobDirectory;
import io.acequia.streaming.internal.store.LocalDisk;
import io.acequia.streaming.internal.store.RecordSerializer;
import io.acequia.streaming.testkit.FakeBroker;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Copies of directories of jobs that ran, and jobs that go on from a copy. */
@Timeout(120)
class CopyCommandTest {
    private static final String OLD = "cp-1767225602000-00000001";
    private static final String NEW = "cp-1767225604000-00000001";

    @TempDir
    Path base;

    private Path dir() {
        return base.resolve("job");
    }

    private Path target() {
        return base.resolve("copy");
    }

    private CommandRunner copy(String... more) {
        return acequia(
                Stream.concat(Stream.of("checkpoint", "copy", dir().toString(), target().toString()), Stream.of(more))
                        .toArray(String[]::new));
    }

    private Instant runFive() throws Exception {
        try (WrittenJob job = WrittenJob.start(dir())) {
            return job.run(5).now();
        }
    }

    private static Map<Long, Map<String, Object>> goOn(Path directory, Instant from) throws Exception {
        try (WrittenJob job = WrittenJob.start(directory, from, Optional.empty())) {
            return job.run(4).counts();
        }
    }

    @Test
    void aJobGoesOnFromACopyAsItWouldFromTheDirectory() throws Exception {
        Instant stopped = runFive();

        CommandRunner copy = copy();

        assertThat(copy.exitCode()).isZero();
        assertThat(copy.err()).isEmpty();
        assertThat(copy.out())
                .startsWith(NEW + " of job ")
                .contains("forced and verified", "a start on it runs the batches after it again: 1 (1 done)");
        assertThat(acequia("checkpoint", "verify", target().toString()).exitCode())
                .isZero();
        assertThat(goOn(target(), stopped)).isEqualTo(goOn(dir(), stopped));
    }

    @Test
    void theNewestWholeOneIsTakenAndAnOlderOneByItsName() throws Exception {
        Instant stopped = runFive();
        WrittenLog.flip(dir().resolve("checkpoints").resolve(NEW).resolve("state-0-00000.part"), 20);

        CommandRunner newest = copy();
        assertThat(newest.exitCode()).isZero();
        assertThat(newest.out()).startsWith(OLD + " of job ").contains("again: 3 (3 done)");
        assertThat(newest.err()).contains("checkpoint " + NEW + " is newer and passed over");

        Path other = base.resolve("other");
        CommandRunner named = acequia("checkpoint", "copy", dir().toString(), other.toString(), OLD);
        assertThat(named.exitCode()).isZero();
        assertThat(goOn(other, stopped)).isEqualTo(goOn(target(), stopped));

        CommandRunner damaged = acequia(
                "checkpoint", "copy", dir().toString(), base.resolve("third").toString(), NEW);
        assertThat(damaged.exitCode()).isEqualTo(3);
        assertThat(damaged.err()).contains("ACQ-1103");
        assertThat(base.resolve("third")).doesNotExist();
    }

    @Test
    void beforeTheFirstCheckpointThereIsNothingToCopy() throws Exception {
        try (WrittenJob job = WrittenJob.start(dir())) {
            job.run(1);
        }

        CommandRunner copy = copy();

        assertThat(copy.exitCode()).isEqualTo(3);
        assertThat(copy.err()).contains("ACQ-2279");
        assertThat(target()).doesNotExist();
    }

    @Test
    void aTargetThatIsNotFreeIsRefusedAndUntouched() throws Exception {
        runFive();
        Files.createDirectories(target());
        Files.writeString(target().resolve("mine"), "mine");

        CommandRunner full = copy();

        assertThat(full.exitCode()).isEqualTo(3);
        assertThat(full.err()).contains("ACQ-2276").contains("nothing is overwritten");
        assertThat(target()).isDirectoryContaining("glob:**/mine");
        Files.delete(target().resolve("mine"));
        assertThat(copy().exitCode()).as("an empty directory").isZero();
        Files.createSymbolicLink(base.resolve("link"), base.resolve("nowhere"));
        assertThat(acequia(
                        "checkpoint",
                        "copy",
                        dir().toString(),
                        base.resolve("link").toString()))
                .satisfies(run -> assertThat(run.exitCode()).isEqualTo(3))
                .satisfies(run -> assertThat(run.err()).contains("ACQ-2276"));
    }

    @Test
    void aTargetInsideTheDirectoryIsRefusedAlsoByALink() throws Exception {
        runFive();
        Files.createSymbolicLink(base.resolve("link"), dir());

        for (String target : List.of("job/copy", "job/../job/checkpoints/copy", "link/copy")) {
            CommandRunner run = acequia(
                    "checkpoint", "copy", dir().toString(), base.resolve(target).toString());

            assertThat(run.exitCode()).isEqualTo(3);
            assertThat(run.err()).contains("ACQ-2277");
        }
        assertThat(dir().resolve("copy")).doesNotExist();
    }

    @Test
    void aDirectoryThatIsInUseIsCopiedOnlineOnly() throws Exception {
        Instant stopped;
        try (WrittenJob job = WrittenJob.start(dir())) {
            job.run(5);

            CommandRunner refused = copy();
            assertThat(refused.exitCode()).isEqualTo(3);
            assertThat(refused.err()).contains("ACQ-2278").contains("--online");
            assertThat(target()).doesNotExist();

            CommandRunner copied = copy("--online");
            assertThat(copied.exitCode()).isZero();
            assertThat(copied.out()).contains(NEW, "again: 1 (1 done)");
            stopped = job.run(1).now().minusSeconds(1);
        }
        Map<Long, Map<String, Object>> counts = goOn(target(), stopped);
        assertThat(counts.get(stopped.toEpochMilli() + 4000))
                .containsEntry("w0", 9)
                .containsEntry("w9", 1);
    }

    @Test
    void anotherProcessThatHoldsTheLockIsSeen() throws Exception {
        runFive();
        Process holder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Holder.class.getName(),
                        dir().toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            assertThat(holder.getInputStream().read()).isEqualTo('h');

            assertThat(copy().err()).contains("ACQ-2278");
        } finally {
            holder.destroyForcibly().waitFor();
        }
        assertThat(copy().exitCode()).isZero();
    }

    /** Holds the lock of a directory until it is killed. */
    static final class Holder {
        public static void main(String[] args) throws Exception {
            try (LocalDisk disk = LocalDisk.at(Path.of(args[0]))) {
                disk.lock(JobDirectory.LOCK).orElseThrow();
                System.out.print("h");
                System.out.flush();
                System.in.read();
            }
        }
    }

    @Test
    void receivedRecordsComeWithTheCopyAndNoneIsLostOrTwice() throws Exception {
        try (FakeBroker broker = FakeBroker.withPositions()) {
            Instant stopped;
            try (WrittenJob job = WrittenJob.start(dir(), WrittenJob.BEGIN, Optional.of(broker.source()))) {
                broker.publish(List.of("a", "b"));
                while (lines(job.run(1).counts()) < 2) {
                    assertThat(job.counts()).hasSizeLessThan(1_000);
                }
                broker.publish(List.of("c", "d", "e"));
                while (lines(job.run(1).counts()) < 5) {
                    assertThat(job.counts()).hasSizeLessThan(1_000);
                }
                stopped = job.run(1).now();
            }

            assertThat(copy().exitCode()).isZero();

            assertThat(acequia("wal", "ls", target().toString()).out()).contains("received/lines");
            broker.publish(List.of("f"));
            try (WrittenJob job = WrittenJob.start(target(), stopped, Optional.of(broker.source()))) {
                while (lines(job.run(1).counts()) < 6) {
                    assertThat(job.counts()).hasSizeLessThan(1_000);
                }
            }
        }
    }

    /** How often the newest batch says that a line came. */
    private static int lines(Map<Long, Map<String, Object>> counts) {
        return counts.values().stream()
                .mapToInt(each -> each.entrySet().stream()
                        .filter(count -> count.getKey().startsWith("line "))
                        .mapToInt(count -> (Integer) count.getValue())
                        .sum())
                .max()
                .orElse(0);
    }

    @Test
    void aLogThatLacksABlockOfAPendingBatchIsRefusedAndNothingIsLeft() throws Exception {
        try (FakeBroker broker = FakeBroker.withPositions();
                WrittenJob job = WrittenJob.start(dir(), WrittenJob.BEGIN, Optional.of(broker.source()))) {
            job.run(2);
            broker.publish(List.of("a"));
            while (lines(job.run(1).counts()) < 1) {
                assertThat(job.counts()).hasSizeLessThan(1_000);
            }
        }
        String first = newestBefore("a");
        Path folder = dir().resolve("received/lines");
        for (Path segment : WrittenLog.segments(folder)) {
            Files.delete(segment);
        }

        CommandRunner copy = copy(first);
        CommandRunner verify = acequia("checkpoint", "verify", dir().toString(), first);

        assertThat(copy.exitCode()).isEqualTo(3);
        assertThat(copy.err()).contains("ACQ-2275 record ").contains("of the log received/lines belongs to batch");
        assertThat(target()).doesNotExist();
        assertThat(verify.out()).contains("received/lines: ok, 0 segments");
    }

    /** The newest checkpoint whose tallies do not have the key yet. */
    private String newestBefore(String key) throws IOException {
        try (LocalDisk disk = LocalDisk.at(dir())) {
            UUID job = JobDirectory.idIn(disk).orElseThrow();
            for (CheckpointInspection.Listed each : new CheckpointInspection(disk, job).list()) {
                String shown = acequia(
                                "checkpoint",
                                "inspect",
                                dir().toString(),
                                each.name(),
                                "--state",
                                "tallies",
                                "--key",
                                key)
                        .out();
                if (shown.startsWith("no key")) {
                    return each.name();
                }
            }
        }
        throw new AssertionError("all checkpoints have " + key);
    }

    @Test
    void aStartOnHalfACopyIsRefused() throws Exception {
        runFive();
        try (LocalDisk from = LocalDisk.at(dir());
                LocalDisk to = LocalDisk.at(target())) {
            UUID id = JobDirectory.idIn(from).orElseThrow();
            Manifest manifest =
                    new CheckpointInspection(from, id).list().get(0).manifest().orElseThrow();
            Files.move(dir().resolve("journal"), base.resolve("journal"), StandardCopyOption.ATOMIC_MOVE);
            CheckpointCopy copy = new CheckpointCopy(
                    new JobFolder(dir(), from, id),
                    to,
                    new RecordSerializer(Set.of()),
                    new PrintWriter(new StringWriter()),
                    0);

            assertThatThrownBy(() -> copy.copy(manifest)).hasMessageContaining("ACQ-2274");
        }
        assertThat(target().resolve("job")).hasContent("unfinished copy\n");
        assertThatThrownBy(() -> WrittenJob.start(target())).hasStackTraceContaining("ACQ-1031");
    }

    @Test
    void aCopyBesideAJobThatDeletesWhatIsOldIsWhole() throws Exception {
        Instant stopped;
        try (WrittenJob job = WrittenJob.start(dir())) {
            job.run(4);
            for (int i = 0; i < 12; i++) {
                Path each = base.resolve("copy-" + i);
                var running = java.util.concurrent.CompletableFuture.supplyAsync(
                        () -> acequia("checkpoint", "copy", dir().toString(), each.toString(), "--online"));
                job.run(4);
                assertThat(running.get())
                        .satisfies(
                                run -> assertThat(run.exitCode()).as(run.err()).isZero());
                assertThat(acequia("checkpoint", "verify", each.toString()).exitCode())
                        .isZero();
            }
            stopped = job.now();
        }
        Map<Long, Map<String, Object>> counts = goOn(base.resolve("copy-11"), stopped);
        assertThat(counts.get(stopped.toEpochMilli() + 4000)).containsEntry("w0", 56);
    }
}
