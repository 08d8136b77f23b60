/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import io.acequia.streaming.internal.store.Failpoint;
import io.acequia.streaming.testkit.ChildJvm;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * F30: a process is killed between receive, store and acknowledgement, and started again on its directory. This process is the
 * sender, lives on, and knows what was acknowledged. It halts the child at one of five places, and kills it from outside at any
 * time; a kill counts only when lines were sent and not acknowledged.
 *
 * <p>After each kill, every line that was acknowledged is in the log or in an output, and the log has no line twice. In the end
 * every line that was sent is in an output: what was not acknowledged came again. Lines in an output twice are counted: that a
 * batch was done is not remembered over a restart without a journal.
 */
final class KillRig {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration LONGEST_LIFE = Duration.ofSeconds(15);
    private static final Duration LOOK = Duration.ofMillis(20);
    private static final int MOST_DELAY_MILLIS = 700;
    private static final int MOST_MISSES = 20;
    private static final String OUTSIDE = "from_outside";
    private static final List<Failpoint> PLACES = List.of(
            Failpoint.DELIVERY_READ,
            Failpoint.BLOCK_WRITTEN,
            Failpoint.BLOCK_FORCED,
            Failpoint.BLOCK_ADDED,
            Failpoint.DELIVERY_SETTLED);

    private KillRig() {}

    static void run(int n, Verdict verdict) throws Exception {
        reliable(n, verdict);
        verdict.add(unreliable(Math.max(2, n / 10), verdict));
    }

    // ---- a source that is told

    private static void reliable(int n, Verdict verdict) throws Exception {
        RandomGenerator random = verdict.chance(30);
        Map<String, Integer> kills = new TreeMap<>();
        Counts counts = new Counts();
        int missed = 0;
        try (AckServer server = new AckServer(true, 0, verdict.seed());
                KilledJob job = new KilledJob(server, true)) {
            List<Failpoint> plan = plan(n, random);
            for (int i = 0; i < plan.size() && missed < MOST_MISSES + n; ) {
                Failpoint place = plan.get(i);
                if (kill(server, job, place, random)) {
                    kills.merge(place == null ? OUTSIDE : place.text(), 1, Integer::sum);
                    i++;
                    if (i % 10 == 0) {
                        verdict.progress(i + " of " + plan.size() + " kills");
                    }
                } else {
                    missed++;
                }
                counts.check(server.acked(), job);
            }
            long sent = finish(server, job);
            long unprocessed = missing(job.processed(), sent);
            verdict.add(new Figures("F30 kills between receive, store and acknowledgement")
                    .must("n", kills.values().stream().mapToInt(each -> each).sum(), plan.size())
                    .show("sent", sent)
                    .must("strange_answers", server.strange(), 0)
                    .must("lost", counts.lost, 0)
                    .must("unprocessed", unprocessed, 0)
                    .must("duplicated", counts.duplicated, 0)
                    .must("wrong", counts.unordered, 0)
                    .show("processed_again", job.repeated())
                    .show("not_counted", missed));
        }
        int least = n / PLACES.size();
        Figures places = new Figures("F30 places");
        for (Failpoint place : PLACES) {
            places.within(place.text(), kills.getOrDefault(place.text(), 0), least, Long.MAX_VALUE);
        }
        verdict.add(places.show(OUTSIDE, kills.getOrDefault(OUTSIDE, 0)));
    }

    /** At least n kills at the places, as many at each, and a fifth more from outside, which have none. */
    private static List<@Nullable Failpoint> plan(int n, RandomGenerator random) {
        List<@Nullable Failpoint> plan = new ArrayList<>();
        int each = (n + PLACES.size() - 1) / PLACES.size();
        for (int i = 0; i < each; i++) {
            plan.addAll(PLACES);
            plan.add(null);
        }
        for (int i = plan.size() - 1; i > 0; i--) {
            Collections.swap(plan, i, random.nextInt(i + 1));
        }
        return plan;
    }

    /** One life; whether it ended where it should, with lines in flight. */
    private static boolean kill(AckServer server, KilledJob job, @Nullable Failpoint place, RandomGenerator random)
            throws IOException, InterruptedException {
        List<String> options = place == null
                ? List.of()
                : List.of("-Dacequia.failpoint=" + place.text() + ":" + (1 + random.nextInt(12)) + ":halt");
        boolean there;
        try (ChildJvm child = job.start(options)) {
            if (place == null) {
                there = server.await(server::isConnected, PATIENCE);
                Duration delay = Duration.ofMillis(random.nextInt(MOST_DELAY_MILLIS));
                there &= !child.awaitEnd(delay);
                child.kill();
            } else {
                there = child.awaitEnd(LONGEST_LIFE);
                child.kill();
                there &= child.exitCode() == 137;
            }
        }
        server.await(() -> !server.isConnected(), PATIENCE);
        return there && server.sent() > server.acked();
    }

    /** Lets a last life take in all that was sent; gives the number of the last line. */
    private static long finish(AckServer server, KilledJob job) throws IOException, InterruptedException {
        long sent = server.stopSending();
        try (ChildJvm child = job.start(List.of())) {
            server.await(() -> server.acked() >= sent, PATIENCE);
            for (long look = PATIENCE.toMillis() / LOOK.toMillis(); look > 0; look--) {
                if (missing(job.processed(), sent) == 0 || child.awaitEnd(LOOK)) {
                    break;
                }
            }
            child.end();
            child.awaitEnd(PATIENCE);
        }
        return sent;
    }

    private static long missing(BitSet numbers, long upTo) {
        return upTo - numbers.get(1, (int) upTo + 1).cardinality();
    }

    /** What was found after the kills. */
    private static final class Counts {
        private long lost;
        private long duplicated;
        private long unordered;

        void check(long acked, KilledJob job) throws IOException {
            List<Long> logged = job.logged();
            BitSet there = (BitSet) job.processed().clone();
            logged.forEach(number -> there.set(Math.toIntExact(number)));
            lost += missing(there, acked);
            duplicated += logged.size() - new HashSet<>(logged).size();
            unordered += logged.stream().sorted().toList().equals(logged) ? 0 : 1;
        }
    }

    // ---- a source that cannot be told

    /**
     * The same from outside with a source that acknowledges nothing. Of each life only the end may be missing: what was sent
     * since its last block was forced, on its way to the process, or still in the block.
     */
    private static Figures unreliable(int n, Verdict verdict) throws Exception {
        RandomGenerator random = verdict.chance(31);
        long sent = 0;
        List<Long> losses = new ArrayList<>();
        long holes = 0;
        try (AckServer server = new AckServer(false, 0, verdict.seed());
                KilledJob job = new KilledJob(server, false)) {
            for (int i = 0; i < n; ) {
                long before = server.sent();
                boolean counts = kill(server, job, null, random) && server.sent() > before;
                BitSet there = (BitSet) job.processed().clone();
                job.logged().forEach(number -> there.set(Math.toIntExact(number)));
                long kept = there.get((int) before + 1, (int) server.sent() + 1).cardinality();
                long end = Math.max(before, there.previousSetBit((int) server.sent()));
                holes += end - before - kept;
                if (counts) {
                    losses.add(server.sent() - before - kept);
                    i++;
                }
            }
            sent = server.sent();
        }
        Collections.sort(losses);
        return new Figures("F30 kills of a source that cannot be told")
                .count("n", n)
                .show("sent", sent)
                .must("lost_before_the_last_block", holes, 0)
                .show("lost_at_the_end_median", losses.get(n / 2))
                .show("lost_at_the_end_most", losses.get(n - 1));
    }
}
