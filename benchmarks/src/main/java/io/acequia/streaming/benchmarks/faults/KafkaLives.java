/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import io.acequia.streaming.benchmarks.faults.ExactLives.Kill;
import io.acequia.streaming.internal.store.Failpoint;
import io.acequia.streaming.internal.store.Passages.Seen;
import io.acequia.streaming.testkit.ChildJvm;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * The lives of a {@link KafkaProgram}, each a process that is killed, on one topic and one checkpoint directory, into one target. The
 * numbers and the broker outlive them.
 */
final class KafkaLives implements AutoCloseable {
    private static final int PARTITIONS = 3;
    private static final int PER_SECOND = 500;
    private static final int MOST_DELAY_MILLIS = 700;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    /** A place that is not reached by then is given up. */
    private static final Duration LONGEST_LIFE = Duration.ofSeconds(15);

    private static final int KILLED = 137;

    private final Path root = Folders.fresh("kafka");
    private final KafkaBroker broker;
    private final String topic;
    private final ExactTarget target;
    private final KafkaNumbers numbers;
    private final List<Long> recoveries = new ArrayList<>();
    private int lives;
    private boolean kept;

    /** Makes the target of a job. */
    @FunctionalInterface
    interface TargetOfJob {
        ExactTarget of(Path root, String name);
    }

    KafkaLives(KafkaBroker broker, TargetOfJob targets) throws Exception {
        this.broker = broker;
        topic = "kills-" + System.nanoTime();
        target = targets.of(root, topic);
        target.prepare(KafkaProgram.OUTPUTS);
        broker.create(topic, PARTITIONS);
        numbers = new KafkaNumbers(broker.producer(), topic, PARTITIONS, PER_SECOND);
    }

    /** What came of a life: whether its kill counts, and whether it ended by itself. */
    enum Outcome {
        KILLED_AT_WORK,
        NOT_COUNTED,
        REFUSED
    }

    private ChildJvm start(List<String> options) throws IOException {
        lives++;
        Files.deleteIfExists(seenFile());
        List<String> all = new ArrayList<>(List.of(
                "-Xmx160m",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                "-Dorg.slf4j.simpleLogger.log.org.apache.kafka=error",
                "-Dacequia.failpoints.seen=" + seenFile()));
        all.addAll(options);
        return new ChildJvm(
                KafkaProgram.class,
                System.getProperty("java.class.path"),
                all,
                List.of(broker.bootstrap(), topic, root.resolve("job").toString(), target.address()),
                Redirect.appendTo(root.resolve("errors").toFile()));
    }

    private Path seenFile() {
        return root.resolve("seen");
    }

    private Seen seen() throws IOException {
        return Seen.in(seenFile());
    }

    /** A life, and its kill: from outside some time after its first new batch was planned, or at a place. */
    Outcome live(Kill kill, RandomGenerator random) throws Exception {
        long before = target.count(KafkaProgram.PLACES);
        long begin = System.nanoTime();
        boolean killed;
        try (ChildJvm child = start(kill.options())) {
            boolean runs = Waiting.until(
                            PATIENCE,
                            () -> !child.isAlive() || seen().counts().containsKey(Failpoint.BATCH_PLANNED.text()))
                    && child.isAlive();
            if (runs) {
                recoveries.add(Duration.ofNanos(System.nanoTime() - begin).toMillis());
            }
            boolean outside = kill.place() == null;
            boolean ended =
                    child.awaitEnd(outside ? Duration.ofMillis(random.nextInt(MOST_DELAY_MILLIS)) : LONGEST_LIFE);
            child.kill();
            if (ended && child.exitCode() != KILLED) {
                return Outcome.REFUSED;
            }
            killed = outside || ended;
        }
        boolean batch = target.count(KafkaProgram.PLACES) > before;
        boolean inFlight = numbers.sent() > target.count(KafkaProgram.PLACES);
        boolean recovering = Phase.of(seen()) == Phase.RECOVERING;
        return killed && inFlight && (batch || recovering) ? Outcome.KILLED_AT_WORK : Outcome.NOT_COUNTED;
    }

    /**
     * Lets a last life take in all that was acknowledged, and end gracefully; then compares.
     *
     * @return what is wrong; empty when it did not come to its end
     */
    Optional<KafkaWrong> finish() throws Exception {
        Map<KafkaPlace, Long> acked = numbers.stop();
        try (ChildJvm child = start(List.of())) {
            Waiting.until(PATIENCE, () -> !child.isAlive() || target.count(KafkaProgram.PLACES) >= acked.size());
            child.end();
            if (!child.awaitEnd(PATIENCE) || child.exitCode() != 0) {
                return Optional.empty();
            }
        }
        return Optional.of(KafkaWrong.of(acked, broker.content(topic, PARTITIONS), target));
    }

    long changed() throws Exception {
        return target.changed();
    }

    long sent() {
        return numbers.sent();
    }

    /** How long it took until the first new batch was planned, in milliseconds. */
    List<Long> recoveries() {
        return recoveries;
    }

    /** The last lines that its processes said. */
    String errors() throws IOException {
        Path file = root.resolve("errors");
        List<String> lines = Files.exists(file)
                ? Files.readAllLines(file).stream()
                        .filter(line -> !line.startsWith("\t"))
                        .toList()
                : List.of();
        return root + ": " + String.join(" | ", lines.subList(Math.max(0, lines.size() - 3), lines.size()));
    }

    /** Leaves its folders for people to look at. */
    void keep() {
        kept = true;
    }

    @Override
    public void close() throws IOException {
        numbers.close();
        target.close();
        if (!kept) {
            Folders.delete(root);
        }
    }
}
