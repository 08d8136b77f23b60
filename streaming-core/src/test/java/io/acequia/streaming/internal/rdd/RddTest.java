/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.rdd;

import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.BatchContext;
import io.acequia.streaming.RDD;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.data.Accumulator;
import io.acequia.streaming.data.StorageLevel;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.function.Ordering;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Every operation of an RDD once, on the local engine. */
class RddTest {
    private static final long SEED = 5;

    private final BatchContext batch = new BatchContext(
            StreamingConf.withoutDefaults().setMaster("local[2]").setAppName("rdds"));
    private final RDD<Integer> seven = numbers(7, 3);

    @AfterEach
    void stop() {
        batch.stop();
    }

    private RDD<Integer> numbers(int count, int partitions) {
        return batch.parallelize(IntStream.range(0, count).boxed().toList(), partitions);
    }

    private RDD<String> words(String... words) {
        return batch.parallelize(List.of(words), 3);
    }

    // ---- record by record

    @Test
    void mapAndFilterAndFlatMapKeepTheOrder() {
        assertThat(seven.map(i -> i * 2).collect()).containsExactly(0, 2, 4, 6, 8, 10, 12);
        assertThat(seven.filter(i -> i % 2 == 1).collect()).containsExactly(1, 3, 5);
        assertThat(numbers(4, 2)
                        .flatMap(i -> Collections.nCopies(i, i).iterator())
                        .collect())
                .containsExactly(1, 2, 2, 3, 3, 3);
    }

    @Test
    void pairsAreMadeFromRecords() {
        assertThat(numbers(2, 2).mapToPair(i -> Tuple2.of(i, "v" + i)).collect())
                .containsExactly(Tuple2.of(0, "v0"), Tuple2.of(1, "v1"));
        assertThat(numbers(3, 2)
                        .flatMapToPair(
                                i -> Collections.nCopies(i, Tuple2.of(i, "v")).iterator())
                        .collect())
                .containsExactly(Tuple2.of(1, "v"), Tuple2.of(2, "v"), Tuple2.of(2, "v"));
        assertThat(words("a", "bb").keyBy(String::length).collect())
                .containsExactly(Tuple2.of(1, "a"), Tuple2.of(2, "bb"));
    }

    // ---- whole partitions

    @Test
    void partitionsAreCutIntoRunsOfNeighbours() {
        assertThat(seven.getNumPartitions()).isEqualTo(3);
        assertThat(seven.glom().collect()).containsExactly(List.of(0, 1), List.of(2, 3), List.of(4, 5, 6));
        assertThat(batch.<Integer>emptyRDD().glom().collect()).containsExactly(List.of());
        assertThat(batch.parallelize(List.of(1, 2, 3)).getNumPartitions()).isEqualTo(batch.defaultParallelism());
    }

    @Test
    void functionsOfPartitionsSeeEachPartitionOnce() {
        assertThat(seven.mapPartitions(records -> List.of(sum(records)).iterator())
                        .collect())
                .containsExactly(1, 5, 15);
        assertThat(seven.mapPartitionsToPair(records ->
                                List.of(Tuple2.of("sum", sum(records))).iterator())
                        .collect())
                .containsExactly(Tuple2.of("sum", 1), Tuple2.of("sum", 5), Tuple2.of("sum", 15));
        assertThat(seven.mapPartitionsWithIndex(
                                (index, records) ->
                                        List.of(index + ":" + sum(records)).iterator(),
                                false)
                        .collect())
                .containsExactly("0:1", "1:5", "2:15");
        assertThat(seven.mapPartitionsWithIndex(
                                (index, records) -> List.of(index).iterator(), true)
                        .collect())
                .containsExactly(0, 1, 2);
    }

    private static int sum(Iterator<Integer> records) {
        int sum = 0;
        while (records.hasNext()) {
            sum += records.next();
        }
        return sum;
    }

    @Test
    void partitionsAreZippedByNumber() {
        RDD<String> letters = batch.parallelize(List.of("a", "b", "c"), 3);
        assertThat(seven.zipPartitions(letters, (numbers, others) -> List.of(sum(numbers) + others.next())
                                .iterator())
                        .collect())
                .containsExactly("1a", "5b", "15c");
    }

    // ---- sets

    @Test
    void distinctGivesEachRecordOnce() {
        RDD<Integer> twice = seven.union(seven);
        assertThat(twice.distinct().collect()).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6);
        assertThat(twice.distinct(4).getNumPartitions()).isEqualTo(4);
        assertThat(twice.distinct(4).collect()).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6);
    }

    @Test
    void unionGivesAllInOrder() {
        assertThat(numbers(2, 2).union(numbers(3, 1)).collect()).containsExactly(0, 1, 0, 1, 2);
        assertThat(batch.union(numbers(1, 1), numbers(2, 1), numbers(1, 1)).collect())
                .containsExactly(0, 0, 1, 0);
        assertThat(batch.union(List.of(seven))).isSameAs(seven);
    }

    @Test
    void intersectionGivesWhatBothHaveOnce() {
        assertThat(words("a", "b", "b", "c")
                        .intersection(words("b", "c", "c", "d"))
                        .collect())
                .containsExactlyInAnyOrder("b", "c");
        assertThat(words("a").intersection(batch.emptyRDD()).collect()).isEmpty();
    }

    @Test
    void subtractGivesWhatTheOtherHasNotAsOftenAsItWasThere() {
        assertThat(words("a", "b", "b", "c").subtract(words("c", "d")).collect())
                .containsExactlyInAnyOrder("a", "b", "b");
        assertThat(words("a", "a").subtract(batch.emptyRDD()).collect()).containsExactly("a", "a");
    }

    @Test
    void cartesianGivesEveryPairAndNumbersOfPartitionsMultiply() {
        var product = numbers(3, 2).cartesian(words("a", "b"));
        assertThat(product.getNumPartitions()).isEqualTo(6);
        assertThat(product.collect())
                .containsExactlyInAnyOrder(
                        Tuple2.of(0, "a"),
                        Tuple2.of(0, "b"),
                        Tuple2.of(1, "a"),
                        Tuple2.of(1, "b"),
                        Tuple2.of(2, "a"),
                        Tuple2.of(2, "b"));
        assertThat(seven.cartesian(batch.emptyRDD()).collect()).isEmpty();
        assertThat(batch.emptyRDD().cartesian(seven).collect()).isEmpty();
    }

    @Test
    void samplesOfPartitionsAreNotShiftedAgainstEachOther() {
        RDD<Integer> many = numbers(8000, 8);
        for (long seed : new long[] {0, 1, 42}) {
            assertThat(mostOfOneShift(many.sample(false, 0.01, seed).collect())).isLessThan(6);
            assertThat(mostOfOneShift(many.takeSample(false, 80, seed))).isLessThan(6);
        }
    }

    /** How many places in a partition of 1000 are places in another one, all shifted alike. */
    private static int mostOfOneShift(List<Integer> sample) {
        Map<List<Integer>, Integer> counts = new HashMap<>();
        for (int a : sample) {
            for (int b : sample) {
                if (a / 1000 < b / 1000) {
                    counts.merge(List.of(a / 1000, b / 1000, a % 1000 - b % 1000), 1, Integer::sum);
                }
            }
        }
        return Collections.max(counts.values());
    }

    @Test
    void levelsOfATreeMayHaveManyPartitions() {
        assertThat(DatasetRdd.target(99_999, 50_000, 100_000)).isEqualTo(49_999);
        assertThat(DatasetRdd.target(3, 2, 4)).isEqualTo(1);
    }

    @Test
    void aSampleIsTheSameForTheSameSeed() {
        RDD<Integer> many = numbers(2000, 4);
        List<Integer> sample = many.sample(false, 0.25, 42).collect();
        assertThat(many.sample(false, 0.25, 42).collect()).isEqualTo(sample);
        assertThat(sample).hasSizeBetween(400, 600).isSorted().doesNotHaveDuplicates();
        assertThat(many.sample(false, 0.25, 43).collect()).isNotEqualTo(sample);
        assertThat(many.sample(true, 3, 42).count()).isBetween(5600L, 6400L);
        assertThat(many.sample(false, 1, 42).count()).isEqualTo(2000);
        assertThat(many.sample(false, 0, 42).count()).isZero();
    }

    // ---- order and placement

    @Test
    void sortingAgreesWithAListOnRandomRecords() {
        Random random = new Random(SEED);
        List<Integer> records = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            records.add(random.nextInt(700) - 350);
        }
        for (int partitions : new int[] {1, 3, 8}) {
            RDD<Integer> rdd = batch.parallelize(records, 5);
            List<Integer> rising = new ArrayList<>(records);
            rising.sort(Comparator.comparing(Math::abs));
            assertThat(rdd.sortBy(Math::abs, true, partitions).collect())
                    .as("rising over %d partitions, seed %d", partitions, SEED)
                    .isEqualTo(rising);
            List<Integer> falling = new ArrayList<>(records);
            falling.sort(Comparator.<Integer, Integer>comparing(Math::abs).reversed());
            assertThat(rdd.sortBy(Math::abs, false, partitions).collect())
                    .as("falling over %d partitions, seed %d", partitions, SEED)
                    .isEqualTo(falling);
        }
    }

    @Test
    void sortedPartitionsAreOfAboutTheSameSize() {
        RDD<Integer> sorted = numbers(10_000, 7).sortBy(i -> -i, true, 4);
        assertThat(sorted.glom().map(List::size).collect()).hasSize(4).allSatisfy(size -> assertThat(size)
                .isBetween(1500, 3500));
    }

    @Test
    void oneKeyAloneCanBeSorted() {
        assertThat(words("b", "b", "b").sortBy(word -> word, true, 4).collect()).containsExactly("b", "b", "b");
        assertThat(batch.<Integer>emptyRDD().sortBy(i -> i, true, 4).collect()).isEmpty();
    }

    @Test
    void groupByGathersTheRecordsOfEachKeyInOrder() {
        assertThat(seven.groupBy(i -> i % 2).collectAsMap())
                .isEqualTo(Map.of(0, List.of(0, 2, 4, 6), 1, List.of(1, 3, 5)));
    }

    @Test
    void coalesceJoinsNeighboursWithoutAShuffle() {
        assertThat(seven.coalesce(2).glom().collect()).hasSize(2).satisfies(parts -> assertThat(
                        parts.stream().flatMap(List::stream))
                .containsExactly(0, 1, 2, 3, 4, 5, 6));
        assertThat(seven.coalesce(9).getNumPartitions()).isEqualTo(3);
        assertThat(seven.coalesce(9, false).getNumPartitions()).isEqualTo(3);
        assertThat(seven.coalesce(9, true).getNumPartitions()).isEqualTo(9);
    }

    @Test
    void repartitionSpreadsEvenly() {
        RDD<Integer> spread = numbers(1000, 1).repartition(4);
        assertThat(spread.glom().map(List::size).collect()).containsExactly(250, 250, 250, 250);
        assertThat(spread.collect()).hasSize(1000).doesNotHaveDuplicates();
    }

    // ---- keeping

    @Test
    void whatIsCachedIsComputedOnce() {
        AtomicInteger computed = new AtomicInteger();
        RDD<Integer> cached = seven.map(i -> computed.incrementAndGet());
        assertThat(cached.cache()).isSameAs(cached);
        cached.count();
        cached.count();
        assertThat(computed).hasValue(7);
        assertThat(cached.unpersist()).isSameAs(cached);
        cached.count();
        assertThat(computed).hasValue(14);
    }

    @Test
    void everyLevelKeepsTheRecords() {
        for (StorageLevel level : StorageLevel.values()) {
            AtomicInteger computed = new AtomicInteger();
            RDD<Integer> kept = seven.map(i -> {
                        computed.incrementAndGet();
                        return i;
                    })
                    .persist(level);
            assertThat(kept.collect()).as("%s", level).containsExactly(0, 1, 2, 3, 4, 5, 6);
            assertThat(kept.collect()).as("%s", level).containsExactly(0, 1, 2, 3, 4, 5, 6);
            assertThat(computed).as("%s", level).hasValue(7);
            kept.unpersist();
        }
    }

    // ---- actions

    @Test
    void takeComputesNoMorePartitionsThanItNeeds() {
        AtomicInteger computed = new AtomicInteger();
        RDD<Integer> watched = numbers(100, 10).map(i -> {
            computed.incrementAndGet();
            return i;
        });
        assertThat(watched.take(3)).containsExactly(0, 1, 2);
        assertThat(computed).hasValue(3);
        assertThat(watched.take(12)).hasSize(12).isSorted();
        assertThat(watched.take(1000)).hasSize(100).isSorted();
        assertThat(watched.take(0)).isEmpty();
        assertThat(watched.first()).isZero();
    }

    @Test
    void takeLooksOnWhereTheFirstPartitionsAreEmpty() {
        assertThat(numbers(100, 20).filter(i -> i >= 97).take(2)).containsExactly(97, 98);
        assertThat(numbers(100, 20).filter(i -> i > 100).take(2)).isEmpty();
    }

    @Test
    void isEmptyLooksForOneRecord() {
        assertThat(seven.isEmpty()).isFalse();
        assertThat(seven.filter(i -> i > 9).isEmpty()).isTrue();
        assertThat(batch.emptyRDD().isEmpty()).isTrue();
    }

    @Test
    void theGreatestAndTheLeastComeInOrder() {
        RDD<String> words = words("pear", "fig", "apple", "kiwi", "fig");
        assertThat(words.top(2)).containsExactly("pear", "kiwi");
        assertThat(words.takeOrdered(3)).containsExactly("apple", "fig", "fig");
        assertThat(words.top(1, Ordering.by(String::length))).containsExactly("apple");
        assertThat(words.takeOrdered(2, Ordering.by(String::length))).containsExactly("fig", "fig");
        assertThat(words.top(99)).hasSize(5);
        assertThat(words.takeOrdered(0)).isEmpty();
        assertThat(words.max(Ordering.natural())).isEqualTo("pear");
        assertThat(words.min(Ordering.natural())).isEqualTo("apple");
    }

    @Test
    void recordsAreCounted() {
        assertThat(seven.count()).isEqualTo(7);
        assertThat(batch.emptyRDD().count()).isZero();
        assertThat(words("a", "b", "a").countByValue()).isEqualTo(Map.of("a", 2L, "b", 1L));
    }

    @Test
    void recordsAreCombinedInTheOrderOfThePartitions() {
        RDD<String> letters = words("a", "b", "c", "d", "e");
        assertThat(letters.reduce((a, b) -> a + b)).isEqualTo("abcde");
        assertThat(letters.fold("-", (a, b) -> a + b)).isEqualTo("--a-bc-de");
        assertThat(letters.aggregate(0, (sum, word) -> sum + word.length(), Integer::sum))
                .isEqualTo(5);
        assertThat(batch.<String>emptyRDD().fold("z", (a, b) -> a + b)).isEqualTo("zz");
    }

    @Test
    void everyRecordIsVisitedOnce() {
        Accumulator<Long> sum = batch.longAccumulator("sum");
        seven.foreach(i -> sum.add((long) i));
        assertThat(sum.value()).isEqualTo(21);
        seven.foreachPartition(records -> records.forEachRemaining(i -> sum.add((long) i)));
        assertThat(sum.value()).isEqualTo(42);
        seven.foreachPartitionWithIndex((index, records) -> records.forEachRemaining(i -> sum.add(100L * index)));
        assertThat(sum.value()).isEqualTo(42 + 100 * 2 + 200 * 3);
    }

    @Test
    void theLocalIteratorComputesAPartitionAtATime() {
        AtomicInteger computed = new AtomicInteger();
        Iterator<Integer> records = seven.map(i -> {
                    computed.incrementAndGet();
                    return i;
                })
                .toLocalIterator();
        assertThat(records.next()).isZero();
        assertThat(computed).hasValue(2);
        List<Integer> rest = new ArrayList<>();
        records.forEachRemaining(rest::add);
        assertThat(rest).containsExactly(1, 2, 3, 4, 5, 6);
    }

    @Test
    void nullRecordsAreRecords() {
        RDD<String> some = batch.parallelize(Arrays.asList("a", null, "a", null), 2);
        assertThat(some.collect()).containsExactly("a", null, "a", null);
        assertThat(some.distinct().collect()).containsExactlyInAnyOrder("a", null);
        assertThat(some.map(s -> s == null ? 1 : 0).reduce(Integer::sum)).isEqualTo(2);
        assertThat(some.intersection(batch.parallelize(Arrays.asList("b", null), 1))
                        .collect())
                .containsExactly((String) null);
    }

    // ---- what belongs to it

    @Test
    void anRddKnowsItsContextAndItsDataset() {
        assertThat(seven.context()).isSameAs(batch);
        assertThat(batch.wrap(List.of(1, 2)).collect()).containsExactly(1, 2);
    }

    @Test
    void broadcastValuesAndAccumulatorsAreShared() {
        var stopWords = batch.broadcast(List.of("the"));
        Accumulator<Double> share = batch.doubleAccumulator("share");
        Accumulator<List<Integer>> lengths = batch.accumulator("lengths", List.of(), (a, b) -> {
            List<Integer> both = new ArrayList<>(a);
            both.addAll(b);
            return both;
        });
        List<String> kept = words("the", "fig")
                .filter(word -> {
                    share.add(0.5);
                    lengths.add(List.of(word.length()));
                    return !stopWords.value().contains(word);
                })
                .collect();
        assertThat(kept).containsExactly("fig");
        assertThat(share.value()).isEqualTo(1.0);
        assertThat(lengths.value()).containsExactly(3, 3);
    }
}
