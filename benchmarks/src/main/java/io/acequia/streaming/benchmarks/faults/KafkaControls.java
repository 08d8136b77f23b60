/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import io.acequia.streaming.benchmarks.faults.CheatingTarget.Cheat;
import io.acequia.streaming.kafka.KafkaDirectSource.OutOfRange;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;

/**
 * Mistakes around a job that reads Kafka, each of which the comparison must show; and none, which must show nothing. Four are a
 * sink's. The fifth is a topic that is cut while the job is down, with a source that was told to go on at its end.
 */
final class KafkaControls {
    private static final int PARTITIONS = 2;
    private static final int PER_SECOND = 1000;
    private static final int BEFORE = 600;
    private static final int KEPT = 5;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final KafkaBroker broker;
    private int topics;

    private KafkaControls(KafkaBroker broker) {
        this.broker = broker;
    }

    static void run(KafkaBroker broker, Verdict verdict) throws Exception {
        KafkaControls controls = new KafkaControls(broker);
        int caught = 0;
        for (Cheat cheat : Cheat.values()) {
            KafkaWrong wrong = controls.cheated(cheat);
            caught += add("a sink that " + cheat.name().toLowerCase(Locale.ROOT).replace('_', ' '), wrong, verdict);
        }
        caught += add("a topic that was cut, read on from its end", controls.stopped(true), verdict);
        verdict.add(new Figures("controls of Kafka")
                .show("noticed", caught + "/" + (Cheat.values().length + 1))
                .must("noticed_without_a_mistake", controls.stopped(false).isNothing() ? 0 : 1, 0));
    }

    private static int add(String what, KafkaWrong wrong, Verdict verdict) {
        int caught = wrong.isNothing() ? 0 : 1;
        verdict.add(new Figures("control: " + what)
                .count("n", 1)
                .show("found", wrong)
                .must("caught", caught, 1));
        return caught;
    }

    private String topic() throws Exception {
        String topic = "controls-" + System.nanoTime() + "-" + ++topics;
        broker.create(topic, PARTITIONS);
        return topic;
    }

    private KafkaWrong cheated(Cheat cheat) throws Exception {
        String topic = topic();
        Path root = Folders.fresh("control");
        ExactTarget target =
                new CheatingTarget(new FolderTarget(root.resolve("out").toString()), cheat);
        target.prepare(KafkaProgram.OUTPUTS);
        try (KafkaNumbers numbers = new KafkaNumbers(broker.producer(), topic, PARTITIONS, PER_SECOND);
                KafkaJob job = job(topic, OutOfRange.FAIL, root, target)) {
            Waiting.until(PATIENCE, () -> numbers.ackedCount() >= BEFORE);
            return compared(numbers.stop(), topic, job, target);
        } finally {
            Folders.delete(root);
        }
    }

    /** A job that is stopped and started again, and whether its topic is cut meanwhile. */
    private KafkaWrong stopped(boolean cut) throws Exception {
        String topic = topic();
        Path root = Folders.fresh("control");
        FolderTarget target = new FolderTarget(root.resolve("out").toString());
        target.prepare(KafkaProgram.OUTPUTS);
        try (KafkaNumbers numbers = new KafkaNumbers(broker.producer(), topic, PARTITIONS, PER_SECOND)) {
            try (KafkaJob first = job(topic, OutOfRange.FAIL, root, target)) {
                Waiting.until(PATIENCE, () -> target.count(KafkaProgram.PLACES) >= BEFORE);
                first.stop();
            }
            int read = numbers.ackedCount();
            Waiting.until(PATIENCE, () -> numbers.ackedCount() >= read + BEFORE);
            Map<KafkaPlace, Long> acked = numbers.stop();
            if (cut) {
                long end = 1
                        + acked.keySet().stream()
                                .filter(place -> place.partition() == 0)
                                .mapToLong(KafkaPlace::offset)
                                .max()
                                .orElse(-1);
                broker.cut(topic, 0, end - KEPT);
            }
            try (KafkaJob second = job(topic, OutOfRange.LATEST, root, target)) {
                return compared(acked, topic, second, target);
            }
        } finally {
            Folders.delete(root);
        }
    }

    private KafkaJob job(String topic, OutOfRange policy, Path root, ExactTarget target) {
        return new KafkaJob(KafkaProgram.source(broker.bootstrap(), topic, policy), root.resolve("job"), target);
    }

    /** What is there once nothing more comes. */
    private KafkaWrong compared(Map<KafkaPlace, Long> acked, String topic, KafkaJob job, ExactTarget target)
            throws Exception {
        long[] count = {-1};
        Waiting.until(PATIENCE, () -> {
            long before = count[0];
            job.awaitBatches(3, PATIENCE);
            count[0] = target.count(KafkaProgram.PLACES);
            return count[0] == before;
        });
        job.stop();
        return KafkaWrong.of(acked, broker.content(topic, PARTITIONS), target);
    }
}
