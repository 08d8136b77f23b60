/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import static io.acequia.streaming.data.Durations.milliseconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.InputDStream;
import io.acequia.streaming.PairDStream;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.function.Function;
import io.acequia.streaming.receiver.AckMode;
import io.acequia.streaming.receiver.Source;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * How often each record counts when the program is killed again and again: the guarantees of section 4, by kind of source. Each
 * record is published once. The state counts every record by its name; an output that is keyed by batch time holds each batch
 * once, whatever was repeated. An engine passes by a subclass that gives its settings.
 *
 * <p>Where a kill hits is drawn from a seed: between batches, in the middle of one, or while records are under way to the log.
 */
@Timeout(300)
public abstract class GuaranteeSemantics extends OperationSemantics {
    private static final Duration TENTH = milliseconds(100);
    private static final int ROUNDS = 15;

    private Path root = Path.of("");

    @BeforeEach
    void makeDirectory(@TempDir Path temporary) {
        root = temporary;
    }

    private TestStreams counting(
            String name, Source<String> source, Function<InputDStream<String>, InputDStream<String>> options) {
        StreamingConf conf = conf().set(StreamingConf.CHECKPOINT_INTERVAL, Duration.ofSeconds(3));
        return TestStreams.every(SECOND, conf, root.resolve(name), s -> {
            InputDStream<String> received =
                    options.call(s.context().receiverStream(source)).uid("received");
            PairDStream<String, Integer> counts = received.mapToPair(word -> pair(word, 1))
                    .updateStateByKey(Integer.class, (values, count) -> Optional.of(count.orElse(0) + values.size()));
            s.collect("records", received);
            s.collect("counts", counts);
        });
    }

    private static Map<String, Integer> counts(TestStreams t) {
        Map<String, Integer> counts = new TreeMap<>();
        if (!t.batches("counts").isEmpty()) {
            t.<Tuple2<String, Integer>>last("counts").forEach(pair -> counts.put(pair._1(), pair._2()));
        }
        return counts;
    }

    /** How often each record is in the output that is keyed by batch time. */
    private static Map<String, Integer> delivered(TestStreams t) {
        Map<String, Integer> delivered = new HashMap<>();
        t.<String>batches("records").forEach(batch -> batch.forEach(word -> delivered.merge(word, 1, Integer::sum)));
        return delivered;
    }

    /** Publishes and kills, then lets everything arrive. */
    private static Set<String> killAgainAndAgain(TestStreams t, FakeBroker broker, long seed) {
        Random random = new Random(seed);
        List<String> all = new ArrayList<>();
        t.context().start();
        for (int round = 0; round < ROUNDS; round++) {
            int first = all.size();
            List<String> words = IntStream.range(first, first + 1 + random.nextInt(6))
                    .mapToObj(i -> "r" + i)
                    .toList();
            broker.publish(words);
            all.addAll(words);
            switch (random.nextInt(5)) {
                case 0 -> t.restart();
                case 1 -> t.crashDuringNextBatch();
                case 2 -> t.restart(TENTH.multipliedBy(random.nextInt(25)));
                case 3 -> t.stopAndRestart();
                default -> t.advance(1);
            }
        }
        Set<String> published = Set.copyOf(all);
        while (!delivered(t).keySet().containsAll(published)
                || !counts(t).keySet().containsAll(published)) {
            t.advance(1);
        }
        return published;
    }

    @Test
    @DisplayName(
            "S4.14 reliable with a log, the source gives positions: exactly once in the state and in a keyed output")
    void withPositionsExactlyOnce() {
        for (long seed = 1; seed <= 5; seed++) {
            try (FakeBroker broker = FakeBroker.withPositions();
                    TestStreams t = counting("positions " + seed, broker.source(), in -> in)) {
                Set<String> published = killAgainAndAgain(t, broker, seed);

                assertThat(counts(t)).as("seed %s", seed).containsOnlyKeys(published);
                assertThat(counts(t).values()).as("seed %s", seed).containsOnly(1);
                assertThat(delivered(t).values()).as("seed %s", seed).containsOnly(1);
            }
        }
    }

    @Test
    @DisplayName("S4.14 reliable with a log, the source gives no positions: at least once")
    void withoutPositionsAtLeastOnce() {
        for (long seed = 1; seed <= 5; seed++) {
            try (FakeBroker broker = FakeBroker.withoutPositions();
                    TestStreams t = counting("no positions " + seed, broker.source(), in -> in)) {
                Set<String> published = killAgainAndAgain(t, broker, seed);

                assertThat(counts(t)).as("seed %s", seed).containsOnlyKeys(published);
                assertThat(delivered(t)).as("seed %s", seed).containsOnlyKeys(published);
                assertThat(counts(t))
                        .as("state and output agree, seed %s", seed)
                        .isEqualTo(new TreeMap<>(delivered(t)));
            }
        }
    }

    @Test
    @DisplayName("S4.15 reliable without a log, acknowledged when processed: at least once")
    void acknowledgedWhenProcessedAtLeastOnce() {
        for (long seed = 1; seed <= 5; seed++) {
            try (FakeBroker broker = FakeBroker.withoutPositions();
                    TestStreams t = counting("processed " + seed, broker.source(), in -> in.dataLog(false)
                            .ackMode(AckMode.ON_PROCESSED))) {
                Set<String> published = killAgainAndAgain(t, broker, seed);

                assertThat(counts(t)).as("seed %s", seed).containsOnlyKeys(published);
                assertThat(delivered(t)).as("seed %s", seed).containsOnlyKeys(published);
            }
        }
    }

    @Test
    @DisplayName("S4.16 unreliable: at most once before the log, and once when it is in the log")
    void unreliableAtMostOnce() throws Exception {
        for (long seed = 1; seed <= 3; seed++) {
            Random random = new Random(seed);
            try (TestStreams t = counting("unreliable " + seed, HandedReceiver.source(), in -> in)) {
                Set<String> stored = new HashSet<>();
                t.context().start();
                for (int round = 0; round < ROUNDS; round++) {
                    String word = "r" + round;
                    HandedReceiver.hand(word);
                    stored.add(word);
                    switch (random.nextInt(4)) {
                        case 0 -> t.restart();
                        case 1 -> t.crashDuringNextBatch();
                        case 2 -> t.stopAndRestart();
                        default -> t.advance(1);
                    }
                }
                t.advance(3);

                assertThat(stored).containsAll(counts(t).keySet());
                assertThat(counts(t).values()).as("seed %s", seed).containsOnly(1);
                assertThat(delivered(t).values()).as("seed %s", seed).containsOnly(1);
                assertThat(delivered(t).keySet()).isEqualTo(counts(t).keySet());
            }
        }
    }

    @Test
    @DisplayName("S7.33 nothing that was acknowledged is lost by a hard stop")
    void whatWasAcknowledgedIsNotLost() throws Exception {
        try (FakeBroker broker = FakeBroker.withPositions();
                TestStreams t = counting("acknowledged", broker.source(), in -> in)) {
            t.context().start();
            List<String> published = new ArrayList<>();
            for (int round = 0; round < 5; round++) {
                List<String> words = IntStream.range(10 * round, 10 * round + 10)
                        .mapToObj(i -> "r" + i)
                        .toList();
                broker.publish(words);
                published.addAll(words);
                while (broker.unacknowledged() > 0) {
                    t.clock().advance(milliseconds(10));
                    assertThat(t.context().awaitTerminationOrTimeout(1)).isFalse();
                }
                t.restart();
            }
            broker.cut();
            t.advance(2);

            assertThat(delivered(t)).isEqualTo(published.stream().collect(Collectors.toMap(word -> word, word -> 1)));
            assertThat(counts(t)).isEqualTo(new TreeMap<>(delivered(t)));
        }
    }
}
