/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import io.acequia.streaming.benchmarks.faults.FolderSink.Manners;
import io.acequia.streaming.testkit.ChildJvm;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** F5 to F7: a process is asked to end, with a receiver that cannot be stopped, too; and one is held for a while. */
final class StopRig {
    private static final Duration LATEST = ExactProgram.GRACE.plusSeconds(1);
    private static final Duration PAUSE = Duration.ofMillis(2500);
    private static final int STOPS_A_JOB = 20;
    private static final int PAUSES_A_JOB = 5;
    private static final int TERMINATED = 143;

    private StopRig() {}

    static void run(int n, Verdict verdict) throws Exception {
        terminate("F5 SIGTERM under load", n, Optional.empty(), 43, verdict);
        terminate(
                "F6 SIGTERM with a receiver that ignores everything",
                Math.max(1, n / 10),
                Optional.of(Mistake.STUBBORN_RECEIVER),
                44,
                verdict);
        pause(Math.max(1, n / 10), verdict);
    }

    private static void terminate(String fault, int n, Optional<Mistake> mistake, int part, Verdict verdict)
            throws Exception {
        RandomGenerator random = verdict.chance(part);
        List<Long> millis = new ArrayList<>();
        Outputs.Wrong wrong = Outputs.Wrong.NOTHING;
        int right = 0;
        int left = 0;
        int told = 0;
        for (int done = 0; done < n; ) {
            try (ExactJob job = new ExactJob(random.nextLong())) {
                for (int i = 0; i < STOPS_A_JOB && done < n; i++, done++) {
                    try (ChildJvm child = job.start(List.of(), Manners.HONEST, mistake)) {
                        job.awaitConnection(child);
                        job.awaitFirstBatch(child);
                        job.addFile();
                        child.awaitEnd(Duration.ofMillis(100 + random.nextInt(500)));
                        long begin = System.nanoTime();
                        child.terminate();
                        child.awaitEnd(ExactJob.PATIENCE);
                        millis.add((System.nanoTime() - begin) / 1_000_000);
                        child.kill();
                        right += child.exitCode() == TERMINATED ? 1 : 0;
                    }
                    job.awaitDisconnection();
                    left += job.hasCaughtUp(job.server().acked()) ? 0 : 1;
                }
                told += job.errors().contains("stubborn") ? 1 : 0;
                Outputs.Wrong found = mistake.isEmpty() ? job.finish(mistake).orElse(null) : finishHard(job, mistake);
                if (found == null || !found.isNothing()) {
                    job.keep();
                    verdict.progress(found + " in " + job.root());
                }
                wrong = found == null ? wrong.plus(new Outputs.Wrong(0, 0, 0, 0, 1, 0)) : wrong.plus(found);
                verdict.progress(done + " of " + n + " stops");
            }
        }
        Collections.sort(millis);
        Figures figures = new Figures(fault)
                .count("n", n)
                .must(
                        "late",
                        millis.stream().filter(each -> each > LATEST.toMillis()).count(),
                        0)
                .must("exit_code_143", right, n);
        wrong(figures, wrong)
                .show("with_rest_for_the_next", left)
                .show("stop_ms_p50", millis.get(n / 2))
                .show("stop_ms_most", millis.get(n - 1));
        if (mistake.isPresent()) {
            figures.within("jobs_that_name_it", told, 1, n);
        }
        verdict.add(figures);
    }

    /** A job that cannot end gracefully: it is stopped when all has come through. */
    private static Outputs.Wrong finishHard(ExactJob job, Optional<Mistake> mistake)
            throws IOException, InterruptedException {
        long sent = job.server().stopSending();
        try (ChildJvm child = job.start(List.of(), Manners.HONEST, mistake)) {
            job.awaitConnection(child);
            job.awaitOutputs(child, sent);
            child.terminate();
            child.awaitEnd(ExactJob.PATIENCE);
        }
        return job.compare();
    }

    static Figures wrong(Figures figures, Outputs.Wrong wrong) {
        return figures.must("lost", wrong.lost(), 0)
                .must("duplicated", wrong.duplicated(), 0)
                .must("wrong", wrong.state() + wrong.windows() + wrong.missing() + wrong.changed(), 0);
    }

    /** As long pauses of a collector, or of a virtual machine that is moved, would be. */
    private static void pause(int n, Verdict verdict) throws Exception {
        RandomGenerator random = verdict.chance(45);
        Outputs.Wrong wrong = Outputs.Wrong.NOTHING;
        List<Long> catchUp = new ArrayList<>();
        long skipped = 0;
        for (int done = 0; done < n; ) {
            try (ExactJob job = new ExactJob(random.nextLong())) {
                try (ChildJvm child = job.start(List.of())) {
                    job.awaitConnection(child);
                    for (int i = 0; i < PAUSES_A_JOB && done < n; i++, done++) {
                        job.addFile();
                        child.awaitEnd(Duration.ofMillis(300 + random.nextInt(200)));
                        child.signal("STOP");
                        child.awaitEnd(PAUSE);
                        long sent = job.server().sent();
                        long begin = System.nanoTime();
                        child.signal("CONT");
                        job.awaitOutputs(child, sent);
                        catchUp.add((System.nanoTime() - begin) / 1_000_000);
                    }
                    job.server().stopSending();
                    job.awaitOutputs(child, job.server().sent());
                    child.end();
                    child.awaitEnd(ExactJob.PATIENCE);
                }
                skipped += job.outputs().skippedBatches();
                wrong = wrong.plus(job.compare());
                verdict.progress(done + " of " + n + " pauses");
            }
        }
        Collections.sort(catchUp);
        verdict.add(wrong(new Figures("F7 held for " + PAUSE.toMillis() + " ms").count("n", n), wrong)
                .must("batches_skipped", skipped, 0)
                .show("catch_up_ms_p50", catchUp.get(n / 2))
                .show("catch_up_ms_most", catchUp.get(n - 1)));
    }
}
