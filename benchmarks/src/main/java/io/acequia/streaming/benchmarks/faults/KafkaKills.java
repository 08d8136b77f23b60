/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import io.acequia.streaming.benchmarks.faults.ExactLives.Kill;
import io.acequia.streaming.internal.store.Failpoint;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.random.RandomGenerator;

/**
 * F30: a process that reads Kafka by offset, keeps state, and writes into a sink that commits each batch once is killed again and
 * again; half of the kills for {@link KafkaTarget}, half for {@link PostgresTarget}. A third of each is between the commit of the sink
 * and the journal's word that the output is done, a sixth at other places, the rest from outside.
 */
final class KafkaKills {
    private static final int KILLS_A_JOB = 10;
    private static final int MOST_MISSES = 20;
    private static final List<Failpoint> PLACES = List.of(
            Failpoint.BATCH_PLANNED,
            Failpoint.BATCH_ALLOCATED,
            Failpoint.OUTPUT_COMMIT_BEFORE,
            Failpoint.OUTPUT_DONE,
            Failpoint.BATCH_DONE,
            Failpoint.CHECKPOINT_TAKEN,
            Failpoint.CHECKPOINT_WRITTEN);

    private final String name;
    private final KafkaBroker broker;
    private final KafkaLives.TargetOfJob targets;
    private final RandomGenerator random;
    private final Verdict verdict;
    private final List<Long> recoveries = new ArrayList<>();
    private KafkaWrong wrong = KafkaWrong.NOTHING;
    private int kills;
    private int afterCommit;
    private int misses;
    private int jobs;
    private long sent;
    private long refused;
    private long changed;

    private KafkaKills(
            String name, KafkaBroker broker, KafkaLives.TargetOfJob targets, RandomGenerator random, Verdict verdict) {
        this.name = name;
        this.broker = broker;
        this.targets = targets;
        this.random = random;
        this.verdict = verdict;
    }

    static void run(int n, KafkaBroker broker, Verdict verdict) throws Exception {
        new KafkaKills(
                        "KafkaSink",
                        broker,
                        (root, job) -> new KafkaTarget(broker.bootstrap(), job),
                        verdict.chance(81),
                        verdict)
                .run((n + 1) / 2);
        try (EmbeddedPostgres postgres = EmbeddedPostgres.builder()
                .setPGStartupWait(Duration.ofMinutes(1))
                .start()) {
            String url = postgres.getJdbcUrl("postgres", "postgres");
            new KafkaKills("PostgreSQL", broker, (root, job) -> new PostgresTarget(url), verdict.chance(82), verdict)
                    .run(n / 2);
        }
    }

    private void run(int n) throws Exception {
        Deque<Kill> plan = plan(n, random);
        int places = (int) plan.stream().filter(KafkaKills::isAfterCommit).count();
        while (!plan.isEmpty() && misses < MOST_MISSES + n) {
            job(plan, n);
        }
        Collections.sort(recoveries);
        verdict.add(new Figures("F30 a process killed between Kafka and " + name)
                .must("n", kills, n)
                .must("after_commit", afterCommit, places)
                .show("jobs", jobs)
                .show("sent", sent)
                .must("lost", wrong.lost(), 0)
                .must("duplicated", wrong.duplicated(), 0)
                .must("wrong", wrong.wrong() + wrong.state() + wrong.missing() + changed + refused, 0)
                .must("state_error", wrong.state(), 0)
                .must("outputs_missing", wrong.missing(), 0)
                .must("refused", refused, 0)
                .must("lost_by_broker", wrong.lostByBroker(), 0)
                .show("recovery_ms_p50", at(0.5))
                .show("recovery_ms_p99", at(0.99))
                .show("not_counted", misses));
    }

    private long at(double share) {
        return recoveries.isEmpty() ? -1 : recoveries.get((int) (share * (recoveries.size() - 1)));
    }

    static boolean isAfterCommit(Kill kill) {
        return Failpoint.OUTPUT_COMMIT_AFTER.text().equals(kill.place());
    }

    /** So many kills, in any order. */
    static Deque<Kill> plan(int n, RandomGenerator random) {
        List<Kill> plan = new ArrayList<>();
        int afterCommit = (n + 2) / 3;
        int elsewhere = n / 6;
        for (int i = 0; i < n; i++) {
            if (i < afterCommit) {
                plan.add(new Kill(Failpoint.OUTPUT_COMMIT_AFTER.text(), 1 + random.nextInt(12), true));
            } else if (i < afterCommit + elsewhere) {
                String place = PLACES.get(random.nextInt(PLACES.size())).text();
                plan.add(new Kill(place, 1 + random.nextInt(3), true));
            } else {
                plan.add(Kill.OUTSIDE);
            }
        }
        Collections.shuffle(plan, new Random(random.nextLong()));
        return new ArrayDeque<>(plan);
    }

    /** A job and the next kills of the plan; one that does not count stays in it. */
    private void job(Deque<Kill> plan, int n) throws Exception {
        try (KafkaLives lives = new KafkaLives(broker, targets)) {
            jobs++;
            for (int life = 0; life < KILLS_A_JOB && !plan.isEmpty() && misses < MOST_MISSES + n; life++) {
                Kill kill = plan.removeFirst();
                switch (lives.live(kill, random)) {
                    case KILLED_AT_WORK -> {
                        kills++;
                        afterCommit += isAfterCommit(kill) ? 1 : 0;
                    }
                    case NOT_COUNTED -> {
                        misses++;
                        plan.addLast(kill);
                    }
                    case REFUSED -> {
                        misses++;
                        refused++;
                        lives.keep();
                        plan.addLast(kill);
                        verdict.progress("a life ended by itself; see " + lives.errors());
                    }
                }
            }
            Optional<KafkaWrong> found = lives.finish();
            sent += lives.sent();
            changed += lives.changed();
            recoveries.addAll(lives.recoveries());
            refused += found.isEmpty() ? 1 : 0;
            wrong = wrong.plus(found.orElse(KafkaWrong.NOTHING));
            if (found.isEmpty() || !found.get().isNothing()) {
                lives.keep();
                verdict.progress(
                        (found.isEmpty() ? "the last life did not end well" : found.get()) + "; see " + lives.errors());
            }
            verdict.progress(name + ": " + kills + " of " + n + " kills");
        }
    }
}
