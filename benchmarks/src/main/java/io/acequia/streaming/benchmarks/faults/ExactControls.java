/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import io.acequia.streaming.benchmarks.faults.FolderSink.Manners;
import io.acequia.streaming.testkit.ChildJvm;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * Mistakes in a process that is killed, each of which the comparison at the end must show, or a refusal to go on; and no
 * mistake, which must show nothing. They are made by a source, an output or a storage that lies.
 */
final class ExactControls {
    private static final int MOST_JOBS = 25;
    /** {@code kill-random} has many more. */
    private static final int JOBS_WITHOUT_A_MISTAKE = 2;

    private static final int KILLS_A_JOB = 3;
    private static final int MOST_DELAY_MILLIS = 700;
    private static final Duration LONGEST_LIFE = Duration.ofSeconds(4);

    /** The mistakes, and the places at which a kill shows them soonest. */
    private static final Map<Mistake, List<String>> MISTAKES = new TreeMap<>(Map.of(
            Mistake.LOG_OFF, List.of("output.commit.after", "batch.done"),
            Mistake.COMMITTED_TWICE, List.of("output.commit.after"),
            Mistake.ACKNOWLEDGED_EARLY, List.of("block.written", "delivery.read"),
            Mistake.MOVED_ON_EARLY, List.of("delivery.settled", "delivery.read"),
            Mistake.DELETED_EARLY, List.of("manifest.commit.before", "manifest.write.before"),
            Mistake.JOURNAL_FORGOTTEN, List.of("batch.done", "output.commit.after")));

    private ExactControls() {}

    static void run(Verdict verdict) throws Exception {
        List<Integer> kills = new ArrayList<>();
        int caught = 0;
        for (Mistake mistake : MISTAKES.keySet()) {
            int taken = killsUntilNoticed(Optional.of(mistake), MOST_JOBS, verdict);
            String name = "control: "
                    + mistake.name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
            verdict.add(new Figures(name)
                    .count("n", 1)
                    .show("kills", Math.abs(taken))
                    .must("caught", taken > 0 ? 1 : 0, 1));
            kills.add(Math.abs(taken));
            caught += taken > 0 ? 1 : 0;
        }
        Collections.sort(kills);
        int without = killsUntilNoticed(Optional.empty(), JOBS_WITHOUT_A_MISTAKE, verdict);
        verdict.add(new Figures("controls of processes")
                .show("noticed", caught + "/" + MISTAKES.size())
                .show("kills_to_detect_median", kills.get(kills.size() / 2))
                .must("noticed_without_a_mistake", without > 0 ? 1 : 0, 0));
    }

    /** How many kills it took; negative when it was never noticed. */
    private static int killsUntilNoticed(Optional<Mistake> mistake, int jobs, Verdict verdict) throws Exception {
        RandomGenerator random =
                verdict.chance(50 + mistake.map(Mistake::ordinal).orElse(-1));
        int kills = 0;
        for (int i = 0; i < jobs; i++) {
            try (ExactJob job = new ExactJob(random.nextLong())) {
                for (int k = 0; k < KILLS_A_JOB; k++) {
                    kills++;
                    if (!live(job, mistake, random)) {
                        return kills;
                    }
                }
                Optional<Outputs.Wrong> wrong = job.finish(mistake);
                if (wrong.isEmpty() || !wrong.get().isNothing()) {
                    verdict.progress(mistake.map(Enum::name).orElse("nothing") + ": "
                            + wrong.map(Outputs.Wrong::toString).orElse("it did not end well"));
                    return kills;
                }
            }
        }
        return -kills;
    }

    /** A life and its kill; false when the job refused to go on by itself. */
    private static boolean live(ExactJob job, Optional<Mistake> mistake, RandomGenerator random)
            throws IOException, InterruptedException {
        List<String> places = mistake.map(MISTAKES::get).orElse(List.of());
        boolean outside = places.isEmpty() || random.nextInt(3) == 0;
        List<String> options = outside
                ? List.of()
                : List.of("-Dacequia.failpoint=" + places.get(random.nextInt(places.size())) + ":"
                        + (3 + random.nextInt(8)) + ":halt");
        Manners sink = mistake.filter(Mistake.COMMITTED_TWICE::equals).isPresent() ? Manners.TWICE : Manners.HONEST;
        boolean ended;
        try (ChildJvm child = job.start(options, sink, mistake)) {
            if (job.awaitConnection(child)) {
                job.addFile();
                job.awaitFirstBatch(child);
            }
            ended = child.awaitEnd(outside ? Duration.ofMillis(100 + random.nextInt(MOST_DELAY_MILLIS)) : LONGEST_LIFE);
            child.kill();
            ended &= child.exitCode() != 137;
        }
        job.awaitDisconnection();
        return !ended;
    }
}
