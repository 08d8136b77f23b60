/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.rdd;

import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.BatchContext;
import io.acequia.streaming.PairRDD;
import io.acequia.streaming.RDD;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.data.Partitioner;
import io.acequia.streaming.data.StorageLevel;
import io.acequia.streaming.data.Tuple2;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Every operation of a keyed RDD once, in all its forms, on the local engine. */
class PairRddTest {
    private static final long SEED = 11;
    private static final Partitioner THREE = Partitioner.hash(3);

    private final BatchContext batch = new BatchContext(
            StreamingConf.withoutDefaults().setMaster("local[2]").setAppName("pairs"));

    private final PairRDD<String, Integer> left =
            pairs(Tuple2.of("a", 1), Tuple2.of("b", 2), Tuple2.of("a", 3), Tuple2.of("c", 4));

    private final PairRDD<String, String> right = pairs(Tuple2.of("a", "x"), Tuple2.of("a", "y"), Tuple2.of("d", "z"));

    @AfterEach
    void stop() {
        batch.stop();
    }

    @SafeVarargs
    @SuppressWarnings("varargs") // only read
    private <K, V> PairRDD<K, V> pairs(Tuple2<K, V>... pairs) {
        return batch.parallelizePairs(List.of(pairs), 2);
    }

    // ---- as a plain RDD

    @Test
    void operationsOfPlainRddsStayKeyed() {
        assertThat(left.filter(pair -> pair._2() > 2).keys().collect()).containsExactly("a", "c");
        assertThat(left.union(left).distinct().mapValues(v -> 1).count()).isEqualTo(4);
        assertThat(left.distinct(5).values().collect()).containsExactlyInAnyOrder(1, 2, 3, 4);
        assertThat(left.sample(false, 1, 1).keys().collect()).containsExactly("a", "b", "a", "c");
        assertThat(left.intersection(pairs(Tuple2.of("b", 2))).keys().collect()).containsExactly("b");
        assertThat(left.subtract(pairs(Tuple2.of("b", 2))).values().collect()).containsExactlyInAnyOrder(1, 3, 4);
        assertThat(left.coalesce(1).getNumPartitions()).isEqualTo(1);
        assertThat(left.coalesce(1, false).getNumPartitions()).isEqualTo(1);
        assertThat(left.coalesce(5, true).getNumPartitions()).isEqualTo(5);
        assertThat(left.repartition(4).values().collect()).containsExactlyInAnyOrder(1, 2, 3, 4);
        assertThat(left.cache().unpersist()).isSameAs(left);
        assertThat(left.persist(StorageLevel.MEMORY_ONLY_SER).unpersist()).isSameAs(left);
    }

    @Test
    void anRddOfPairsBecomesKeyed() {
        RDD<Tuple2<String, Integer>> plain = batch.parallelize(List.of(Tuple2.of("a", 1), Tuple2.of("a", 2)));
        assertThat(PairRDD.fromRDD(plain).reduceByKey(Integer::sum).collect()).containsExactly(Tuple2.of("a", 3));
        assertThat(PairRDD.fromRDD(left)).isSameAs(left);
        assertThat(batch.parallelizePairs(List.of(Tuple2.of("a", 1))).getNumPartitions())
                .isEqualTo(batch.defaultParallelism());
    }

    // ---- keys and values

    @Test
    void keysAndValuesComeApart() {
        assertThat(left.keys().collect()).containsExactly("a", "b", "a", "c");
        assertThat(left.values().collect()).containsExactly(1, 2, 3, 4);
        assertThat(left.mapValues(v -> "v" + v).collect())
                .containsExactly(
                        Tuple2.of("a", "v1"), Tuple2.of("b", "v2"), Tuple2.of("a", "v3"), Tuple2.of("c", "v4"));
        assertThat(pairs(Tuple2.of("a", List.of(1, 2)), Tuple2.of("b", List.<Integer>of()))
                        .flatMapValues(List::iterator)
                        .collect())
                .containsExactly(Tuple2.of("a", 1), Tuple2.of("a", 2));
    }

    // ---- one RDD by key

    @Test
    void reduceByKeyCombinesInAllForms() {
        Map<String, Integer> sums = Map.of("a", 4, "b", 2, "c", 4);
        assertThat(left.reduceByKey(Integer::sum).collectAsMap()).isEqualTo(sums);
        assertThat(left.reduceByKey(Integer::sum, 5).collectAsMap()).isEqualTo(sums);
        assertThat(left.reduceByKey(Integer::sum, 5).getNumPartitions()).isEqualTo(5);
        assertThat(left.reduceByKey(Integer::sum, THREE).collectAsMap()).isEqualTo(sums);
        assertThat(left.reduceByKey(Integer::sum, THREE).getNumPartitions()).isEqualTo(3);
    }

    @Test
    void foldByKeyBeginsWithItsZero() {
        Map<String, Integer> sums = Map.of("a", 4, "b", 2, "c", 4);
        assertThat(left.foldByKey(0, Integer::sum).collectAsMap()).isEqualTo(sums);
        assertThat(left.foldByKey(0, Integer::sum, 5).getNumPartitions()).isEqualTo(5);
        assertThat(left.foldByKey(0, Integer::sum, THREE).collectAsMap()).isEqualTo(sums);
        assertThat(pairs(Tuple2.of("a", 1)).foldByKey(10, Integer::sum).collectAsMap())
                .isEqualTo(Map.of("a", 11));
    }

    @Test
    void aggregateByKeyGivesAnotherType() {
        Map<String, String> texts = Map.of("a", "|1|3", "b", "|2", "c", "|4");
        assertThat(left.aggregateByKey("", (s, v) -> s + "|" + v, (s, t) -> s + t)
                        .collectAsMap())
                .isEqualTo(texts);
        assertThat(left.aggregateByKey("", (s, v) -> s + "|" + v, (s, t) -> s + t, 5)
                        .collectAsMap())
                .isEqualTo(texts);
        assertThat(left.aggregateByKey("", (s, v) -> s + "|" + v, (s, t) -> s + t, THREE)
                        .getNumPartitions())
                .isEqualTo(3);
    }

    @Test
    void groupByKeyGathersInOrder() {
        Map<String, Iterable<Integer>> groups = Map.of("a", List.of(1, 3), "b", List.of(2), "c", List.of(4));
        assertThat(left.groupByKey().collectAsMap()).isEqualTo(groups);
        assertThat(left.groupByKey(5).collectAsMap()).isEqualTo(groups);
        assertThat(left.groupByKey(THREE).getNumPartitions()).isEqualTo(3);
    }

    @Test
    void combineByKeyDoesTheSameWithAndWithoutTheMapSide() {
        Map<String, String> expected = Map.of("a", "1,3", "b", "2", "c", "4");
        AtomicInteger combined = new AtomicInteger();
        List<PairRDD<String, String>> forms = List.of(
                left.combineByKey(String::valueOf, (s, v) -> s + "," + v, (s, t) -> s + "," + t),
                left.combineByKey(String::valueOf, (s, v) -> s + "," + v, (s, t) -> s + "," + t, 5),
                left.combineByKey(String::valueOf, (s, v) -> s + "," + v, (s, t) -> s + "," + t, THREE),
                left.combineByKey(String::valueOf, (s, v) -> s + "," + v, (s, t) -> s + "," + t, THREE, true),
                left.combineByKey(
                        String::valueOf,
                        (s, v) -> s + "," + v,
                        (s, t) -> {
                            combined.incrementAndGet();
                            return s + "," + t;
                        },
                        THREE,
                        false));
        assertThat(forms).allSatisfy(form -> assertThat(form.collectAsMap()).isEqualTo(expected));
        assertThat(combined).hasValue(0);
    }

    @Test
    void sumsAgreeWithAMapOnRandomPairs() {
        Random random = new Random(SEED);
        List<Tuple2<Integer, Long>> pairs = new ArrayList<>();
        Map<Integer, Long> sums = new HashMap<>();
        Map<Integer, List<Long>> groups = new HashMap<>();
        for (long i = 0; i < 20_000; i++) {
            int key = random.nextInt(500);
            pairs.add(Tuple2.of(key, i));
            sums.merge(key, i, Long::sum);
            groups.computeIfAbsent(key, k -> new ArrayList<>()).add(i);
        }
        PairRDD<Integer, Long> rdd = batch.parallelizePairs(pairs, 7);
        assertThat(rdd.reduceByKey(Long::sum, 4).collectAsMap()).isEqualTo(sums);
        assertThat(rdd.groupByKey(4).collectAsMap()).isEqualTo(groups);
    }

    @Test
    void nullKeysAndNullValuesAreKept() {
        PairRDD<String, Integer> some =
                batch.parallelizePairs(Arrays.asList(Tuple2.of(null, 1), Tuple2.of("a", null), Tuple2.of(null, 2)), 2);
        assertThat(some.groupByKey().collectAsMap())
                .containsEntry(null, List.of(1, 2))
                .hasSize(2);
        assertThat(some.lookup(null)).containsExactly(1, 2);
    }

    // ---- two RDDs by key

    @Test
    void joinGivesEveryPairOfValues() {
        List<PairRDD<String, Tuple2<Integer, String>>> forms =
                List.of(left.join(right), left.join(right, 5), left.join(right, THREE));
        assertThat(forms).allSatisfy(form -> assertThat(form.collect())
                .containsExactlyInAnyOrder(
                        Tuple2.of("a", Tuple2.of(1, "x")),
                        Tuple2.of("a", Tuple2.of(1, "y")),
                        Tuple2.of("a", Tuple2.of(3, "x")),
                        Tuple2.of("a", Tuple2.of(3, "y"))));
        assertThat(forms.get(1).getNumPartitions()).isEqualTo(5);
        assertThat(forms.get(2).getNumPartitions()).isEqualTo(3);
    }

    @Test
    void outerJoinsKeepTheKeysOfTheirSide() {
        PairRDD<String, Integer> ours = pairs(Tuple2.of("a", 1), Tuple2.of("b", 2));
        PairRDD<String, String> theirs = pairs(Tuple2.of("a", "x"), Tuple2.of("d", "z"));
        assertThat(List.of(
                        ours.leftOuterJoin(theirs), ours.leftOuterJoin(theirs, 5), ours.leftOuterJoin(theirs, THREE)))
                .allSatisfy(form -> assertThat(form.collectAsMap())
                        .isEqualTo(Map.of(
                                "a", Tuple2.of(1, Optional.of("x")), "b", Tuple2.of(2, Optional.<String>empty()))));
        assertThat(List.of(
                        ours.rightOuterJoin(theirs),
                        ours.rightOuterJoin(theirs, 5),
                        ours.rightOuterJoin(theirs, THREE)))
                .allSatisfy(form -> assertThat(form.collectAsMap())
                        .isEqualTo(Map.of(
                                "a", Tuple2.of(Optional.of(1), "x"), "d", Tuple2.of(Optional.<Integer>empty(), "z"))));
        assertThat(List.of(
                        ours.fullOuterJoin(theirs), ours.fullOuterJoin(theirs, 5), ours.fullOuterJoin(theirs, THREE)))
                .allSatisfy(form -> assertThat(form.collectAsMap())
                        .isEqualTo(Map.of(
                                "a", Tuple2.of(Optional.of(1), Optional.of("x")),
                                "b", Tuple2.of(Optional.of(2), Optional.<String>empty()),
                                "d", Tuple2.of(Optional.<Integer>empty(), Optional.of("z")))));
    }

    @Test
    void cogroupGathersBothSides() {
        assertThat(List.of(left.cogroup(right), left.cogroup(right, 5), left.cogroup(right, THREE)))
                .allSatisfy(form -> assertThat(form.collectAsMap())
                        .isEqualTo(Map.of(
                                "a", Tuple2.of(List.of(1, 3), List.of("x", "y")),
                                "b", Tuple2.of(List.of(2), List.of()),
                                "c", Tuple2.of(List.of(4), List.of()),
                                "d", Tuple2.of(List.of(), List.of("z")))));
    }

    @Test
    void subtractByKeyDropsTheKeysOfTheOther() {
        assertThat(left.subtractByKey(right).collectAsMap()).isEqualTo(Map.of("b", 2, "c", 4));
    }

    @Test
    void sidesThatArePlacedAlreadyAreNotMovedAgain() {
        PairRDD<String, Integer> placed = left.partitionBy(THREE);
        assertThat(placed.join(right).getNumPartitions()).isEqualTo(3);
        assertThat(right.join(placed).getNumPartitions()).isEqualTo(3);
        assertThat(placed.reduceByKey(Integer::sum).getNumPartitions()).isEqualTo(3);
        assertThat(placed.mapValues(v -> v + 1).reduceByKey(Integer::sum).collectAsMap())
                .isEqualTo(Map.of("a", 6, "b", 3, "c", 5));
    }

    // ---- placement and order

    @Test
    void partitionByPlacesEveryKey() {
        List<List<String>> keys = left.partitionBy(THREE).keys().glom().collect();
        assertThat(keys).hasSize(3);
        for (int i = 0; i < 3; i++) {
            int partition = i;
            assertThat(keys.get(i))
                    .allSatisfy(key -> assertThat(THREE.getPartition(key)).isEqualTo(partition));
        }
    }

    @Test
    void sortByKeyOrdersByTheKeysAndKeepsEqualOnesInOrder() {
        assertThat(left.sortByKey().collect())
                .containsExactly(Tuple2.of("a", 1), Tuple2.of("a", 3), Tuple2.of("b", 2), Tuple2.of("c", 4));
        assertThat(left.sortByKey(false).collect())
                .containsExactly(Tuple2.of("c", 4), Tuple2.of("b", 2), Tuple2.of("a", 1), Tuple2.of("a", 3));
        Random random = new Random(SEED);
        List<Tuple2<Integer, Integer>> pairs = new ArrayList<>();
        for (int i = 0; i < 3000; i++) {
            pairs.add(Tuple2.of(random.nextInt(300), i));
        }
        List<Tuple2<Integer, Integer>> sorted = new ArrayList<>(pairs);
        sorted.sort(Comparator.comparing(Tuple2::_1));
        assertThat(batch.parallelizePairs(pairs, 6).sortByKey().collect()).isEqualTo(sorted);
    }

    // ---- actions

    @Test
    void pairsAreCountedAndLookedUp() {
        assertThat(left.countByKey()).isEqualTo(Map.of("a", 2L, "b", 1L, "c", 1L));
        assertThat(left.collectAsMap()).isEqualTo(Map.of("a", 3, "b", 2, "c", 4));
        assertThat(left.lookup("a")).containsExactly(1, 3);
        assertThat(left.lookup("nobody")).isEmpty();
    }

    @Test
    void lookingUpComputesOnlyThePartitionOfTheKeyWhenPairsArePlaced() {
        AtomicInteger computed = new AtomicInteger();
        PairRDD<String, Integer> placed = left.partitionBy(Partitioner.hash(64)).mapValues(v -> {
            computed.incrementAndGet();
            return v;
        });
        assertThat(placed.lookup("b")).containsExactly(2);
        assertThat(computed).hasValue(1);
    }
}
