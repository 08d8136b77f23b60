/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import io.acequia.streaming.testkit.ChildJvm;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * F37: a source that has as much as anybody takes, under a whole context in a process of 256 MB: without a limit, where the
 * buffer must hold it back, and with one, log off and on.
 */
final class FloodRig {
    private static final double MOST_OVER = 1.2;

    private FloodRig() {}

    private record Batch(long records, long millis) {
        /** How much of the limit there was in the time since the batch before. */
        double ofLimit() {
            return records * 1000.0 / FloodProgram.RATE / Math.max(FloodProgram.INTERVAL.toMillis(), millis);
        }
    }

    private record Run(boolean whole, List<Batch> batches) {}

    static void run(Verdict verdict) throws Exception {
        for (boolean logged : new boolean[] {false, true}) {
            Run free = run(0, logged);
            Run limited = run(FloodProgram.RATE, logged);
            long most = free.batches().stream().mapToLong(Batch::records).max().orElse(0);
            double highest =
                    limited.batches().stream().mapToDouble(Batch::ofLimit).max().orElse(0);
            List<Batch> after = limited.batches()
                    .subList(
                            Math.min(1, limited.batches().size()),
                            limited.batches().size());
            verdict.add(new Figures("F37 flood at 256 MB, log " + (logged ? "on" : "off"))
                    .count("n", free.batches().size() + limited.batches().size())
                    .must("ended_early", (free.whole() ? 0 : 1) + (limited.whole() ? 0 : 1), 0)
                    .show("flood", String.format(Locale.ROOT, "%.0fx", new Batch(most, 0).ofLimit()))
                    .show("highest_of_limit", String.format(Locale.ROOT, "%.2f", highest))
                    .must("batches_over", count(limited.batches(), MOST_OVER), 0)
                    .must(
                            "batches_of_none",
                            after.stream().filter(batch -> batch.records() == 0).count(),
                            0));
        }
    }

    private static long count(List<Batch> batches, double over) {
        return batches.stream().filter(batch -> batch.ofLimit() > over).count();
    }

    private static Run run(int rate, boolean logged) throws IOException, InterruptedException {
        Path directory = Folders.fresh("flood");
        try (ChildJvm child = ChildJvm.of(
                FloodProgram.class,
                List.of("-Xmx256m", "-XX:+ExitOnOutOfMemoryError"),
                List.of(String.valueOf(rate), String.valueOf(logged), directory.toString()))) {
            List<String> output = child.output();
            List<Batch> batches = new ArrayList<>();
            for (String line : output) {
                if (!line.equals(FloodProgram.DONE)) {
                    String[] parts = line.split(" ", -1);
                    batches.add(new Batch(Long.parseLong(parts[0]), Long.parseLong(parts[1])));
                }
            }
            boolean whole = child.exitCode() == 0 && output.contains(FloodProgram.DONE);
            return new Run(whole && batches.size() >= FloodProgram.BATCHES, batches);
        } finally {
            Folders.delete(directory);
        }
    }
}
