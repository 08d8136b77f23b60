/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/**
 * W7: a whole process, from the start of its JVM to its first line on standard output, and the most memory it has had. The
 * children read the same file of lines; a stream waits up to an interval of 100 ms for its first batch, which is in its time.
 */
final class FirstOutput {
    private static final int WARM_UPS = 2;
    private static final int BATCHES = 10;
    private static final int LINES_A_BATCH = 1000;
    private static final List<String> SHIPPED = List.of("streaming-core", "slf4j-api", "kryo5");

    private FirstOutput() {}

    static void run(Request request) throws Exception {
        Path lines = Files.createTempFile("lines", ".txt");
        try {
            Files.write(lines, LinePool.bytes(BATCHES * LINES_A_BATCH));
            measure(request.rounds(), lines);
        } finally {
            Files.delete(lines);
        }
    }

    private static void measure(int rounds, Path lines) throws Exception {
        Run stream = run(QueueProgram.class, lines);
        Run limit = run(QueueByHand.class, lines);
        mustAgree(stream.output(), limit.output());
        System.out.println("outputs agree: the sum over " + BATCHES + " batches");
        double[][] millis = new double[2][rounds];
        double[][] peak = new double[2][rounds];
        double[] ratio = new double[rounds];
        for (int round = -WARM_UPS; round < rounds; round++) {
            stream = run(QueueProgram.class, lines);
            limit = run(QueueByHand.class, lines);
            if (round >= 0) {
                millis[0][round] = stream.firstLineMillis();
                millis[1][round] = limit.firstLineMillis();
                peak[0][round] = stream.peakMib();
                peak[1][round] = limit.peakMib();
                ratio[round] = limit.firstLineMillis() / stream.firstLineMillis();
            }
        }
        System.out.println("stream: first line after " + Samples.of(millis[0]).line("ms") + ", peak RSS "
                + Samples.of(peak[0]).line("MiB"));
        System.out.println("limit: first line after " + Samples.of(millis[1]).line("ms") + ", peak RSS "
                + Samples.of(peak[1]).line("MiB"));
        tellSizes();
        System.out.println(Samples.of(ratio).ratioLine("W7", "hand-written main"));
    }

    /** A process that has ended. */
    record Run(double firstLineMillis, List<String> output) {
        double peakMib() {
            return Long.parseLong(lastWord(output.get(output.size() - 1))) / 1024.0;
        }
    }

    static Run run(Class<?> main, Path lines) throws IOException, InterruptedException {
        ProcessBuilder command = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        main.getName(),
                        lines.toString(),
                        String.valueOf(LINES_A_BATCH))
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        List<String> output = new ArrayList<>();
        long start = System.nanoTime();
        Process process = command.start();
        long first = 0;
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                first = first == 0 ? System.nanoTime() : first;
                output.add(line);
            }
        }
        int exit = process.waitFor();
        if (exit != 0 || output.size() < 2) {
            throw new IllegalStateException("ACQ-3010 the child " + main.getSimpleName() + " ended with exit code "
                    + exit + " after " + output.size() + " lines: run it alone to see why");
        }
        return new Run((first - start) / 1e6, output);
    }

    /** The last line but one of each child is the number of words it has counted. */
    static void mustAgree(List<String> stream, List<String> limit) {
        String ours = stream.get(stream.size() - 2);
        String theirs = limit.get(limit.size() - 2);
        if (!ours.equals(theirs)) {
            throw new IllegalStateException("ACQ-3011 the stream says '" + ours + "' and the hand-written main '"
                    + theirs + "': a fast wrong answer is no answer");
        }
    }

    private static String lastWord(String line) {
        return line.substring(line.lastIndexOf(' ') + 1);
    }

    private static void tellSizes() {
        long sum = 0;
        Set<String> names = new HashSet<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            Path path = Path.of(entry);
            String name = String.valueOf(path.getFileName());
            if (SHIPPED.stream().anyMatch(name::startsWith) && Files.exists(path) && names.add(name)) {
                long size = sizeOf(path);
                sum += size;
                System.out.println(String.format(Locale.ROOT, "%s: %.2f MB", name, size / 1e6));
            }
        }
        System.out.println(String.format(Locale.ROOT, "core and its dependencies: %.2f MB", sum / 1e6));
    }

    private static long sizeOf(Path path) {
        try (Stream<Path> files = Files.walk(path)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
