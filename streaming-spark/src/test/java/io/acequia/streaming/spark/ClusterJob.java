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
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/** {@link ClusterProgram} on a cluster of processes: its driver, its directory, and whether what it has put out is right. */
final class ClusterJob implements AutoCloseable {
    private static final Duration SOON = Duration.ofSeconds(120);
    private static final Duration LOOK = Duration.ofMillis(50);
    private static final int SOME = 50;

    private final StandaloneCluster cluster;
    private final Map<String, String> settings;
    private final List<String> source;
    private final LongSupplier due;
    private final Path directory;
    private final Path output;
    private final long began = System.nanoTime();
    private final List<String> steps = new ArrayList<>();
    private ChildJvm driver;

    /**
     * Submits it.
     *
     * @param settings of Spark
     * @param source what the program reads
     * @param due all numbers from 1 to this one have to be put out
     */
    ClusterJob(
            StandaloneCluster cluster,
            Path directory,
            Map<String, String> settings,
            List<String> source,
            LongSupplier due)
            throws IOException {
        this.cluster = cluster;
        this.settings = new TreeMap<>(Map.of("spark.cores.max", "3", "spark.task.maxFailures", "8"));
        this.settings.putAll(settings);
        this.source = source;
        this.due = due;
        this.directory = directory.resolve("job");
        this.output = Files.createDirectory(directory.resolve("output"));
        this.driver = submit();
    }

    private ChildJvm submit() throws IOException {
        List<String> arguments = new ArrayList<>(List.of(cluster.url(), directory.toString(), output.toString()));
        arguments.addAll(source);
        return cluster.submit(ClusterProgram.class, settings, arguments);
    }

    /** Kills the driver and submits the program again. */
    void killDriver() throws Exception {
        driver.kill();
        driver = submit();
    }

    /** Stops it by SIGTERM: all must be done, and no batch have failed. */
    void stop() throws Exception {
        driver.terminate();
        await("stopped", () -> !driver.isAlive());
        assertThat(driver.exitCode()).as("ended by SIGTERM").isEqualTo(143);
        JobStatus status = JobStatus.of(StatusFile.in(directory).read().orElseThrow());
        assertThat(status.left()).hasValueSatisfying(left -> assertThat(left.isNothing())
                .as("all was done before the end")
                .isTrue());
        assertThat(status.failure()).isEmpty();
    }

    long millis() {
        return (System.nanoTime() - began) / 1_000_000;
    }

    /** What the checks above are for, done to what was put out. */
    void checksNotice() throws IOException {
        Path numbers = largest(ClusterProgram.NUMBERS);
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

    /** The file of an output that has most. */
    private Path largest(String name) throws IOException {
        return files().stream()
                .filter(file -> file.startsWith(name))
                .map(output::resolve)
                .max(Comparator.comparingLong(file -> file.toFile().length()))
                .orElseThrow();
    }

    /** The newest file of an output that has something. */
    private Optional<Path> newest(String name) throws IOException {
        return files().stream()
                .filter(file ->
                        file.startsWith(name) && output.resolve(file).toFile().length() > 0)
                .max(Comparator.naturalOrder())
                .map(output::resolve);
    }

    /** Gives how many numbers were put out. */
    long check() throws IOException {
        TreeMap<Long, List<Long>> numbers = new TreeMap<>();
        read(ClusterProgram.NUMBERS)
                .forEach((time, lines) ->
                        numbers.put(time, lines.stream().map(Long::parseLong).toList()));
        List<Long> all = numbers.values().stream().flatMap(List::stream).toList();
        assertThat(new TreeSet<>(all)).as("twice").hasSameSizeAs(all);
        long last = all.stream().mapToLong(x -> x).max().orElseThrow();
        assertThat(all).as("lost").hasSize((int) last);
        assertThat(last).as("due, and not put out").isGreaterThanOrEqualTo(due.getAsLong());
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

    /** Waits until numbers are put out that were not due before. */
    void awaitProgress(String step) throws Exception {
        long before = due.getAsLong();
        await(step, () -> due.getAsLong() >= before + SOME && hasPutOut(before + SOME));
        steps.add(step + " at " + millis() + " ms, " + due.getAsLong() + " numbers");
    }

    /** Waits until all is put out that is due now. */
    void awaitAll() throws Exception {
        long all = due.getAsLong();
        await("all", () -> putOut() >= all);
    }

    private long putOut() throws IOException {
        return read(ClusterProgram.NUMBERS).values().stream()
                .mapToLong(List::size)
                .sum();
    }

    private boolean hasPutOut(long number) throws IOException {
        Optional<Path> newest = newest(ClusterProgram.NUMBERS);
        return newest.isPresent()
                && Files.readAllLines(newest.get()).stream().anyMatch(line -> Long.parseLong(line) >= number);
    }

    void await(String step, Callable<Boolean> something) throws Exception {
        long deadline = System.nanoTime() + SOON.toNanos();
        while (!something.call()) {
            boolean ended = driver.awaitEnd(LOOK);
            if (ended && !something.call() || System.nanoTime() > deadline) {
                throw new AssertionError(step + ": " + (ended ? "the driver has ended" : "not within " + SOON)
                        + " after " + steps + "\n" + cluster.logs());
            }
        }
    }

    @Override
    public void close() {
        try {
            driver.kill();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
