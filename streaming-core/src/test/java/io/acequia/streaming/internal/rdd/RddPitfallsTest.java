/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.rdd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.BatchContext;
import io.acequia.streaming.DStream;
import io.acequia.streaming.DeadLetter;
import io.acequia.streaming.DeadLetterSink;
import io.acequia.streaming.ErrorPolicy;
import io.acequia.streaming.Output;
import io.acequia.streaming.PairRDD;
import io.acequia.streaming.RDD;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.data.Durations;
import io.acequia.streaming.data.StorageLevel;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.data.Tuple2;
import java.io.IOException;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Where results would be silently wrong or lost if nobody took care. */
@Timeout(60)
class RddPitfallsTest {
    private final BatchContext batch = new BatchContext(
            StreamingConf.withoutDefaults().setMaster("local[2]").setAppName("pitfalls"));
    private final PairRDD<String, Integer> threeKeys = batch.parallelizePairs(
            IntStream.range(0, 40).mapToObj(i -> Tuple2.of("k" + i % 3, i)).toList(), 4);

    @TempDir
    Path dir;

    @AfterEach
    void stop() {
        batch.stop();
    }

    @Test
    void pairsThatWereIntersectedAreNotPlacedByTheirKeys() {
        assertThat(threeKeys.intersection(threeKeys).reduceByKey(Integer::sum).collect())
                .hasSize(3);
        assertThat(threeKeys
                        .subtract(batch.<String, Integer>parallelizePairs(List.of()))
                        .lookup("k1"))
                .hasSize(13);
    }

    @Test
    void aZeroThatChangesIsCopiedForEachPartitionAndKey() {
        List<Integer> all = batch.parallelize(List.of(1, 2, 3, 4), 2)
                .aggregate(new ArrayList<Integer>(), RddPitfallsTest::add, RddPitfallsTest::addAll);
        Map<String, ArrayList<Integer>> byKey = batch.parallelizePairs(List.of(Tuple2.of("a", 1), Tuple2.of("b", 2)), 1)
                .aggregateByKey(new ArrayList<Integer>(), RddPitfallsTest::add, RddPitfallsTest::addAll)
                .collectAsMap();

        assertThat(all).containsExactly(1, 2, 3, 4);
        assertThat(byKey).isEqualTo(Map.of("a", List.of(1), "b", List.of(2)));
    }

    private static ArrayList<Integer> add(ArrayList<Integer> list, Integer one) {
        list.add(one);
        return list;
    }

    private static ArrayList<Integer> addAll(ArrayList<Integer> list, ArrayList<Integer> more) {
        list.addAll(more);
        return list;
    }

    @Test
    void aCounterAsAZeroIsCopiedToo() {
        Map<String, AtomicLong> byKey = batch.parallelizePairs(List.of(Tuple2.of("a", 1), Tuple2.of("b", 2)), 1)
                .aggregateByKey(new AtomicLong(), RddPitfallsTest::count, RddPitfallsTest::count)
                .collectAsMap();

        assertThat(byKey.get("a")).hasValue(1);
        assertThat(byKey.get("b")).hasValue(2);
    }

    private static AtomicLong count(AtomicLong count, Number more) {
        count.addAndGet(more.longValue());
        return count;
    }

    @Test
    void whatCombiningChangesIsNotWhatTheShuffleKeeps() {
        PairRDD<String, ArrayList<Integer>> lists = batch.parallelizePairs(
                        List.of(Tuple2.of("a", 1), Tuple2.of("a", 2), Tuple2.of("a", 3)), 3)
                .combineByKey(
                        v -> new ArrayList<>(List.of(v)),
                        RddPitfallsTest::add,
                        (some, more) -> {
                            more.addAll(0, some);
                            return more;
                        },
                        2);
        for (int job = 0; job < 3; job++) {
            assertThat(lists.collect()).containsExactly(Tuple2.of("a", new ArrayList<>(List.of(1, 2, 3))));
        }
    }

    private record Mean(double sum, long count) {}

    private record Named(String name, List<Integer> values) {}

    @Test
    void onlyWhatMayChangeIsCopied() throws Exception {
        List<Object> plain = Arrays.asList(
                "text", 1, 2.5, StorageLevel.MEMORY_ONLY, new Mean(1, 2), Tuple2.of("a", Tuple2.of(1L, null)), null);
        for (Object each : plain) {
            assertThat(Copies.isPlain(each)).isTrue();
            assertThat(Copies.of(each)).isSameAs(each);
        }
        for (Object each : List.of(new ArrayList<>(List.of(1)), Tuple2.of(1, new ArrayList<>()), new StringBuilder())) {
            assertThat(Copies.of(each)).isNotSameAs(each).hasToString(each.toString());
        }
        Named cannot = new Named("not serializable", new ArrayList<>());
        assertThat(Copies.isPlain(cannot)).isFalse();
        assertThat(Copies.of(cannot)).isSameAs(cannot);
    }

    @Test
    void aZeroThatCannotBeCopiedIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> batch.parallelize(List.of(1)).aggregate(new Stubborn(), (a, b) -> a, (a, b) -> a))
                .withMessageStartingWith("ACQ-0818 the zero of a fold, a " + Stubborn.class.getName());
    }

    /** Says that it can be serialized, and cannot. */
    private static final class Stubborn implements Serializable {
        private void writeObject(ObjectOutputStream out) throws IOException {
            throw new NotSerializableException("stubborn");
        }
    }

    private record Name(String text) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Name name && name.text.equalsIgnoreCase(text);
        }

        @Override
        public int hashCode() {
            return text.toLowerCase(Locale.ROOT).hashCode();
        }
    }

    @Test
    void aRecordWithAnEqualityOfItsOwnIsPlacedByIt() {
        List<Tuple2<Name, Integer>> names = Stream.of("a", "b", "A", "B")
                .map(text -> Tuple2.of(new Name(text), 1))
                .toList();

        assertThat(batch.parallelizePairs(names, 2).reduceByKey(Integer::sum, 8).collect())
                .hasSize(2);
    }

    @Test
    void anOutputThatSeesOnlyTheFirstRecordsDoesNotReplaceTheLettersOfOneThatSeesAll() throws Exception {
        StreamingContext context = oneBatch();
        List<Integer> numbers = IntStream.range(0, 100).boxed().toList();
        DStream<Integer> checked = context.queueStream(
                        new ArrayDeque<>(List.of(context.batchContext().parallelize(numbers, 1))))
                .map(RddPitfallsTest::notOneOfFifty)
                .onError(ErrorPolicy.deadLetter(DeadLetterSink.toFiles(dir.toString())));
        checked.foreachRDD(rdd -> {
            rdd.count();
        });
        checked.foreachRDD(rdd -> {
            rdd.take(5);
        });
        context.start();
        context.awaitTermination();

        StringBuilder letters = new StringBuilder();
        try (Stream<Path> files = Files.list(dir)) {
            for (Path file : files.toList()) {
                letters.append(Files.readString(file));
            }
        }
        assertThat(letters.toString()).contains("\"text\":\"1\"").contains("\"text\":\"51\"");
    }

    private static Integer notOneOfFifty(Integer i) throws IOException {
        if (i % 50 == 1) {
            throw new IOException("bad " + i);
        }
        return i;
    }

    private static StreamingContext oneBatch() {
        return new StreamingContext(
                StreamingConf.withoutDefaults()
                        .setMaster("local[2]")
                        .set(StreamingConf.STOP_AFTER_BATCHES, 1L)
                        .set(StreamingConf.MULTIPLE_CONTEXTS, true),
                Durations.milliseconds(100));
    }

    @Test
    void aNullPolicyIsRefused() {
        try (StreamingContext context = oneBatch()) {
            DStream<Integer> numbers =
                    context.queueStream(new ArrayDeque<RDD<Integer>>()).map(i -> i);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> numbers.onError(null))
                    .withMessageStartingWith("ACQ-0926 onError(null) on map at ");
        }
    }

    @Test
    void lettersOfUidsThatDifferInPunctuationAreApartAndLongUidsFit() throws Exception {
        for (String uid : List.of("a b", "a/b", "x".repeat(230))) {
            write(uid, "half a pair \uD800");
        }
        try (Stream<Path> files = Files.list(dir)) {
            assertThat(files).hasSize(3);
        }
    }

    private void write(String uid, String text) throws Exception {
        DeadLetterSink sink = DeadLetterSink.toFiles(dir.toString());
        try (var letters = sink.open(new Output.Key(new Time(1), uid, 0))) {
            letters.write(new DeadLetter(uid, "p", new Time(1), new byte[0], text, "c"));
            letters.commit();
        }
    }

    @Test
    void aHighRateOfReplacementIsKept() {
        assertThat(batch.parallelize(IntStream.range(0, 10).boxed().toList(), 1)
                        .sample(true, 2000, 1)
                        .count())
                .isBetween(19_000L, 21_000L);
    }

    @Test
    void whatSomebodyElsePutAtTheTargetIsNotReplaced() throws Exception {
        Path home = Files.createDirectories(dir.resolve("home"));
        Files.writeString(home.resolve("thesis.txt"), "x");

        assertThatIllegalStateException()
                .isThrownBy(() -> batch.parallelize(List.of(1), 1).saveAsTextFile(home.toString()))
                .withMessageStartingWith("ACQ-0820 " + home);
        assertThat(home.resolve("thesis.txt")).exists();
    }

    @Test
    void anOrderHasNoPlaceForNull() {
        PairRDD<String, Integer> pairs =
                batch.parallelizePairs(Arrays.asList(Tuple2.of((String) null, 1), Tuple2.of("a", 2)), 1);

        assertThatThrownBy(() -> pairs.sortByKey().collect()).hasMessageContaining("ACQ-0819");
    }
}
