/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import io.acequia.streaming.BatchContext;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * Batch jobs over a directory of text. <b>Against</b> a loop by hand or Spark with as many threads, in turns, of which each begins every
 * other round; all must come to the same number. <b>Memory</b>: each work in a JVM whose heap is much smaller than the input; that it ends, with the number that a large
 * heap gives, is the result.
 */
final class RddRuns {
    static final int MEMORY_LINES = 4_000_000;
    private static final int WARM_UPS = 3;

    private RddRuns() {}

    static void run(Request request) throws Exception {
        try (RddInput input = new RddInput(request.lines())) {
            if (request.whom().equals(Request.MEMORY)) {
                memory(request, input);
            } else if (request.whom().equals(Request.SPARK)) {
                try (SparkProcess spark = SparkProcess.startRdds()) {
                    compare(request, input, "Spark", spark::run);
                }
            } else {
                try (RddByHand loop = new RddByHand(input)) {
                    compare(request, input, "a loop by hand", (work, in) -> timed(() -> loop.run(work)));
                }
            }
        }
    }

    /** A number, and what it took. */
    record Turn(long result, long wallNanos, long cpuNanos) {}

    interface Contestant {
        Turn run(RddWork work, Path in) throws Exception;
    }

    private interface Timed {
        long run() throws Exception;
    }

    private static Turn timed(Timed work) throws Exception {
        long cpuBefore = Rounds.cpuNanos();
        long before = System.nanoTime();
        long result = work.run();
        return new Turn(result, System.nanoTime() - before, Rounds.cpuNanos() - cpuBefore);
    }

    static void compare(Request request, RddInput input, String whom, Contestant contestant) throws Exception {
        try (BatchContext batch = RddProgram.context(input.aside().toString())) {
            for (RddWork work : RddWork.COMPARED) {
                Rounds rounds = new Rounds(2, request.rounds());
                for (int round = -WARM_UPS; round < request.rounds(); round++) {
                    boolean theyBegin = round % 2 != 0;
                    Turn begun = theyBegin ? contestant.run(work, input.in()) : ours(work, batch, input);
                    Turn ended = theyBegin ? ours(work, batch, input) : contestant.run(work, input.in());
                    Turn ours = theyBegin ? ended : begun;
                    Turn theirs = theyBegin ? begun : ended;
                    mustAgree(work.name(), ours.result(), theirs.result());
                    rounds.add(round, 0, ours.wallNanos(), ours.cpuNanos());
                    rounds.add(round, 1, theirs.wallNanos(), theirs.cpuNanos());
                }
                String name = "rdd " + work.name().toLowerCase(Locale.ROOT);
                System.out.println(rounds.line(name, 0, request.lines()));
                System.out.println(rounds.line(name + " by " + whom, 1, request.lines()));
                System.out.println(rounds.cpuRatio(0, 1).ratioLine(name + " CPU time", whom));
                System.out.println(rounds.ratio(0, 1).ratioLine(name, whom));
            }
        }
    }

    private static Turn ours(RddWork work, BatchContext batch, RddInput input) throws Exception {
        return timed(() -> work.run(batch, input.in()));
    }

    static void mustAgree(String work, long ours, long theirs) {
        if (ours != theirs) {
            throw new IllegalStateException("ACQ-3175 " + work + " came to " + ours + " here and to " + theirs
                    + " there: a fast wrong answer is no answer");
        }
    }

    private static void memory(Request request, RddInput input) throws Exception {
        long megabytes = (long) request.lines() * RddInput.LINE_BYTES / 1_000_000;
        for (RddWork work : RddWork.values()) {
            long before = System.nanoTime();
            long small = inOwnJvm(work, input, request.heap());
            double seconds = (System.nanoTime() - before) / 1e9;
            mustAgree(work.name(), small, inOwnJvm(work, input, Math.toIntExact(1024 + 4 * megabytes)));
            System.out.println(String.format(
                    Locale.ROOT,
                    "rdd memory %s: %d MB at a heap of %d MiB in %.1f s",
                    work.name().toLowerCase(Locale.ROOT),
                    megabytes,
                    request.heap(),
                    seconds));
        }
    }

    static long inOwnJvm(RddWork work, RddInput input, int heapMib) throws Exception {
        Files.createDirectories(input.aside());
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx" + heapMib + "m",
                        "-XX:+ExitOnOutOfMemoryError",
                        "-cp",
                        System.getProperty("java.class.path"),
                        RddProgram.class.getName(),
                        work.name(),
                        input.in().toString(),
                        input.aside().toString()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String last = "";
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                last = line.startsWith("result ") ? line.substring("result ".length()) : last;
            }
        }
        int code = process.waitFor();
        if (code != 0 || last.isEmpty()) {
            throw new IllegalStateException("ACQ-3174 " + work + " at a heap of " + heapMib
                    + " MiB ended with exit code " + code + ": see what it said above");
        }
        return Long.parseLong(last);
    }
}
