/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import io.acequia.streaming.benchmarks.faults.FolderSink.Manners;
import io.acequia.streaming.testkit.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** F8, F10, F22 and F38: memory that runs out, a second driver, a directory that goes away, outputs that fail. */
final class BreakRig {
    private static final Duration LONGEST = Duration.ofSeconds(15);
    private static final Duration SLACK = Duration.ofSeconds(2);
    private static final int IN_USE = 1;

    private BreakRig() {}

    static void run(int n, Verdict verdict) throws Exception {
        memory(Math.max(2, n / 10), verdict);
        twoDrivers(Math.max(2, n / 4), verdict);
        directory(Math.max(3, n / 10), verdict);
        outputs(n, verdict);
    }

    // ---- F8

    private static void memory(int n, Verdict verdict) throws Exception {
        RandomGenerator random = verdict.chance(46);
        Outputs.Wrong wrong = Outputs.Wrong.NOTHING;
        int failed = 0;
        try (ExactJob job = new ExactJob(random.nextLong())) {
            for (int i = 0; i < n; i++) {
                Mistake mistake = i % 2 == 0 ? Mistake.MEMORY_OF_FUNCTION : Mistake.MEMORY_OF_PLANNER;
                try (ChildJvm child = job.start(List.of(), Manners.HONEST, Optional.of(mistake))) {
                    job.awaitConnection(child);
                    job.addFile();
                    boolean ended = child.awaitEnd(LONGEST);
                    child.kill();
                    failed += ended && child.exitCode() != 0 ? 1 : 0;
                }
                job.awaitDisconnection();
            }
            wrong = finish(job, verdict);
        }
        verdict.add(StopRig.wrong(
                new Figures("F8 out of memory in a function and in a planner")
                        .count("n", n)
                        .must("ended_with_a_failure", failed, n),
                wrong));
    }

    private static Outputs.Wrong finish(ExactJob job, Verdict verdict) throws IOException, InterruptedException {
        Optional<Outputs.Wrong> wrong = job.finish(Optional.empty());
        if (wrong.isEmpty() || !wrong.get().isNothing()) {
            job.keep();
            verdict.progress(wrong + " in " + job.root());
        }
        return wrong.orElse(new Outputs.Wrong(0, 0, 0, 0, 1, 0));
    }

    // ---- F10

    private static void twoDrivers(int n, Verdict verdict) throws Exception {
        RandomGenerator random = verdict.chance(47);
        int refused = 0;
        int undisturbed = 0;
        int free = 0;
        Outputs.Wrong wrong;
        try (ExactJob job = new ExactJob(random.nextLong())) {
            for (int i = 0; i < n; i++) {
                try (ChildJvm first = job.start(List.of())) {
                    free += job.awaitConnection(first) ? 1 : 0;
                    job.addFile();
                    int connections = job.server().connections();
                    try (ChildJvm second = job.second(List.of(), Manners.HONEST, Optional.empty())) {
                        boolean ended = second.awaitEnd(LONGEST);
                        second.kill();
                        refused += ended && second.exitCode() == IN_USE ? 1 : 0;
                    }
                    long sent = job.server().sent();
                    undisturbed += job.awaitOutputs(first, sent) && job.server().connections() == connections ? 1 : 0;
                    first.kill();
                }
                job.awaitDisconnection();
            }
            long reasons = job.errors()
                    .lines()
                    .filter(line -> line.contains("is in use: another context"))
                    .count();
            refused = (int) Math.min(refused, reasons);
            wrong = finish(job, verdict);
        }
        verdict.add(StopRig.wrong(
                new Figures("F10 two drivers on one directory")
                        .count("n", n)
                        .must("second_refused", refused, n)
                        .must("first_undisturbed", undisturbed, n)
                        .must("free_after_a_kill", free, n),
                wrong));
    }

    // ---- F22

    /** What happens to the directory; each can be undone. */
    private enum Loss {
        /** Another file has its name. */
        REPLACED {
            @Override
            void happen(Path directory, Path aside) throws IOException {
                Files.move(directory, aside);
                Files.createFile(directory);
            }

            @Override
            void undo(Path directory, Path aside) throws IOException {
                Files.delete(directory);
                Files.move(aside, directory);
            }
        },
        /** Nothing has its name. */
        GONE {
            @Override
            void happen(Path directory, Path aside) throws IOException {
                Files.move(directory, aside);
            }

            @Override
            void undo(Path directory, Path aside) throws IOException {
                if (Files.exists(directory)) {
                    Folders.delete(directory);
                }
                Files.move(aside, directory);
            }
        },
        /** No name can be made in it or taken out of it. */
        READ_ONLY {
            @Override
            void happen(Path directory, Path aside) throws IOException, InterruptedException {
                chattr("+i", directory);
            }

            @Override
            void undo(Path directory, Path aside) throws IOException, InterruptedException {
                chattr("-i", directory);
            }
        };

        abstract void happen(Path directory, Path aside) throws IOException, InterruptedException;

        abstract void undo(Path directory, Path aside) throws IOException, InterruptedException;

        private static void chattr(String change, Path directory) throws IOException, InterruptedException {
            try (java.util.stream.Stream<Path> all = Files.walk(directory)) {
                List<String> command = new ArrayList<>(List.of("chattr", change));
                all.filter(Files::isDirectory).forEach(folder -> command.add(folder.toString()));
                new ProcessBuilder(command).start().waitFor();
            }
        }
    }

    private static void directory(int n, Verdict verdict) throws Exception {
        RandomGenerator random = verdict.chance(48);
        Outputs.Wrong wrong = Outputs.Wrong.NOTHING;
        List<Long> millis = new ArrayList<>();
        int ended = 0;
        for (int i = 0; i < n; i++) {
            Loss loss = Loss.values()[i % Loss.values().length];
            try (ExactJob job = new ExactJob(random.nextLong())) {
                Path aside = job.root().resolve("aside");
                try (ChildJvm child = job.start(List.of())) {
                    job.awaitConnection(child);
                    job.awaitFirstBatch(child);
                    job.addFile();
                    child.awaitEnd(Duration.ofMillis(500 + random.nextInt(300)));
                    child.signal("STOP");
                    loss.happen(job.directory(), aside);
                    long begin = System.nanoTime();
                    child.signal("CONT");
                    try {
                        ended += awaitNotice(job, child) ? 1 : 0;
                        millis.add((System.nanoTime() - begin) / 1_000_000);
                    } finally {
                        child.kill();
                        loss.undo(job.directory(), aside);
                    }
                }
                job.awaitDisconnection();
                Outputs.Wrong found = finish(job, verdict);
                if (!found.isNothing()) {
                    verdict.progress("directory " + loss);
                }
                wrong = wrong.plus(found);
            }
        }
        Collections.sort(millis);
        long latest = ExactProgram.CHECKPOINT.plus(SLACK).toMillis();
        verdict.add(StopRig.wrong(
                new Figures("F22 checkpoint directory replaced, gone, read-only")
                        .count("n", n)
                        .must(
                                "late",
                                millis.stream().filter(each -> each > latest).count(),
                                0)
                        .show("jobs_ended", ended)
                        .show("noticed_ms_p50", millis.get(n / 2))
                        .show("noticed_ms_most", millis.get(n - 1)),
                wrong));
    }

    /** Until the job ends or says that a checkpoint failed; whether it ended. */
    private static boolean awaitNotice(ExactJob job, ChildJvm child) throws IOException, InterruptedException {
        for (long look = 0; look < LONGEST.toMillis() / 20; look++) {
            if (child.awaitEnd(Duration.ofMillis(20))) {
                return true;
            }
            if (!job.notes("checkpointfailed").isEmpty()) {
                return false;
            }
        }
        return false;
    }

    // ---- F38

    private static void outputs(int n, Verdict verdict) throws Exception {
        RandomGenerator random = verdict.chance(49);
        Outputs.Wrong wrong = Outputs.Wrong.NOTHING;
        long failures = 0;
        int kills = 0;
        int ended = 0;
        for (Manners manners : List.of(Manners.FAILS_AT_A_RECORD, Manners.LOSES_REPLIES)) {
            try (ExactJob job = new ExactJob(random.nextLong())) {
                Path file = job.root().resolve(FolderSink.FAILURES);
                for (int life = 0; life < 40 && lines(file) < n / 2; life++) {
                    try (ChildJvm child = job.start(List.of(), manners, Optional.empty())) {
                        job.awaitConnection(child);
                        job.addFile();
                        ended += child.awaitEnd(Duration.ofMillis(500 + random.nextInt(2500))) ? 1 : 0;
                        child.kill();
                        kills++;
                    }
                    job.awaitDisconnection();
                }
                failures += lines(file);
                wrong = wrong.plus(finish(job, verdict));
            }
        }
        verdict.add(StopRig.wrong(
                new Figures("F38 outputs that fail at a record, or lose the reply to a commit")
                        .within("n", failures, n - 1, Long.MAX_VALUE)
                        .show("kills", kills)
                        .must("jobs_ended", ended, 0),
                wrong));
    }

    private static long lines(Path file) throws IOException {
        return Files.exists(file) ? Files.readAllLines(file).size() : 0;
    }
}
