/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import io.acequia.streaming.kafka.KafkaDirectSource.OutOfRange;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.random.RandomGenerator;

/**
 * F31: the broker is killed under load, at any time, and started again on its data, again and again. One job reads on through all of
 * it, one producer writes on. The job must show that its source is in trouble soon after the kill, and go on by itself; in the end
 * every record that was acknowledged is in its outputs once.
 */
final class KafkaOutages {
    static final int PARTITIONS = 4;
    private static final int PER_SECOND = 1000;
    private static final int MOST_PAUSE_MILLIS = 1500;
    private static final long VISIBLE_MILLIS = 2000;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** How long the rig looks for what it should have seen in {@link #VISIBLE_MILLIS}. */
    private static final Duration LOOK = Duration.ofSeconds(6);

    private final KafkaBroker broker;
    private final KafkaNumbers numbers;
    private final ExactTarget target;
    private final KafkaJob job;
    private final RandomGenerator random;
    private final List<Long> visible = new ArrayList<>();
    private final List<Long> recovered = new ArrayList<>();
    private int kills;
    private int told;
    private int shown;
    private int stuck;
    private int notCalm;

    private KafkaOutages(
            KafkaBroker broker, KafkaNumbers numbers, ExactTarget target, KafkaJob job, RandomGenerator random) {
        this.broker = broker;
        this.numbers = numbers;
        this.target = target;
        this.job = job;
        this.random = random;
    }

    static void run(int n, KafkaBroker broker, Verdict verdict) throws Exception {
        String topic = "outages-" + verdict.seed() + "-" + System.nanoTime();
        Path root = Folders.fresh("outages");
        FolderTarget target = new FolderTarget(root.resolve("out").toString());
        target.prepare(KafkaProgram.OUTPUTS);
        broker.create(topic, PARTITIONS);
        boolean kept = false;
        try (KafkaNumbers numbers = new KafkaNumbers(broker.producer(), topic, PARTITIONS, PER_SECOND);
                KafkaJob job = new KafkaJob(
                        KafkaProgram.source(broker.bootstrap(), topic, OutOfRange.FAIL), root.resolve("job"), target)) {
            KafkaOutages outages = new KafkaOutages(broker, numbers, target, job, verdict.chance(80));
            outages.kill(n, verdict);
            Figures figures = outages.figures(n, topic);
            kept = !figures.survived();
            verdict.add(figures);
        } finally {
            if (kept) {
                verdict.progress("see " + root);
            } else {
                Folders.delete(root);
            }
        }
    }

    private void kill(int n, Verdict verdict) throws Exception {
        awaitNews();
        while (kills < n && stuck == 0) {
            pauseAtRandom();
            job.watch().begin();
            broker.kill();
            kills++;
            Waiting.until(LOOK, job.watch()::look);
            OptionalLong seen = job.watch().visibleMillis();
            seen.ifPresent(visible::add);
            told += job.watch().isTold() ? 1 : 0;
            shown += job.watch().isShown() ? 1 : 0;
            pauseAtRandom();
            broker.restart();
            long back = System.nanoTime();
            awaitNews();
            recovered.add(Duration.ofNanos(System.nanoTime() - back).toMillis());
            notCalm += Waiting.until(LOOK, job.watch()::isCalm) ? 0 : 1;
            if (kills % 5 == 0) {
                verdict.progress(kills + " of " + n + " kills");
            }
        }
    }

    private void pauseAtRandom() throws InterruptedException {
        Waiting.pause(Duration.ofMillis(random.nextInt(MOST_PAUSE_MILLIS)));
    }

    /** Waits until more is in the output than was acknowledged by now. */
    private void awaitNews() throws Exception {
        int before = numbers.ackedCount();
        Waiting.until(PATIENCE, () -> target.count(KafkaProgram.PLACES) > before || job.hasEnded());
        stuck += target.count(KafkaProgram.PLACES) > before ? 0 : 1;
    }

    private Figures figures(int n, String topic) throws Exception {
        Map<KafkaPlace, Long> acked = numbers.stop();
        Waiting.until(PATIENCE, () -> target.count(KafkaProgram.PLACES) >= acked.size() || job.hasEnded());
        boolean ended = job.hasEnded();
        boolean complete = job.stop();
        KafkaWrong wrong = KafkaWrong.of(acked, broker.content(topic, PARTITIONS), target);
        Collections.sort(visible);
        Collections.sort(recovered);
        return new Figures("F31 a broker of Kafka killed under load")
                .must("n", kills, n)
                .show("sent", numbers.sent())
                .count("acked", acked.size())
                .show("given_up", numbers.failed())
                .show("batches", job.batches())
                .must("lost", wrong.lost(), 0)
                .must("duplicated", wrong.duplicated(), 0)
                .must("wrong", wrong.wrong() + wrong.state() + wrong.missing() + target.changed(), 0)
                .must("state_error", wrong.state(), 0)
                .must("lost_by_broker", wrong.lostByBroker(), 0)
                .must("stuck", stuck, 0)
                .must("jobs_failed", ended || !complete ? 1 : 0, 0)
                .must("visible", visible.size(), kills)
                .within("visible_ms_most", last(visible), 0, VISIBLE_MILLIS)
                .show("visible_ms_p50", middle(visible))
                .show("by_listener", told)
                .show("by_status", shown)
                .must("in_trouble_for_ever", notCalm, 0)
                .show("recovery_ms_p50", middle(recovered))
                .show("recovery_ms_most", last(recovered));
    }

    private static long middle(List<Long> sorted) {
        return sorted.isEmpty() ? -1 : sorted.get(sorted.size() / 2);
    }

    private static long last(List<Long> sorted) {
        return sorted.isEmpty() ? -1 : sorted.get(sorted.size() - 1);
    }
}
