/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.BatchContext;
import io.acequia.streaming.DStream;
import io.acequia.streaming.PairDStream;
import io.acequia.streaming.PairRDD;
import io.acequia.streaming.RDD;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.data.Accumulator;
import io.acequia.streaming.data.ByteSize;
import io.acequia.streaming.data.Codec;
import io.acequia.streaming.data.Durations;
import io.acequia.streaming.data.StorageLevel;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.data.Tuple2;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * How long batches are kept, and where: section 6 of the semantics, and what section 2 says of released RDDs. An engine passes
 * by a subclass that gives its settings.
 *
 * <p>What is remembered is looked at from the place of a program: with {@code compute}, with {@code slice}, and with RDDs that
 * it took out of {@code foreachRDD} and kept in a variable. {@link Remembering} is such a program; its batch number n holds
 * the number n, doubled. The same rule holds for data that a source can read again and for data that was received, which is
 * gone: a test that reads old batches must not pass by luck of the source.
 *
 * <p>Whether something was kept or computed again is told by an accumulator that counts the calls of a function in tasks;
 * what is kept on disk is told by the files below the storage directory. Both hold for any engine on this machine. The rules
 * that speak of the local engine alone say so in their names; another engine overrides these tests with its own answer.
 */
@Timeout(60)
public abstract class MemorySemantics extends OperationSemantics {
    private static final StorageLevel[] LEVELS = StorageLevel.values();

    /** A program that doubles numbers and keeps what it can of each batch. */
    private final class Remembering implements AutoCloseable {
        private final List<DStream<Integer>> streams = new ArrayList<>();
        private final Map<Time, RDD<Integer>> rdds = new ConcurrentHashMap<>();
        private final Map<Time, RDD<Integer>> derived = new ConcurrentHashMap<>();
        private final Map<Time, RDD<Integer>> persisted = new ConcurrentHashMap<>();
        private final TestStreams t;
        private final Time start;

        /** Batch n holds the number n; {@code remember} of zero leaves the default. */
        Remembering(Duration remember, int batches) {
            t = program(s -> {
                if (!remember.isZero()) {
                    s.context().remember(remember);
                }
                DStream<Integer> doubled = s.<Integer>input("in").map(n -> 2 * n);
                streams.add(doubled);
                doubled.foreachRDD((rdd, time) -> {
                    rdds.put(time, rdd);
                    derived.put(time, rdd.map(n -> -n));
                    persisted.put(time, kept(rdd.map(n -> n + 1)));
                });
            });
            start = now(t);
            for (int n = 1; n <= batches; n++) {
                t.add("in", n);
            }
            t.advance(batches);
        }

        private static RDD<Integer> kept(RDD<Integer> rdd) {
            rdd.persist(StorageLevel.MEMORY_ONLY).count();
            return rdd;
        }

        DStream<Integer> stream() {
            return streams.get(0);
        }

        Time time(int batch) {
            return start.plus(Durations.seconds(batch));
        }

        RDD<Integer> rdd(int batch) {
            return of(rdds, batch);
        }

        RDD<Integer> derived(int batch) {
            return of(derived, batch);
        }

        RDD<Integer> persisted(int batch) {
            return of(persisted, batch);
        }

        private RDD<Integer> of(Map<Time, RDD<Integer>> kept, int batch) {
            return Optional.ofNullable(kept.get(time(batch))).orElseThrow();
        }

        @Override
        public void close() {
            t.close();
        }
    }

    private static AbstractThrowableAssert<?, ?> assertReleased(Time time, ThrowingCallable use) {
        return assertThatThrownBy(use)
                .hasMessageContaining("RDD of batch " + time)
                .hasMessageContaining("was released; call remember(..) or persist it and keep it yourself");
    }

    // ---- what is remembered

    @Test
    @DisplayName("S2.20 the RDDs of batches that are remembered can be read, again and again")
    void rememberedRddsCanBeRead() {
        try (Remembering r = new Remembering(Durations.seconds(3), 5)) {
            for (int again = 0; again < 2; again++) {
                for (int n : List.of(3, 4, 5)) {
                    assertThat(r.rdd(n).collect()).containsExactly(2 * n);
                    assertThat(r.derived(n).collect()).containsExactly(-2 * n);
                    assertThat(r.stream().compute(r.time(n)).collect()).containsExactly(2 * n);
                }
            }
        }
    }

    @Test
    @DisplayName("S2.20 a batch that is no longer remembered cannot be computed: its RDD was released")
    void releasedBatchesCannotBeComputed() {
        try (Remembering r = new Remembering(Durations.seconds(3), 5)) {
            for (int n : List.of(1, 2)) {
                assertReleased(r.time(n), () -> r.stream().compute(r.time(n)))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("ACQ-1006");
            }
        }
    }

    @Test
    @DisplayName("S2.20 an RDD that the program kept in a variable fails when its batch is no longer remembered")
    void releasedRddsCannotBeRead() {
        try (Remembering r = new Remembering(Durations.seconds(3), 5)) {
            assertReleased(r.time(1), () -> r.rdd(1).collect());
            assertReleased(r.time(2), () -> r.rdd(2).count());
            assertReleased(r.time(1), () -> r.derived(1).collect());
            assertReleased(r.time(1), () -> r.rdd(1).map(n -> n + 1).take(1));
        }
    }

    @Test
    @DisplayName("S2.20 an RDD of received records fails when its batch is no longer remembered, unless persisted")
    void releasedReceivedRddsCannotBeRead() throws InterruptedException {
        Map<Time, RDD<String>> rdds = new ConcurrentHashMap<>();
        Map<Time, RDD<String>> persisted = new ConcurrentHashMap<>();
        try (TestStreams t =
                program(s -> s.context().receiverStream(HandedReceiver.source()).foreachRDD((rdd, time) -> {
                    rdds.put(time, rdd.map(word -> word + "!"));
                    RDD<String> own = rdd.map(word -> word + "?").cache();
                    own.count();
                    persisted.put(time, own);
                }))) {
            t.advance(1);
            HandedReceiver.hand("a");
            t.advance(1);
            Time second = now(t);
            RDD<String> rdd = Optional.ofNullable(rdds.get(second)).orElseThrow();
            assertThat(rdd.collect()).containsExactly("a!");
            t.advance(2);

            assertReleased(second, rdd::collect);
            assertThat(Optional.ofNullable(persisted.get(second)).orElseThrow().collect())
                    .containsExactly("a?");
        }
    }

    @Test
    @DisplayName("S2.20 an RDD that the program persisted and kept can be read for ever")
    void persistedRddsStayReadable() {
        try (Remembering r = new Remembering(Durations.seconds(3), 5)) {
            for (int n = 1; n <= 5; n++) {
                assertThat(r.persisted(n).collect()).containsExactly(2 * n + 1);
            }
        }
    }

    @Test
    @DisplayName("S2.21 slice gives the RDDs of remembered batches in time order, both ends included")
    void sliceGivesRememberedBatches() {
        try (Remembering r = new Remembering(Durations.seconds(3), 5)) {
            assertThat(r.stream().slice(r.time(3), r.time(5)).stream().map(RDD::collect))
                    .containsExactly(List.of(6), List.of(8), List.of(10));
            assertThat(r.stream().slice(r.time(4), r.time(4)).stream().map(RDD::collect))
                    .containsExactly(List.of(8));
            assertThat(r.stream()
                            .slice(
                                    r.time(3).plus(Durations.milliseconds(1)),
                                    r.time(5).minus(Durations.milliseconds(1)))
                            .stream()
                            .map(RDD::collect))
                    .containsExactly(List.of(8));
        }
    }

    @Test
    @DisplayName("S2.21 slice beyond what is remembered fails: the RDD was released")
    void sliceBeyondFails() {
        try (Remembering r = new Remembering(Durations.seconds(3), 5)) {
            assertReleased(r.time(2), () -> r.stream().slice(r.time(2), r.time(5)));
            assertThatThrownBy(() -> r.stream().slice(r.time(5), r.time(6)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("ACQ-1006")
                    .hasMessageContaining("does not exist yet");
        }
    }

    @Test
    @DisplayName("S2.21 slice from the start or before gives the batches from the first on")
    void sliceAcrossTheStartGivesTheFirstBatches() {
        try (Remembering r = new Remembering(Durations.seconds(30), 2)) {
            assertThat(r.stream().slice(r.time(0), r.time(2)).stream().map(RDD::collect))
                    .containsExactly(List.of(2), List.of(4));
            assertThat(r.stream().slice(r.time(-10), r.time(1)).stream().map(RDD::collect))
                    .containsExactly(List.of(2));
        }
    }

    @Test
    @DisplayName("S2.21 slice that ends before it begins is refused")
    void sliceBackwardsIsRefused() {
        try (Remembering r = new Remembering(Durations.seconds(3), 2)) {
            assertThatThrownBy(() -> r.stream().slice(r.time(2), r.time(1)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("ACQ-0922");
        }
    }

    @Test
    @DisplayName("S2.21 slice before the start of the context fails: there is no batch")
    void sliceBeforeTheStartFails() {
        try (TestStreams t = program(s -> s.input("in"))) {
            DStream<Integer> stream = t.input("other");

            assertThatThrownBy(() -> stream.slice(now(t), now(t).plus(SECOND)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("ACQ-0919");
        }
    }

    @Test
    @DisplayName("S2.21 slice of a keyed stream gives keyed RDDs, also of a stream that no output reads")
    void sliceGivesKeyedRdds() {
        List<PairDStream<String, Integer>> streams = new ArrayList<>();
        try (TestStreams t = program(s -> {
            s.context().remember(Durations.seconds(5));
            DStream<String> in = s.input("in");
            streams.add(in.mapToPair(word -> pair(word, 1)).reduceByKey(Integer::sum));
            s.collect("in", in);
        })) {
            Time start = now(t);
            t.add("in", "a", "a").add("in", "b").advance(2);

            List<PairRDD<String, Integer>> slice =
                    streams.get(0).slice(start.plus(SECOND), start.plus(Durations.seconds(2)));
            assertThat(slice.stream().map(PairRDD::collectAsMap)).containsExactly(Map.of("a", 2), Map.of("b", 1));
        }
    }

    @Test
    @DisplayName("S6.7 without remember, a batch and the one before it can be read while it runs, and no older one")
    void byDefaultOneBatchMoreIsRemembered() {
        List<String> seen = new ArrayList<>();
        List<DStream<Integer>> streams = new ArrayList<>();
        try (TestStreams t = program(s -> {
            DStream<Integer> in = s.input("in");
            streams.add(in);
            in.foreachRDD((rdd, time) -> {
                if (rdd.first() == 3) {
                    seen.add("" + in.compute(time.minus(SECOND)).collect());
                    assertReleased(
                            time.minus(Durations.seconds(2)), () -> in.compute(time.minus(Durations.seconds(2))));
                    seen.add("released");
                }
            });
        })) {
            t.add("in", 1).add("in", 2).add("in", 3).advance(3);

            assertThat(seen).containsExactly("[2]", "released");
            assertReleased(now(t).minus(SECOND), () -> streams.get(0).compute(now(t).minus(SECOND)));
            assertThat(streams.get(0).compute(now(t)).collect()).containsExactly(3);
        }
    }

    @Test
    @DisplayName("S6.7 remember keeps batches longer, never shorter than the default, and must be above 0")
    void rememberKeepsBatchesLonger() {
        try (Remembering longer = new Remembering(Durations.milliseconds(2500), 4);
                Remembering shorter = new Remembering(Durations.milliseconds(1), 2)) {
            assertThat(longer.stream().compute(longer.time(2)).collect()).containsExactly(4);
            assertReleased(longer.time(1), () -> longer.stream().compute(longer.time(1)));
            assertThat(shorter.stream().compute(shorter.time(2)).collect()).containsExactly(4);
        }
        try (TestStreams t = program(s -> s.input("in"))) {
            for (Duration none : List.of(Duration.ZERO, Duration.ofSeconds(-1))) {
                assertThatThrownBy(() -> t.context().remember(none))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("ACQ-0911");
            }
        }
    }

    @Test
    @DisplayName("S6.7 what is kept of old batches goes with them: the storage directory does not grow")
    void whatIsKeptGoesWithItsBatch(@TempDir Path dir) throws IOException {
        StreamingConf conf = conf().set(StreamingConf.STORAGE_DIR, dir + "");
        try (TestStreams t = TestStreams.every(SECOND, conf, s -> {
            s.context().remember(Durations.seconds(3));
            s.collect("out", s.<Integer>input("in").map(n -> n + 1).persist(StorageLevel.DISK_ONLY));
        })) {
            for (int n = 0; n < 20; n++) {
                t.add("in", n, n);
            }
            t.advance(4);
            long afterFour = files(dir);
            t.advance(16);

            assertThat(files(dir)).isEqualTo(afterFour);
        }
    }

    private static long files(Path dir) throws IOException {
        try (Stream<Path> files = Files.walk(dir)) {
            return files.filter(Files::isRegularFile).count();
        }
    }

    // ---- persist

    @Test
    @DisplayName("S6.1 a persisted stream is computed once in each batch, however many outputs read it")
    void persistedStreamsAreComputedOnce() {
        Map<String, Accumulator<Long>> computed = new HashMap<>();
        try (TestStreams t = program(s -> {
            DStream<Integer> in = s.input("in");
            Map<String, DStream<Integer>> streams = Map.of(
                    "cache", counted(s, computed, "cache", in).cache(),
                    "persist", counted(s, computed, "persist", in).persist(),
                    "level", counted(s, computed, "level", in).persist(StorageLevel.DISK_ONLY),
                    "shuffled",
                            counted(s, computed, "shuffled", in).repartition(3).cache());
            streams.forEach((name, stream) -> {
                s.collect(name, stream);
                s.collect(name + " mapped", stream.map(n -> -n));
                s.collect(name + " counted", stream.count());
            });
        })) {
            t.add("in", 1, 2, 3).add("in", 4).advance(2);

            computed.forEach((name, calls) -> {
                assertThat(calls.value()).as(name).isEqualTo(4);
                assertThat(t.<Integer>batches(name).get(0)).as(name).containsExactlyInAnyOrder(1, 2, 3);
                assertThat(t.<Integer>last(name + " mapped")).as(name).containsExactly(-4);
                assertThat(t.<Long>batches(name + " counted")).as(name).containsExactly(List.of(3L), List.of(1L));
            });
        }
    }

    @Test
    @DisplayName("S6.1 a persisted RDD is computed once, however many actions read it")
    void persistedRddsAreComputedOnce() {
        try (BatchContext batch = new BatchContext(conf())) {
            Accumulator<Long> calls = batch.longAccumulator("calls");
            RDD<Integer> numbers =
                    counted(batch.parallelize(List.of(1, 2, 3), 2), calls).cache();

            assertThat(numbers.count()).isEqualTo(3);
            assertThat(numbers.collect()).containsExactly(1, 2, 3);
            assertThat(numbers.map(n -> n + 1).collect()).containsExactly(2, 3, 4);
            assertThat(calls.value()).isEqualTo(3);
        }
    }

    private static DStream<Integer> counted(
            TestStreams s, Map<String, Accumulator<Long>> computed, String name, DStream<Integer> in) {
        Accumulator<Long> calls = s.context().batchContext().longAccumulator(name);
        computed.put(name, calls);
        return in.map(n -> {
            calls.add(1L);
            return n;
        });
    }

    private static RDD<Integer> counted(RDD<Integer> rdd, Accumulator<Long> calls) {
        return rdd.map(n -> {
            calls.add(1L);
            return n;
        });
    }

    @Test
    @DisplayName("S6.2 the levels are those of the list, with a twin of each but OFF_HEAP")
    void theLevelsAreThoseOfTheList() {
        assertThat(Stream.of(LEVELS).map(Enum::name))
                .containsExactlyInAnyOrder(
                        "MEMORY_ONLY",
                        "MEMORY_ONLY_SER",
                        "MEMORY_AND_DISK",
                        "MEMORY_AND_DISK_SER",
                        "DISK_ONLY",
                        "OFF_HEAP",
                        "MEMORY_ONLY_2",
                        "MEMORY_ONLY_SER_2",
                        "MEMORY_AND_DISK_2",
                        "MEMORY_AND_DISK_SER_2",
                        "DISK_ONLY_2");
    }

    @Test
    @DisplayName("S6.2 each level gives back the same records, in the same order")
    void eachLevelGivesTheSameRecords() {
        Map<StorageLevel, Accumulator<Long>> computed = new EnumMap<>(StorageLevel.class);
        try (TestStreams t = program(s -> {
            DStream<String> in = s.input("in");
            for (StorageLevel level : LEVELS) {
                Accumulator<Long> calls = s.context().batchContext().longAccumulator(level.name());
                computed.put(level, calls);
                DStream<Tuple2<String, List<Integer>>> kept = in.map(word -> {
                            calls.add(1L);
                            return pair(word, List.of(word.length(), -1));
                        })
                        .persist(level);
                s.collect(level + " first", kept);
                s.collect(level + " again", kept);
            }
        })) {
            t.add("in", "b", "", "äöü", "b").add("in").advance(2);

            List<Tuple2<String, List<Integer>>> records = List.of(
                    pair("b", List.of(1, -1)),
                    pair("", List.of(0, -1)),
                    pair("äöü", List.of(3, -1)),
                    pair("b", List.of(1, -1)));
            computed.forEach((level, calls) -> {
                assertBatch(t.batches(level + " first")).as("%s", level).containsExactly(records, List.of());
                assertBatch(t.batches(level + " again")).as("%s", level).containsExactly(records, List.of());
                assertThat(calls.value()).as("%s", level).isEqualTo(4);
            });
        }
    }

    @Test
    @DisplayName("S6.2 each level gives back the same records when there is hardly any memory")
    void eachLevelGivesTheSameRecordsInLittleMemory() {
        StreamingConf conf = conf().set(StreamingConf.STORAGE_MEMORY, ByteSize.kibibytes(16));
        List<Integer> numbers = IntStream.range(0, 20_000).boxed().toList();
        try (BatchContext batch = new BatchContext(conf)) {
            for (StorageLevel level : LEVELS) {
                RDD<String> kept =
                        batch.parallelize(numbers, 8).map(n -> "number " + n).persist(level);

                assertThat(kept.count()).as("%s", level).isEqualTo(20_000);
                assertThat(kept.collect())
                        .as("%s", level)
                        .startsWith("number 0")
                        .endsWith("number 19999")
                        .hasSize(20_000);
                kept.unpersist();
            }
        }
    }

    @Test
    @DisplayName("S6.3 unpersist drops what was kept: it is computed anew")
    void unpersistDrops() {
        try (BatchContext batch = new BatchContext(conf())) {
            for (StorageLevel level : LEVELS) {
                Accumulator<Long> calls = batch.longAccumulator(level.name());
                RDD<Integer> numbers =
                        counted(batch.parallelize(List.of(1, 2, 3), 2), calls).persist(level);
                numbers.count();
                numbers.count();
                assertThat(calls.value()).as("%s", level).isEqualTo(3);

                assertThat(numbers.unpersist().collect()).as("%s", level).containsExactly(1, 2, 3);
                assertThat(calls.value()).as("%s", level).isEqualTo(6);
            }
        }
    }

    @Test
    @DisplayName("S6.3 unpersist frees the disk, and the RDD may then be kept elsewhere")
    void unpersistFreesTheDisk(@TempDir Path dir) throws IOException {
        try (BatchContext batch = new BatchContext(conf().set(StreamingConf.STORAGE_DIR, dir + ""))) {
            RDD<Integer> numbers = batch.parallelize(List.of(1, 2, 3), 2).map(n -> n + 1);
            long before = files(dir);
            numbers.persist(StorageLevel.DISK_ONLY).count();
            numbers.unpersist();

            assertThat(files(dir)).isEqualTo(before);
            assertThat(numbers.persist(StorageLevel.MEMORY_ONLY).collect()).containsExactly(2, 3, 4);
        }
    }

    /** What no serializer knows and none may meet. */
    private static final class Opaque {
        private final int number;

        Opaque(int number) {
            this.number = number;
        }
    }

    @Test
    @DisplayName("S6.4 on the local engine persist keeps the objects themselves, through shuffles too")
    void persistKeepsObjects() {
        try (TestStreams t = program(s -> {
            DStream<Opaque> kept = s.<Integer>input("in").map(Opaque::new).persist();
            s.collect("first", kept);
            s.collect("again", kept);
            s.collect("shuffled", kept.repartition(3));
            s.collect(
                    "grouped",
                    kept.keyBy(object -> object.number % 2).groupByKey().flatMap(group -> group._2()
                            .iterator()));
        })) {
            t.add("in", 1, 2, 3).advance(1);

            List<Opaque> first = t.last("first");
            assertThat(first).hasSize(3);
            assertThat(t.<Opaque>last("again"))
                    .usingElementComparator(identity())
                    .containsExactlyElementsOf(first);
            assertThat(t.<Opaque>last("shuffled"))
                    .usingElementComparator(identity())
                    .containsExactlyInAnyOrderElementsOf(first);
            assertThat(t.<Opaque>last("grouped"))
                    .usingElementComparator(identity())
                    .containsExactlyInAnyOrderElementsOf(first);
        }
    }

    private static java.util.Comparator<Opaque> identity() {
        return (a, b) -> a == b ? 0 : 1;
    }

    @Test
    @DisplayName(
            "S6.4 on the local engine only the _SER levels, OFF_HEAP and the disk need records that can be serialized")
    void onlySerializedLevelsSerialize() {
        try (BatchContext batch = new BatchContext(conf())) {
            for (StorageLevel level : LEVELS) {
                RDD<Opaque> kept =
                        batch.parallelize(List.of(1, 2), 2).map(Opaque::new).persist(level);
                if (level.isSerialized()) {
                    assertThatThrownBy(kept::count).as("%s", level).hasStackTraceContaining(Opaque.class.getName());
                } else {
                    assertThat(kept.count()).as("%s", level).isEqualTo(2);
                    assertThat(kept.collect().get(0))
                            .as("%s", level)
                            .isSameAs(kept.collect().get(0));
                }
            }
        }
    }

    /** A bean to which only the declared type of a record leads. */
    private static final class Article {
        private String name = "";

        public Article() {}
    }

    private enum Size {
        SMALL,
        LARGE
    }

    private record Order(int id, Size size, List<Article> articles) {
        static Order of(int id) {
            Article article = new Article();
            article.name = "article " + id;
            return new Order(id, id % 2 == 0 ? Size.SMALL : Size.LARGE, List.of(article));
        }

        String text() {
            return id + " " + size + " " + articles.get(0).name;
        }
    }

    @Test
    @DisplayName("S6.5 records, enums and beans reachable from declared types are serialized without a word")
    void declaredTypesRegisterThemselves() {
        try (BatchContext batch = new BatchContext(conf())) {
            for (StorageLevel level : LEVELS) {
                RDD<Order> orders =
                        batch.parallelize(List.of(1, 2), 2).map(Order::of).persist(level);
                assertThat(orders.count()).isEqualTo(2);
                assertThat(orders.map(Order::text).collect())
                        .as("%s", level)
                        .containsExactly("1 LARGE article 1", "2 SMALL article 2");
            }
        }
    }

    @Test
    @DisplayName("S6.5 a class that is not registered gives the line to add, and with that line or a codec it passes")
    void otherClassesGiveTheLineToAdd() {
        String line = "add conf.registerClasses(" + Opaque.class.getCanonicalName() + ".class)";
        try (BatchContext batch = new BatchContext(conf())) {
            RDD<Opaque> kept = opaque(batch);
            assertThatThrownBy(kept::count).hasStackTraceContaining(line);
        }
        try (BatchContext batch = new BatchContext(conf().registerClasses(Opaque.class))) {
            assertThat(opaque(batch).count()).isEqualTo(2);
        }
        try (BatchContext batch = new BatchContext(conf().registerCodec("opaque", Opaque.class, new OpaqueCodec()))) {
            RDD<Opaque> kept = opaque(batch);
            assertThat(kept.count()).isEqualTo(2);
            assertThat(kept.map(object -> object.number).collect()).containsExactly(1, 2);
        }
    }

    private static final class OpaqueCodec implements Codec<Opaque> {
        private static final long serialVersionUID = 1;

        @Override
        public void write(Opaque value, DataOutput out) throws IOException {
            out.writeInt(value.number);
        }

        @Override
        public Opaque read(DataInput in) throws IOException {
            return new Opaque(in.readInt());
        }
    }

    private static RDD<Opaque> opaque(BatchContext batch) {
        return batch.parallelize(List.of(1, 2), 2).map(Opaque::new).persist(StorageLevel.MEMORY_ONLY_SER);
    }
}
