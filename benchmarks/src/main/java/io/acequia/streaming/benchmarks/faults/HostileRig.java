/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import io.acequia.streaming.testkit.ChildJvm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** F14, F23, F24, F43, F44, F47, F50: bytes, names and directories that nobody wrote as they are, and contexts without end. */
final class HostileRig {
    /** Batches of a fixture. */
    static final int FIXTURE = 4;

    private static final int EARLY = 3;
    /** What the JVM itself still loads: accessors that it makes, and what is met first. */
    private static final int CLASSES = 30;

    private static final int HEAP_KIB = 1024;

    private HostileRig() {}

    /** @param mutants of bytes that are decoded; a tenth of it contexts are started and stopped */
    static void run(int mutants, Verdict verdict) throws Exception {
        Path written = Folders.fresh("hostile");
        SmallJob.Outcome first = SmallJob.run(written, 0, EARLY);
        Path early = Folders.copy(written);
        SmallJob.Outcome second = SmallJob.run(written, EARLY, DamagedCheckpoints.BATCHES - EARLY);
        verdict.add(new Figures("undamaged").must("wrong", first.wrong() || second.wrong() ? 1 : 0, 0));
        verdict.add(DamagedCheckpoints.flips(written, verdict.chance(1)));
        verdict.add(DamagedDirectories.run(written, early, verdict));
        verdict.add(DamagedCheckpoints.allBad(written, verdict.chance(2)));
        verdict.add(GadgetRig.run());
        verdict.add(mutants(mutants, written, verdict));
        verdict.add(PathTricks.run(written));
        verdict.add(contexts(Math.max(1, mutants / 10)));
        Folders.delete(early);
        Folders.delete(written);
    }

    /** F41: a directory as this version writes it, without its lock, which belongs to a process. */
    static void writeFixture(Verdict verdict) throws Exception {
        Path written = Folders.fresh("fixture");
        SmallJob.Outcome outcome = SmallJob.run(written, 0, FIXTURE);
        Files.deleteIfExists(written.resolve("lock"));
        verdict.add(new Figures("F41 fixture")
                .show("directory", written)
                .count("n", FIXTURE)
                .must("wrong", outcome.wrong() ? 1 : 0, 0));
    }

    private static Figures mutants(int n, Path written, Verdict verdict) throws Exception {
        List<String> lines;
        int exit;
        try (ChildJvm child = ChildJvm.of(
                MutantProgram.class,
                List.of("-Xmx128m"),
                List.of(String.valueOf(n), String.valueOf(verdict.seed()), written.toString()))) {
            lines = child.output();
            exit = child.exitCode();
        }
        String[] last =
                lines.isEmpty() ? new String[0] : lines.get(lines.size() - 1).split(" ", -1);
        boolean ended = exit == 0 && last.length == 5;
        Figures figures = new Figures("F44 mutants of bytes at 128 MB")
                .count("n", n)
                .must("ended", ended ? 1 : 0, 1)
                .must("errors", lines.size() - (ended ? 1 : 0), 0);
        if (ended) {
            figures.show("read", last[1])
                    .show("refused", last[2])
                    .must("hung", Long.parseLong(last[3]), 0)
                    .show("slowest_ms", last[4]);
        }
        lines.stream().filter(line -> !line.startsWith("done ")).limit(20).forEach(verdict::progress);
        return figures;
    }

    private static Figures contexts(int n) throws Exception {
        List<String> lines;
        try (ChildJvm child = ChildJvm.of(
                StartStopProgram.class,
                List.of("--add-opens", "java.base/java.lang=ALL-UNNAMED"),
                List.of(String.valueOf(n)))) {
            lines = child.output();
        }
        long[] before = numbers(lines.get(0));
        long[] after = numbers(lines.get(1));
        return new Figures("F50 contexts started and stopped")
                .count("n", n)
                .show("threads_before", before[0])
                .within("threads_after", after[0], 0, before[0])
                .show("classes_before", before[1])
                .within("classes_after", after[1], 0, before[1] + CLASSES)
                .show("heap_kib_before", before[2])
                .within("heap_kib_after", after[2], 0, before[2] + HEAP_KIB)
                .show("fds_before", before[3])
                .within("fds_after", after[3], 0, before[3])
                .within("hooks_after", after[4], 0, before[4]);
    }

    private static long[] numbers(String line) {
        return Arrays.stream(line.split(" ", -1)).mapToLong(Long::parseLong).toArray();
    }
}
