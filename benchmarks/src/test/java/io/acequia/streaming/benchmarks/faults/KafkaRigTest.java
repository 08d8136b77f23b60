/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.BatchSink;
import io.acequia.streaming.benchmarks.RecordsInMemory;
import io.acequia.streaming.benchmarks.faults.CheatingTarget.Cheat;
import io.acequia.streaming.benchmarks.faults.ExactLives.Kill;
import io.acequia.streaming.listener.ContextStatus;
import io.acequia.streaming.listener.ContextStatus.SourceStatus;
import io.acequia.streaming.listener.ReceiverEvent;
import io.acequia.streaming.listener.ReceiverState;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the rigs of Kafka stand on, without a broker: their program, their comparison, their producer. */
@Timeout(60)
class KafkaRigTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int NUMBERS = 500;

    @TempDir
    Path folder;

    private final Map<KafkaPlace, Long> acked = new HashMap<>();
    private final Map<KafkaPlace, String> content = new HashMap<>();

    private void add(RecordsInMemory topic, int from, int until) {
        for (int number = from; number < until; number++) {
            long offset = topic.add(number % 2, String.valueOf(number));
            acked.put(new KafkaPlace(number % 2, offset), (long) number);
            content.put(new KafkaPlace(number % 2, offset), String.valueOf(number));
        }
    }

    private FolderTarget target() throws Exception {
        FolderTarget target = new FolderTarget(folder.resolve("out").toString());
        target.prepare(KafkaProgram.OUTPUTS);
        return target;
    }

    /** Two lives of the program, in this process. */
    private KafkaWrong run(RecordsInMemory topic, ExactTarget target) throws Exception {
        for (int life = 0; life < 2; life++) {
            add(topic, life * NUMBERS + 1, (life + 1) * NUMBERS + 1);
            int there = acked.size() - (life + 1);
            try (KafkaJob job = new KafkaJob(topic, folder.resolve("job"), target)) {
                assertThat(Waiting.until(PATIENCE, () -> target.count(KafkaProgram.PLACES) >= there))
                        .isTrue();
                assertThat(job.awaitBatches(2, PATIENCE)).isTrue();
                assertThat(job.hasEnded()).isFalse();
                assertThat(job.stop()).isTrue();
                assertThat(job.hasEnded()).isTrue();
            }
        }
        return KafkaWrong.of(acked, content, target);
    }

    @Test
    void theProgramIsExactOverARestart() throws Exception {
        try (FolderTarget target = target()) {
            assertThat(run(new RecordsInMemory(2, 50), target)).isEqualTo(KafkaWrong.NOTHING);
            assertThat(target.count(KafkaProgram.PLACES)).isEqualTo(2 * NUMBERS);
            assertThat(target.changed()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void eachMistakeIsNoticed(Cheat cheat) throws Exception {
        try (CheatingTarget target = new CheatingTarget(target(), cheat)) {
            KafkaWrong wrong = run(new RecordsInMemory(2, 1000), target);

            assertThat(wrong.isNothing()).isFalse();
            switch (cheat) {
                case DROPS_A_RECORD -> assertThat(wrong.lost()).isEqualTo(1);
                case WRITES_A_RECORD_TWICE -> assertThat(wrong.duplicated()).isEqualTo(1);
                case CHANGES_A_RECORD -> assertThat(wrong.wrong()).isEqualTo(1);
                case MISCOUNTS_A_WORD -> assertThat(wrong.state()).isPositive();
            }
        }
    }

    /** A target that has these lines. */
    private record Lines(Map<String, List<String>> lines) implements ExactTarget {
        @Override
        public String address() {
            return "lines";
        }

        @Override
        public void prepare(List<String> outputs) {}

        @Override
        public BatchSink<String> sink(String output) {
            throw new IllegalStateException("is read alone");
        }

        @Override
        public List<String> committed(String output) {
            return lines.getOrDefault(output, List.of());
        }

        @Override
        public void close() {}
    }

    @Test
    void everyKindOfDifferenceHasItsCount() throws Exception {
        acked.putAll(Map.of(new KafkaPlace(0, 0), 7L, new KafkaPlace(0, 1), 8L, new KafkaPlace(1, 0), 9L));
        content.putAll(Map.of(new KafkaPlace(0, 0), "7", new KafkaPlace(0, 1), "8", new KafkaPlace(1, 1), "10"));
        Lines lines = new Lines(Map.of(
                KafkaProgram.PLACES, List.of("1000 0@0 7", "2000 0@0 7", "2000 0@1 88", "2000 5@5 1"),
                KafkaProgram.COUNTS, List.of("1000 0 1"),
                KafkaProgram.SUMS, List.of("1000 0 6", "2000 0 14", "2000 1 1", "2000 4 88")));

        KafkaWrong wrong = KafkaWrong.of(acked, content, lines);

        // Neither 9, which was acknowledged and is gone, nor 10, which nobody was told of, is there. 88 and 1 never
        // were.
        assertThat(wrong).isEqualTo(new KafkaWrong(2, 1, 2, 1, 1, 1));
        assertThat(wrong.plus(KafkaWrong.NOTHING)).isEqualTo(wrong);
        assertThat(new KafkaWrong(0, 0, 0, 0, 0, 3).isNothing()).isTrue();
    }

    @Test
    void theProducerKnowsWhatWasAcknowledgedAndWhere() throws Exception {
        MockProducer<String, String> producer =
                new MockProducer<>(true, null, new StringSerializer(), new StringSerializer());
        try (KafkaNumbers numbers = new KafkaNumbers(producer, "t", 3, 1000)) {
            assertThat(Waiting.until(PATIENCE, () -> numbers.ackedCount() > 30)).isTrue();
            Map<KafkaPlace, Long> told = numbers.stop();

            assertThat(told.values()).hasSize((int) numbers.sent()).doesNotHaveDuplicates();
            // This producer numbers the records of all partitions together.
            told.forEach(
                    (place, number) -> assertThat(place).isEqualTo(new KafkaPlace((int) (number % 3), number - 1)));
            assertThat(numbers.failed()).isZero();
        }
    }

    @Test
    void aSendThatFailsIsNotAcknowledged() throws Exception {
        MockProducer<String, String> producer =
                new MockProducer<>(false, null, new StringSerializer(), new StringSerializer());
        try (KafkaNumbers numbers = new KafkaNumbers(producer, "t", 3, 1000)) {
            assertThat(Waiting.until(PATIENCE, () -> producer.errorNext(new IllegalStateException("no"))))
                    .isTrue();
            assertThat(Waiting.until(PATIENCE, producer::completeNext)).isTrue();
            assertThat(numbers.failed()).isEqualTo(1);
            assertThat(numbers.acked()).containsExactly(Map.entry(new KafkaPlace(2, 1), 2L));
        }
    }

    private static ContextStatus status(ReceiverState state) {
        SourceStatus source = new SourceStatus(0, "kafka", state, 0, 0, 0, 0, OptionalLong.empty(), Optional.empty());
        return new ContextStatus(
                "app",
                "ACTIVE",
                Duration.ofSeconds(1),
                Optional.empty(),
                Optional.empty(),
                0,
                0,
                0,
                0,
                Map.of(),
                0,
                0,
                List.of(source),
                List.of(),
                Optional.empty());
    }

    @Test
    void troubleIsSeenInTheStatusOrHeardByTheListener() {
        ReceiverState[] now = {ReceiverState.ACTIVE};
        StateWatch watch = new StateWatch(() -> status(now[0]));
        watch.begin();

        assertThat(watch.look()).isFalse();
        assertThat(watch.isCalm()).isTrue();
        now[0] = ReceiverState.RETRYING;
        assertThat(watch.look()).isTrue();
        assertThat(watch.isCalm()).isFalse();
        assertThat(watch.isShown()).isTrue();
        assertThat(watch.isTold()).isFalse();
        assertThat(watch.visibleMillis()).isPresent();

        now[0] = ReceiverState.ACTIVE;
        watch.begin();
        assertThat(watch.look()).isFalse();
        watch.onReceiverStateChanged(
                new ReceiverEvent(0, "kafka", ReceiverState.RETRYING, 1, Optional.empty(), Optional.empty()));
        assertThat(watch.isTold()).isTrue();
        assertThat(watch.visibleMillis()).isPresent();
    }

    @Test
    void aThirdOfTheKillsIsBetweenCommitAndTheJournal() {
        for (int n : new int[] {1, 5, 30}) {
            Deque<Kill> plan = KafkaKills.plan(n, new Random(5));

            assertThat(plan).hasSize(n);
            assertThat(plan.stream().filter(KafkaKills::isAfterCommit)).hasSize((n + 2) / 3);
        }
        assertThat(KafkaKills.plan(30, new Random(5)).stream().filter(kill -> kill.place() == null))
                .hasSize(15);
    }

    @Test
    void aTargetIsMadeAgainOfItsAddress() {
        for (String address : List.of(
                "folder:/tmp/out",
                "kafka:127.0.0.1:9092/job-1",
                "jdbc:postgresql://localhost/postgres?user=postgres")) {
            try (ExactTarget target = ExactTarget.of(address)) {
                assertThat(target.address()).isEqualTo(address);
                assertThat(target.sink(KafkaProgram.PLACES)).isNotNull();
            }
        }
        assertThatThrownBy(() -> ExactTarget.of("tape:0"))
                .hasMessageStartingWith("ACQ-3161 there is no target 'tape:0'");
    }

    @Test
    void withoutAnEngineTheCommandThatStartsOneIsTold() {
        assertThatThrownBy(() -> KafkaBroker.start(() -> {
                    throw new IllegalStateException("no engine");
                }))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("ACQ-3160 ")
                .hasMessageContaining("ci/containers.sh start kafka");
    }

    @Test
    void placesAreReadBackAsTheyWereWritten() {
        assertThat(Stream.of("0@0", "12@4711").map(KafkaPlace::parse).map(KafkaPlace::toString))
                .containsExactly("0@0", "12@4711");
    }
}
