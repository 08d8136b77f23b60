/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.internal.schedule.JobStatus;
import io.acequia.streaming.internal.store.StatusFile;
import io.acequia.streaming.testkit.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A job on a cluster of processes, whose executors have nothing of it but what Spark ships: executors, the driver and a worker are killed,
 * and in the end nothing is lost, nothing is there twice, and the state is what the records make.
 */
@Timeout(3600)
class SparkClusterTest {
    private static final Duration SOON = Duration.ofSeconds(120);
    private static final Duration LOOK = Duration.ofMillis(50);
    private static final int SOME = 50;
    private static final int EXECUTORS = Integer.getInteger("acequia.spark.executors", 2);
    private static final int DRIVERS = Integer.getInteger("acequia.spark.drivers", 1);
    private static final int WORKERS = Integer.getInteger("acequia.spark.workers", 1);

    @TempDir
    Path directory;

    private final List<String> steps = new ArrayList<>();
    private Path output;
    private NumbersServer server;
    private StandaloneCluster cluster;
    private ChildJvm driver;
    private long began;

    @BeforeEach
    void start() throws IOException {
        began = System.nanoTime();
        output = Files.createDirectory(directory.resolve("output"));
        server = new NumbersServer();
        cluster = new StandaloneCluster(directory, 3, 1);
        driver = submit();
    }

    @AfterEach
    void end() throws Exception {
        if (driver != null) {
            driver.kill();
        }
        if (cluster != null) {
            cluster.close();
        }
        server.close();
    }

    private ChildJvm submit() throws IOException {
        return cluster.submit(
                ClusterProgram.class,
                Map.of("spark.cores.max", "3", "spark.task.maxFailures", "8"),
                List.of(
                        cluster.url(),
                        String.valueOf(server.port()),
                        directory.resolve("job").toString(),
                        output.toString()));
    }

    @Test
    void nothingIsLostAndNothingComesTwiceWhenExecutorsTheDriverAndAWorkerAreKilled(TestReporter reporter)
            throws Exception {
        awaitProgress("started");
        for (int kill = 0; kill < EXECUTORS; kill++) {
            int connections = server.connections();
            ProcessHandle.of(server.pid()).orElseThrow().destroyForcibly();
            awaitAnother(connections, "executor killed");
        }
        for (int kill = 0; kill < DRIVERS; kill++) {
            int connections = server.connections();
            driver.kill();
            driver = submit();
            awaitAnother(connections, "driver killed");
        }
        for (int kill = 0; kill < WORKERS; kill++) {
            int connections = server.connections();
            cluster.killWorkerOf(server.pid());
            awaitAnother(connections, "worker killed");
            if (kill + 1 < WORKERS) {
                cluster.startWorker();
            }
        }

        driver.terminate();
        await("stopped", () -> !driver.isAlive());
        assertThat(driver.exitCode()).as("ended by SIGTERM").isEqualTo(143);
        JobStatus status =
                JobStatus.of(StatusFile.in(directory.resolve("job")).read().orElseThrow());
        assertThat(status.left()).hasValueSatisfying(left -> assertThat(left.isNothing())
                .as("all was done before the end")
                .isTrue());
        assertThat(status.failure()).isEmpty();

        long numbers = check();
        reporter.publishEntry(
                "F30 kills on a cluster",
                "executors=" + EXECUTORS + " drivers=" + DRIVERS + " workers=" + WORKERS + " numbers=" + numbers
                        + " lost=0 duplicated=0 wrong=0 millis=" + (System.nanoTime() - began) / 1_000_000);
        checksNotice();
    }

    /** What the checks above are for, done to what was put out. */
    private void checksNotice() throws IOException {
        Path numbers = newest(ClusterProgram.NUMBERS).orElseThrow();
        List<String> lines = Files.readAllLines(numbers);
        Files.write(numbers, lines.subList(1, lines.size()));
        assertThatThrownBy(this::check).isInstanceOf(AssertionError.class).hasMessageContaining("lost");
        Files.write(numbers, lines);
        Files.write(numbers, lines.subList(0, 1), StandardOpenOption.APPEND);
        assertThatThrownBy(this::check).isInstanceOf(AssertionError.class).hasMessageContaining("twice");
        Files.write(numbers, lines);
        for (String name : List.of(ClusterProgram.TOTALS, ClusterProgram.WINDOWS)) {
            Path counts = newest(name).orElseThrow();
            List<String> before = Files.readAllLines(counts);
            Files.write(counts, before.stream().map(line -> line + "1").toList());
            assertThatThrownBy(this::check).isInstanceOf(AssertionError.class);
            Files.write(counts, before);
        }
        check();
    }

    /** The newest file of an output that has something. */
    private Optional<Path> newest(String name) throws IOException {
        return files().stream()
                .filter(file ->
                        file.startsWith(name) && output.resolve(file).toFile().length() > 0)
                .max(Comparator.naturalOrder())
                .map(output::resolve);
    }

    /** Waits until another receiver has connected, and brings something. */
    private void awaitAnother(int connections, String step) throws Exception {
        await(step, () -> server.connections() > connections);
        steps.add(step + ": connected at " + (System.nanoTime() - began) / 1_000_000 + " ms");
        awaitProgress(step);
    }

    /** Gives how many numbers were put out. */
    private long check() throws IOException {
        TreeMap<Long, List<Long>> numbers = new TreeMap<>();
        read(ClusterProgram.NUMBERS)
                .forEach((time, lines) ->
                        numbers.put(time, lines.stream().map(Long::parseLong).toList()));
        List<Long> all = numbers.values().stream().flatMap(List::stream).toList();
        assertThat(new TreeSet<>(all)).as("twice").hasSameSizeAs(all);
        long last = all.stream().mapToLong(x -> x).max().orElseThrow();
        assertThat(all).as("lost").hasSize((int) last);
        assertThat(last).as("acknowledged, and not put out").isGreaterThanOrEqualTo(server.acked());
        assertThat(files())
                .as("batches that were repeated with other content")
                .noneMatch(file -> file.startsWith(ClusterProgram.CHANGED));

        Map<Long, List<String>> totals = read(ClusterProgram.TOTALS);
        Map<Long, List<String>> windows = read(ClusterProgram.WINDOWS);
        assertThat(totals.keySet()).isEqualTo(numbers.keySet());
        List<Long> until = new ArrayList<>();
        for (Map.Entry<Long, List<Long>> batch : numbers.entrySet()) {
            until.addAll(batch.getValue());
            assertThat(totals.get(batch.getKey()))
                    .as("state of %d", batch.getKey())
                    .isEqualTo(counted(until));
            long from = batch.getKey() - ClusterProgram.INTERVAL.toMillis() * (ClusterProgram.WINDOW - 1);
            assertThat(windows.get(batch.getKey()))
                    .as("window of %d", batch.getKey())
                    .isEqualTo(counted(numbers.subMap(from, true, batch.getKey(), true).values().stream()
                            .flatMap(List::stream)
                            .toList()));
        }
        return last;
    }

    private static List<String> counted(List<Long> numbers) {
        Map<String, Long> counts = new HashMap<>();
        numbers.forEach(number -> counts.merge(ClusterProgram.word(number), 1L, Long::sum));
        return counts.entrySet().stream()
                .map(entry -> entry.getKey() + " " + entry.getValue())
                .sorted()
                .toList();
    }

    /** The lines of an output by the time of their batch, the partitions one after the other. */
    private TreeMap<Long, List<String>> read(String name) throws IOException {
        TreeMap<Long, List<String>> batches = new TreeMap<>();
        for (String file : files().stream().sorted().toList()) {
            String[] parts = file.split("~", -1);
            if (parts[0].equals(name)) {
                batches.computeIfAbsent(Long.parseLong(parts[1]), time -> new ArrayList<>())
                        .addAll(Files.readAllLines(output.resolve(file)));
            }
        }
        if (!name.equals(ClusterProgram.NUMBERS)) {
            batches.values().forEach(lines -> lines.sort(null));
        }
        return batches;
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(output)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(file -> !file.startsWith("."))
                    .toList();
        }
    }

    /** Waits until numbers have come through that were not acknowledged before. */
    private void awaitProgress(String step) throws Exception {
        long acked = server.acked();
        await(step, () -> server.acked() >= acked + SOME && hasPutOut(acked + SOME));
        steps.add(step + " at " + (System.nanoTime() - began) / 1_000_000 + " ms, " + server.acked() + " numbers");
    }

    private boolean hasPutOut(long number) throws IOException {
        Optional<Path> newest = newest(ClusterProgram.NUMBERS);
        return newest.isPresent()
                && Files.readAllLines(newest.get()).stream().anyMatch(line -> Long.parseLong(line) >= number);
    }

    private void await(String step, Callable<Boolean> something) throws Exception {
        long deadline = System.nanoTime() + SOON.toNanos();
        while (!something.call()) {
            boolean ended = driver.awaitEnd(LOOK);
            if (ended && !something.call() || System.nanoTime() > deadline) {
                throw new AssertionError(step + ": " + (ended ? "the driver has ended" : "not within " + SOON)
                        + " after " + steps + "\n" + cluster.logs());
            }
        }
    }
}
