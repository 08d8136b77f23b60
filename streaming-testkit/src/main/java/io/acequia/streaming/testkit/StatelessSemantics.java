/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.BatchContext;
import io.acequia.streaming.BatchFailedException;
import io.acequia.streaming.DStream;
import io.acequia.streaming.DStreamLike;
import io.acequia.streaming.PairDStream;
import io.acequia.streaming.PairRDD;
import io.acequia.streaming.RDD;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.data.Partitioner;
import io.acequia.streaming.data.StorageLevel;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.function.VoidFunction;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What each operation without state does with a batch: the first part of section 2 of the semantics, with its table of worked
 * examples at the end. An engine passes by a subclass that gives its settings.
 *
 * <p>Three kinds of test stand here. Examples run one operation over a few batches and compare what comes out. Forms define
 * the same operation with the default parallelism, with a number and with a partitioner, and look at the pairs and at where
 * they are. Refusals write a program that must not be accepted, or that must end with its first batch.
 *
 * <p>Shuffles give no order among keys, so batches of pairs are compared in any order; within a key, and wherever there is no
 * shuffle, the order of the records is part of the rule and is compared.
 *
 * <p>All operations of the list stand in {@link #everyOperation}; whoever adds one adds it there, so that it is held against
 * the rule that nothing passes from a batch to the next. Functions that run in tasks capture nothing of the suite: they
 * travel, and a suite does not.
 */
@Timeout(120)
public abstract class StatelessSemantics extends OperationSemantics {
    /** Places words by their length. */
    private record ByLength(int numPartitions) implements Partitioner {
        @Override
        public int getPartition(Object key) {
            return String.valueOf(key).length() % numPartitions;
        }
    }

    // ---- one batch at a time

    @Test
    @DisplayName("S2.1 every operation gives the same for the same batch, whatever came before")
    void nothingPassesFromOneBatchToTheNext() {
        List<String> names = new ArrayList<>();
        try (TestStreams t = program(s -> everyOperation(s).forEach((name, stream) -> {
            names.add(name);
            s.collect(name, stream);
        }))) {
            t.add("in", "a", "b", "bb", "a", "ccc").add("other", "a", "ccc", "dddd");
            t.add("in").add("other");
            t.add("in", "a", "b", "bb", "a", "ccc").add("other", "a", "ccc", "dddd");
            t.advance(3);

            for (String name : names) {
                List<List<Object>> batches = t.batches(name);
                assertThat(batches.get(0)).as(name).isNotEmpty();
                assertThat(batches.get(2))
                        .as("%s of the batch that repeats the first", name)
                        .containsExactlyInAnyOrderElementsOf(batches.get(0));
            }
        }
    }

    @Test
    @DisplayName("S2.1 no operation but count and those of partitions gives anything for an empty batch")
    void anEmptyBatchGivesNothing() {
        Set<String> ofPartitions = Set.of("count", "glom", "mapPartitions", "mapPartitionsToPair");
        List<String> names = new ArrayList<>();
        try (TestStreams t = program(s -> everyOperation(s).forEach((name, stream) -> {
            names.add(name);
            s.collect(name, stream);
        }))) {
            t.add("in").add("other").advance(1);

            for (String name : names) {
                if (!ofPartitions.contains(name)) {
                    assertThat(t.last(name)).as(name).isEmpty();
                }
            }
        }
    }

    /** Each operation that needs no state, over words. */
    private static Map<String, DStreamLike<?, ?, ?>> everyOperation(TestStreams s) {
        StreamingContext context = s.context();
        DStream<String> in = s.input("in");
        DStream<String> other = s.input("other");
        PairDStream<String, Integer> left = in.mapToPair(word -> pair(word, word.length()));
        PairDStream<String, Integer> right = other.mapToPair(word -> pair(word, -1));
        Map<String, DStreamLike<?, ?, ?>> all = new LinkedHashMap<>();
        all.put("map", in.map(String::length));
        all.put("filter", in.filter(word -> word.length() > 1));
        all.put("flatMap", in.flatMap(word -> List.of(word, word).iterator()));
        all.put("mapToPair", left);
        all.put("flatMapToPair", in.flatMapToPair(word -> List.of(pair(word, 1), pair(word, 2))
                .iterator()));
        all.put("mapPartitions", in.mapPartitions(words -> List.of(count(words)).iterator()));
        all.put("mapPartitionsToPair", in.mapPartitionsToPair(words -> List.of(pair("n", count(words)))
                .iterator()));
        all.put("keyBy", in.keyBy(String::length));
        all.put("glom", in.glom());
        all.put("repartition", in.repartition(3));
        all.put("union", in.union(other));
        all.put("cache", in.map(word -> word + "!").cache());
        all.put("persist", in.map(word -> word + "?").persist(StorageLevel.MEMORY_AND_DISK_SER));
        all.put("reduce", in.reduce(String::concat));
        all.put("count", in.count());
        all.put("countByValue", in.countByValue());
        all.put("countByValue in 3", in.countByValue(3));
        all.put("transform", in.transform(rdd -> rdd.distinct()));
        all.put("transform with time", in.transform((rdd, time) -> rdd.distinct()));
        all.put("transformToPair", in.transformToPair(rdd -> rdd.keyBy(String::length)));
        all.put("transformToPair with time", in.transformToPair((rdd, time) -> rdd.keyBy(String::length)));
        all.put("transformWith", in.transformWith(other, (RDD<String> a, RDD<String> b, Time time) -> a.subtract(b)));
        all.put(
                "transformWithToPair",
                in.transformWithToPair(other, (RDD<String> a, RDD<String> b, Time time) -> a.cartesian(b)));
        all.put("mapValues", left.mapValues(n -> n + 1));
        all.put("flatMapValues", left.flatMapValues(n -> List.of(n, n).iterator()));
        all.put("reduceByKey", left.reduceByKey(Integer::sum));
        all.put("groupByKey", left.groupByKey());
        all.put("combineByKey", left.combineByKey(n -> "" + n, (c, n) -> c + n, String::concat));
        all.put("cogroup", left.cogroup(right));
        all.put("join", left.join(right));
        all.put("leftOuterJoin", left.leftOuterJoin(right));
        all.put("rightOuterJoin", left.rightOuterJoin(right));
        all.put("fullOuterJoin", left.fullOuterJoin(right));
        all.put("toDStream", left.toDStream());
        all.put("fromDStream", PairDStream.fromDStream(in.map(word -> pair(word, 1))));
        all.put("union of many", context.union(in, other, in));
        all.put("union of a list", context.union(List.of(left, right)));
        all.put("transform of many", context.transform(List.of(in, other), (rdds, time) -> words(rdds.get(0))));
        all.put("transformToPair of many", context.transformToPair(List.of(in, other), (rdds, time) -> words(
                        rdds.get(0))
                .keyBy(String::length)));
        return all;
    }

    private static int count(java.util.Iterator<?> records) {
        int n = 0;
        for (; records.hasNext(); records.next()) {
            n++;
        }
        return n;
    }

    @SuppressWarnings("unchecked") // the streams are of words
    private static RDD<String> words(RDD<?> rdd) {
        return (RDD<String>) rdd;
    }

    // ---- record by record

    @Test
    @DisplayName("S2.1 map, filter and flatMap keep the order of the records")
    void recordWiseOperationsKeepTheOrder() {
        List<List<Integer>> out = batchesOf(
                (DStream<Integer> in) -> in.map(n -> n * 10)
                        .filter(n -> n != 30)
                        .flatMap(n -> List.of(n, n + 1).iterator()),
                List.of(1, 2, 3, 4),
                List.of(5));

        assertThat(out).containsExactly(List.of(10, 11, 20, 21, 40, 41), List.of(50, 51));
    }

    @Test
    @DisplayName("S2.1 flatMap, flatMapToPair and flatMapValues may give nothing for a record")
    void nothingForARecordIsAllowed() {
        List<List<Tuple2<String, Integer>>> out = batchesOf(
                (DStream<String> in) -> in.flatMap(
                                line -> List.of(line.split(" ")).iterator())
                        .flatMapToPair(word -> word.isEmpty()
                                ? Collections.emptyIterator()
                                : List.of(pair(word, word.length())).iterator())
                        .flatMapValues(n -> n > 1 ? List.of(n, -n).iterator() : Collections.emptyIterator()),
                List.of("a bb", "", "ccc"));

        assertThat(out.get(0)).containsExactly(pair("bb", 2), pair("bb", -2), pair("ccc", 3), pair("ccc", -3));
    }

    @Test
    @DisplayName("S2.1 glom and mapPartitions see the two partitions of a batch, also when they are empty")
    void partitionsAreSeenWhole() {
        List<List<List<Integer>>> gloms =
                batchesOf((DStream<Integer> in) -> in.glom(), List.of(1, 2, 3, 4, 5), List.of());
        List<List<Integer>> sums = batchesOf(
                (DStream<Integer> in) -> in.mapPartitions(records -> {
                    int sum = 0;
                    while (records.hasNext()) {
                        sum += records.next();
                    }
                    return List.of(sum).iterator();
                }),
                List.of(1, 2, 3, 4, 5),
                List.of());

        assertThat(gloms).containsExactly(List.of(List.of(1, 2, 3), List.of(4, 5)), List.of(List.of(), List.of()));
        assertThat(sums).containsExactly(List.of(6, 9), List.of(0, 0));
    }

    @Test
    @DisplayName("S2.1 mapPartitionsToPair gives pairs of whole partitions")
    void partitionsGivePairs() {
        List<List<Tuple2<String, Integer>>> out = batchesOf(
                (DStream<String> in) -> in.mapPartitionsToPair(
                        words -> List.of(pair(words.next(), 1)).iterator()),
                List.of("a", "b", "c", "d"));

        assertThat(out.get(0)).containsExactly(pair("a", 1), pair("c", 1));
    }

    @Test
    @DisplayName("S2.1 mapValues and keyBy leave the other half of the pair alone")
    void theOtherHalfStays() {
        List<List<Tuple2<Integer, String>>> out = batchesOf(
                (DStream<String> in) -> in.keyBy(String::length).mapValues(word -> word + "!"), List.of("a", "bb"));

        assertThat(out.get(0)).containsExactly(pair(1, "a!"), pair(2, "bb!"));
    }

    @Test
    @DisplayName("S2.1 repartition keeps every record and spreads them evenly")
    void repartitionSpreads() {
        List<List<List<Integer>>> out =
                batchesOf((DStream<Integer> in) -> in.repartition(3).glom(), List.of(1, 2, 3, 4, 5, 6), List.of(7));

        assertThat(out.get(0)).hasSize(3).allSatisfy(part -> assertThat(part).hasSize(2));
        assertThat(out.get(0).stream().flatMap(List::stream)).containsExactlyInAnyOrder(1, 2, 3, 4, 5, 6);
        assertThat(out.get(1)).hasSize(3);
        assertThat(out.get(1).stream().flatMap(List::stream)).containsExactly(7);
    }

    @Test
    @DisplayName("S2.1 repartition and countByValue into less than one partition are refused where they are written")
    void noPartitionIsRefused() {
        try (TestStreams t = program(s -> s.<Integer>input("in"))) {
            DStream<Integer> in = t.input("other");
            PairDStream<Integer, Integer> pairs = in.mapToPair(n -> pair(n, n));

            assertThatThrownBy(() -> in.repartition(0)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> in.countByValue(-1)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> pairs.reduceByKey(Integer::sum, 0)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> pairs.join(pairs, 0)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    @DisplayName("S2.1 null records, null keys and null values go through every step")
    @SuppressWarnings("NullAway") // nulls are the point
    void nullsAreRecords() {
        Map<String, List<Object>> out = new HashMap<>();
        try (TestStreams t = program(s -> {
            DStream<String> in = s.<String>input("in").map(word -> word.isEmpty() ? null : word);
            PairDStream<String, Integer> pairs = in.mapToPair(word -> pair(word, word == null ? null : 1));
            keep(out, "records", in);
            keep(out, "spread", in.repartition(2));
            keep(out, "missing", in.filter(word -> word == null));
            keep(out, "count", in.count());
            keep(out, "values", in.countByValue());
            keep(out, "groups", pairs.groupByKey());
            keep(out, "sums", pairs.mapValues(n -> n == null ? 10 : n).reduceByKey(Integer::sum));
            keep(out, "join", pairs.join(pairs.mapValues(n -> "v")));
        })) {
            t.add("in", "a", "", "a", "").advance(1);
        }

        assertThat(out.get("records")).containsExactly("a", null, "a", null);
        assertThat(out.get("spread")).containsExactlyInAnyOrder("a", null, "a", null);
        assertThat(out.get("missing")).containsExactly(null, null);
        assertThat(out.get("count")).containsExactly(4L);
        assertThat(out.get("values")).containsExactlyInAnyOrder(pair("a", 2L), pair(null, 2L));
        assertThat(out.get("groups"))
                .containsExactlyInAnyOrder(pair("a", List.of(1, 1)), pair(null, Arrays.asList(null, null)));
        assertThat(out.get("sums")).containsExactlyInAnyOrder(pair("a", 2), pair(null, 20));
        assertThat(out.get("join")).hasSize(8).containsOnly(pair("a", pair(1, "v")), pair(null, pair(null, "v")));
    }

    private static void keep(Map<String, List<Object>> out, String name, DStreamLike<?, ?, ?> stream) {
        stream.foreachRDD(rdd -> {
            out.put(name, new ArrayList<>(rdd.collect()));
        });
    }

    // ---- three forms

    @Test
    @DisplayName(
            "S2.2 reduceByKey, groupByKey and combineByKey give the same in each form, in the partitions asked for")
    void keyedOperationsHaveThreeForms() {
        Partitioner p = new ByLength(4);
        forms(pairs -> List.of(
                pairs.reduceByKey(Integer::sum),
                pairs.reduceByKey(Integer::sum, 3),
                pairs.reduceByKey(Integer::sum, p)));
        forms(pairs -> List.of(pairs.groupByKey(), pairs.groupByKey(3), pairs.groupByKey(p)));
        forms(pairs -> List.of(
                pairs.combineByKey(StatelessSemantics::one, StatelessSemantics::more, StatelessSemantics::all),
                pairs.combineByKey(StatelessSemantics::one, StatelessSemantics::more, StatelessSemantics::all, 3),
                pairs.combineByKey(StatelessSemantics::one, StatelessSemantics::more, StatelessSemantics::all, p),
                pairs.combineByKey(StatelessSemantics::one, StatelessSemantics::more, StatelessSemantics::all, p, true),
                pairs.combineByKey(
                        StatelessSemantics::one, StatelessSemantics::more, StatelessSemantics::all, p, false)));
    }

    @Test
    @DisplayName("S2.2 cogroup and the joins give the same in each form, in the partitions asked for")
    void joinsHaveThreeForms() {
        Partitioner p = new ByLength(4);
        forms(a -> List.of(a.cogroup(some(a)), a.cogroup(some(a), 3), a.cogroup(some(a), p)));
        forms(a -> List.of(a.join(some(a)), a.join(some(a), 3), a.join(some(a), p)));
        forms(a -> List.of(a.leftOuterJoin(some(a)), a.leftOuterJoin(some(a), 3), a.leftOuterJoin(some(a), p)));
        forms(a -> List.of(some(a).rightOuterJoin(a), some(a).rightOuterJoin(a, 3), some(a).rightOuterJoin(a, p)));
        forms(a -> List.of(a.fullOuterJoin(some(a)), a.fullOuterJoin(some(a), 3), a.fullOuterJoin(some(a), p)));
    }

    @Test
    @DisplayName("S2.2 countByValue gives the same with the default parallelism and with a number of partitions")
    void countByValueHasTwoForms() {
        List<List<List<Tuple2<String, Long>>>> byDefault =
                batchesOf((DStream<String> in) -> in.countByValue().glom(), List.of("a", "b", "a"));
        List<List<List<Tuple2<String, Long>>>> inThree =
                batchesOf((DStream<String> in) -> in.countByValue(3).glom(), List.of("a", "b", "a"));

        assertThat(byDefault.get(0)).hasSize(2);
        assertThat(inThree.get(0)).hasSize(3);
        assertThat(inThree.get(0).stream().flatMap(List::stream))
                .containsExactlyInAnyOrderElementsOf(
                        byDefault.get(0).stream().flatMap(List::stream).toList())
                .containsExactlyInAnyOrder(pair("a", 2L), pair("b", 1L));
    }

    @Test
    @DisplayName("S2.2 the pairs of a key are together in the partition that the partitioner says")
    void thePartitionerPlacesTheKeys() {
        List<List<List<Tuple2<String, Integer>>>> out = batchesOf(
                (DStream<String> in) -> in.mapToPair(word -> pair(word, 1))
                        .reduceByKey(Integer::sum, new ByLength(3))
                        .glom(),
                List.of("a", "bb", "ccc", "a", "dddd"));

        assertThat(out.get(0)).hasSize(3);
        assertBatch(out.get(0).get(0)).containsExactlyInAnyOrder(pair("ccc", 1));
        assertBatch(out.get(0).get(1)).containsExactlyInAnyOrder(pair("a", 2), pair("dddd", 1));
        assertBatch(out.get(0).get(2)).containsExactlyInAnyOrder(pair("bb", 1));
    }

    /** The forms: by default, in 3 partitions, and by a partitioner of 4. */
    private void forms(
            java.util.function.Function<PairDStream<String, Integer>, List<PairDStream<String, ?>>> operation) {
        List<Integer> partitions = Collections.synchronizedList(new ArrayList<>());
        AtomicInteger forms = new AtomicInteger();
        try (TestStreams t = program(s -> {
            PairDStream<String, Integer> pairs = s.<String>input("in").mapToPair(word -> pair(word, word.length()));
            for (PairDStream<String, ?> form : operation.apply(pairs)) {
                s.collect("form " + forms.getAndIncrement(), form);
                form.foreachRDD(rdd -> {
                    partitions.add(rdd.getNumPartitions());
                });
            }
        })) {
            t.add("in", "a", "bb", "ccc", "a", "bb", "a").advance(1);
            int byDefault = t.context().batchContext().defaultParallelism();
            List<Object> first = t.last("form 0");

            assertThat(first).isNotEmpty();
            assertThat(partitions.subList(0, 3)).containsExactly(byDefault, 3, 4);
            assertThat(partitions.subList(3, partitions.size())).allMatch(n -> n == 4);
            for (int i = 1; i < forms.get(); i++) {
                assertBatch(t.last("form " + i)).containsExactlyInAnyOrderElementsOf(first);
            }
        }
    }

    /** Some of the keys, and one more. */
    private static PairDStream<String, String> some(PairDStream<String, Integer> pairs) {
        return pairs.filter(pair -> pair._2() > 1).mapToPair(pair -> pair(pair._2() > 2 ? "x" : pair._1(), "v"));
    }

    private static List<Integer> one(Integer n) {
        return List.of(n);
    }

    private static List<Integer> more(List<Integer> list, Integer n) {
        return all(list, List.of(n));
    }

    private static List<Integer> all(List<Integer> a, List<Integer> b) {
        List<Integer> both = new ArrayList<>(a);
        both.addAll(b);
        return both;
    }

    @Test
    @DisplayName("S2.2 combineByKey makes, merges and combines, with and without combining before the shuffle")
    void combineByKeyCombines() {
        for (boolean mapSide : List.of(true, false)) {
            List<List<Tuple2<String, List<Integer>>>> out = batchesOf(
                    (DStream<String> in) -> in.mapToPair(word -> pair(word.substring(0, 1), word.length()))
                            .combineByKey(
                                    StatelessSemantics::one,
                                    StatelessSemantics::more,
                                    StatelessSemantics::all,
                                    Partitioner.hash(2),
                                    mapSide),
                    List.of("a", "aa", "b", "aaa"));

            assertThat(out.get(0))
                    .as("map side %s", mapSide)
                    .containsExactlyInAnyOrder(pair("a", List.of(1, 2, 3)), pair("b", List.of(1)));
        }
    }

    // ---- a batch as a whole

    @Test
    @DisplayName("S2.3 count yields one value for each batch, 0 for an empty one")
    void countYieldsOneValue() {
        List<List<Long>> out = batchesOf(
                (DStream<Integer> in) -> in.filter(n -> n > 1).count(),
                List.of(),
                List.of(1),
                List.of(1, 2, 3),
                List.of(1));

        assertThat(out).containsExactly(List.of(0L), List.of(0L), List.of(2L), List.of(0L));
    }

    @Test
    @DisplayName("S2.4 reduce yields nothing for an empty batch, and the record itself for a single one")
    void reduceOfNothingIsNothing() {
        List<List<Integer>> out = batchesOf(
                (DStream<Integer> in) -> in.reduce(Integer::sum), List.of(), List.of(7), List.of(1, 2, 3), List.of());

        assertThat(out).containsExactly(List.of(), List.of(7), List.of(6), List.of());
    }

    // ---- two streams

    @Test
    @DisplayName("S2.5 joins and cogroup pair the RDDs of the same batch time")
    void keysOfDifferentBatchesDoNotMeet() {
        List<List<String>> left = List.of(List.of("a"), List.of("b"), List.of("c"));
        List<List<String>> right = List.of(List.of("b"), List.of("a", "b"), List.of());

        assertThat(batchesOf((DStream<String> l, DStream<String> r) -> ones(l).join(marks(r)), left, right))
                .containsExactly(List.of(), List.of(pair("b", pair(1, "x"))), List.of());
        assertThat(batchesOf(
                                (DStream<String> l, DStream<String> r) ->
                                        ones(l).cogroup(marks(r)).mapValues(groups -> groups.toString()),
                                left,
                                right)
                        .stream()
                        .map(HashSet::new))
                .containsExactly(
                        new HashSet<>(List.of(pair("a", "([1],[])"), pair("b", "([],[x])"))),
                        new HashSet<>(List.of(pair("b", "([1],[x])"), pair("a", "([],[x])"))),
                        new HashSet<>(List.of(pair("c", "([1],[])"))));
    }

    @Test
    @DisplayName("S2.5 a join gives every pair of values of a key")
    void aJoinGivesEveryPairOfValues() {
        List<List<Tuple2<String, Tuple2<Integer, String>>>> out = batchesOf(
                (DStream<String> l, DStream<String> r) -> ones(l).join(marks(r)),
                List.of(List.of("a", "a", "b")),
                List.of(List.of("a", "a", "a")));

        assertThat(out.get(0)).hasSize(6).containsOnly(pair("a", pair(1, "x")));
    }

    @Test
    @DisplayName("S2.6 the outer sides of joins are Optional")
    void outerSidesAreOptional() {
        List<List<String>> left = List.of(List.of("a", "b"));
        List<List<String>> right = List.of(List.of("b", "c"));

        assertBatch(batchesOf((DStream<String> l, DStream<String> r) -> ones(l).leftOuterJoin(marks(r)), left, right)
                        .get(0))
                .containsExactlyInAnyOrder(pair("a", pair(1, Optional.empty())), pair("b", pair(1, Optional.of("x"))));
        assertBatch(batchesOf((DStream<String> l, DStream<String> r) -> ones(l).rightOuterJoin(marks(r)), left, right)
                        .get(0))
                .containsExactlyInAnyOrder(
                        pair("b", pair(Optional.of(1), "x")), pair("c", pair(Optional.empty(), "x")));
        assertBatch(batchesOf((DStream<String> l, DStream<String> r) -> ones(l).fullOuterJoin(marks(r)), left, right)
                        .get(0))
                .containsExactlyInAnyOrder(
                        pair("a", pair(Optional.of(1), Optional.empty())),
                        pair("b", pair(Optional.of(1), Optional.of("x"))),
                        pair("c", pair(Optional.empty(), Optional.of("x"))));
    }

    @Test
    @DisplayName("S2.6 Tuple2 carries Optional through a shuffle, through serialized levels and across the wire")
    void tuplesCarryOptional() throws Exception {
        List<List<Tuple2<String, Tuple2<Optional<Integer>, Optional<String>>>>> out = batchesOf(
                (DStream<String> l, DStream<String> r) -> ones(l).fullOuterJoin(marks(r))
                        .repartition(3)
                        .persist(StorageLevel.MEMORY_ONLY_SER)
                        .filter(pair -> true)
                        .persist(StorageLevel.DISK_ONLY),
                List.of(List.of("a", "b")),
                List.of(List.of("b", "c")));

        assertBatch(out.get(0))
                .containsExactlyInAnyOrder(
                        pair("a", pair(Optional.of(1), Optional.empty())),
                        pair("b", pair(Optional.of(1), Optional.of("x"))),
                        pair("c", pair(Optional.empty(), Optional.of("x"))));
        for (Tuple2<?, ?> pair : out.get(0)) {
            assertThat(copy(pair)).isEqualTo(pair);
        }
    }

    @Test
    @DisplayName("S2.7 the iterables of groupByKey and cogroup are serializable lists, in the order of the records")
    void groupsAreSerializableLists() throws Exception {
        List<List<Tuple2<String, Iterable<Integer>>>> groups = batchesOf(
                (DStream<String> in) -> in.mapToPair(word -> pair(word.substring(0, 1), word.length()))
                        .groupByKey(),
                List.of("a", "b", "aaa", "aa", "bb"));
        List<List<Tuple2<String, Tuple2<Iterable<Integer>, Iterable<String>>>>> cogroups = batchesOf(
                (DStream<String> l, DStream<String> r) -> ones(l).cogroup(marks(r)),
                List.of(List.of("a", "a")),
                List.of(List.of("b")));

        assertBatch(groups.get(0)).containsExactlyInAnyOrder(pair("a", List.of(1, 3, 2)), pair("b", List.of(1, 2)));
        for (Tuple2<String, Iterable<Integer>> group : groups.get(0)) {
            assertThat(group._2()).isInstanceOf(List.class).isInstanceOf(Serializable.class);
            assertThat(copy(group)).isEqualTo(group);
        }
        assertThat(cogroups.get(0)).hasSize(2);
        for (Tuple2<String, Tuple2<Iterable<Integer>, Iterable<String>>> group : cogroups.get(0)) {
            assertThat(group._2()._1()).isInstanceOf(List.class).isInstanceOf(Serializable.class);
            assertThat(group._2()._2()).isInstanceOf(List.class).isInstanceOf(Serializable.class);
            assertThat(copy(group)).isEqualTo(group);
        }
    }

    private static Object copy(Object object) throws IOException, ClassNotFoundException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(object);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            return in.readObject();
        }
    }

    // ---- several streams

    @Test
    @DisplayName("S2.8 union gives the records of all streams, transform sees their RDDs in order")
    void manyStreamsBecomeOne() {
        Map<String, List<Object>> out = new HashMap<>();
        try (TestStreams t = program(s -> {
            DStream<String> a = s.input("a");
            DStream<String> b = s.input("b");
            DStream<String> c = s.input("c");
            keep(out, "two", a.union(b));
            keep(out, "three", s.context().union(a, b, c));
            keep(out, "one", s.context().union(List.of(a)));
            keep(out, "pairs", ones(a).union(ones(c)));
            keep(out, "function", s.context().transform(List.of(a, b, c), (rdds, time) -> words(rdds.get(2))
                    .union(words(rdds.get(0)))));
            keep(out, "keyed", s.context().transformToPair(List.of(a, b), (rdds, time) -> words(rdds.get(1))
                    .mapToPair(word -> pair(word, 2))));
            keep(out, "with", a.transformWith(b, (RDD<String> x, RDD<String> y, Time time) -> y.union(x)));
            keep(
                    out,
                    "with pairs",
                    a.transformWithToPair(ones(b), (RDD<String> x, PairRDD<String, Integer> y, Time time) -> y));
        })) {
            t.add("a", "1", "2").add("b", "3").add("c", "4").advance(1);
        }

        assertThat(out.get("two")).containsExactly("1", "2", "3");
        assertThat(out.get("three")).containsExactly("1", "2", "3", "4");
        assertThat(out.get("one")).containsExactly("1", "2");
        assertThat(out.get("pairs")).containsExactly(pair("1", 1), pair("2", 1), pair("4", 1));
        assertThat(out.get("function")).containsExactly("4", "1", "2");
        assertThat(out.get("keyed")).containsExactly(pair("3", 2));
        assertThat(out.get("with")).containsExactly("3", "1", "2");
        assertThat(out.get("with pairs")).containsExactly(pair("3", 1));
    }

    @Test
    @DisplayName("S2.8 union and transform over no stream are refused")
    void noStreamIsRefused() {
        try (TestStreams t = program(s -> s.input("in"))) {
            StreamingContext context = t.context();
            List<DStream<String>> none = List.of();

            assertThatThrownBy(() -> context.<DStream<String>>union(none))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("ACQ-0921")
                    .hasMessageContaining("at least one");
            assertThatThrownBy(() -> context.transform(none, (rdds, time) -> words(rdds.get(0))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("ACQ-0914")
                    .hasMessageContaining("at least one");
            assertThatThrownBy(() -> context.transformToPair(
                            none, (rdds, time) -> words(rdds.get(0)).keyBy(word -> word)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("ACQ-0914");
        }
    }

    @Test
    @DisplayName("S2.8 streams of two contexts cannot be combined, and both are named")
    void streamsOfTwoContextsAreRefused() {
        try (TestStreams t = program(s -> s.input("in"));
                TestStreams foreign = program(s -> s.input("in"))) {
            StreamingContext context = t.context();
            DStream<String> ours = t.<String>input("ours").name("ours");
            DStream<String> theirs = foreign.<String>input("theirs").name("theirs");
            List<Runnable> mixes = List.of(
                    () -> ours.union(theirs),
                    () -> context.union(ours, theirs),
                    () -> context.union(List.of(ours, theirs)),
                    () -> context.transform(List.of(ours, theirs), (rdds, time) -> words(rdds.get(0))),
                    () -> context.transformToPair(List.of(ours, theirs), (rdds, time) -> words(rdds.get(0))
                            .keyBy(w -> w)),
                    () -> ours.transformWith(theirs, (RDD<String> a, RDD<String> b, Time time) -> a),
                    () -> ones(ours).union(ones(theirs)),
                    () -> ones(ours).join(ones(theirs)),
                    () -> ones(ours).cogroup(ones(theirs)));

            for (Runnable mix : mixes) {
                assertThatThrownBy(mix::run)
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("ACQ-0915")
                        .hasMessageContaining("two contexts");
            }
            assertThatThrownBy(() -> ours.union(theirs))
                    .hasMessageContaining("ours")
                    .hasMessageContaining("theirs");
        }
    }

    @Test
    @DisplayName(
            "S2.9 the function of transform runs on the driver, once for each batch, however many outputs there are")
    void transformRunsOncePerBatchOnTheDriver() {
        AtomicInteger calls = new AtomicInteger();
        List<Time> times = Collections.synchronizedList(new ArrayList<>());
        try (TestStreams t = program(s -> {
            DStream<Integer> smallest = s.<Integer>input("in").transform((rdd, time) -> {
                calls.incrementAndGet();
                times.add(time);
                int least = rdd.isEmpty() ? 0 : rdd.takeOrdered(1).get(0);
                return rdd.filter(n -> n == least);
            });
            s.collect("one", smallest);
            s.collect("two", smallest.map(n -> -n));
            s.collect("three", smallest.count());
        })) {
            Time start = now(t);
            t.add("in", 3, 1, 2).add("in", 6, 5, 5).advance(3);

            assertThat(calls).hasValue(3);
            assertThat(times)
                    .containsExactly(
                            start.plus(SECOND), start.plus(SECOND.multipliedBy(2)), start.plus(SECOND.multipliedBy(3)));
            assertThat(t.<Integer>batches("one")).containsExactly(List.of(1), List.of(5, 5), List.of());
            assertThat(t.<Integer>batches("two")).containsExactly(List.of(-1), List.of(-5, -5), List.of());
            assertThat(t.<Long>batches("three")).containsExactly(List.of(1L), List.of(2L), List.of(0L));
        }
    }

    @Test
    @DisplayName("S2.10 a transform that returns null fails its batch and says to return an empty RDD")
    @SuppressWarnings("NullAway") // null is the point
    void aTransformThatReturnsNullFails() {
        List<VoidFunction<TestStreams>> programs = List.of(
                s -> s.<String>input("in").transform(rdd -> (RDD<String>) null).print(),
                s -> s.<String>input("in")
                        .transform((rdd, time) -> (RDD<String>) null)
                        .print(),
                s -> s.<String>input("in")
                        .transformToPair(rdd -> (PairRDD<String, String>) null)
                        .print(),
                s -> s.<String>input("in")
                        .transformToPair((rdd, time) -> (PairRDD<String, String>) null)
                        .print(),
                s -> s.<String>input("in")
                        .transformWith(
                                s.<String>input("b"), (RDD<String> a, RDD<String> b, Time time) -> (RDD<String>) null)
                        .print(),
                s -> s.context()
                        .transform(List.of(s.<String>input("in")), (rdds, time) -> (RDD<String>) null)
                        .print(),
                s -> s.context()
                        .transformToPair(List.of(s.<String>input("in")), (rdds, time) -> (PairRDD<String, String>) null)
                        .print());

        for (VoidFunction<TestStreams> program : programs) {
            try (TestStreams t = program(program)) {
                assertThatThrownBy(() -> t.advance(1))
                        .isInstanceOf(BatchFailedException.class)
                        .hasStackTraceContaining("ACQ-0903")
                        .hasStackTraceContaining("return an empty RDD instead");
            }
        }
    }

    @Test
    @DisplayName("S2.10 a transform may return an empty RDD, as the message says")
    void aTransformMayReturnAnEmptyRdd() {
        try (TestStreams t = program(s -> s.collect(
                "out", s.<String>input("in").transform(rdd -> rdd.context().emptyRDD())))) {
            t.add("in", "a").advance(1);

            assertThat(t.last("out")).isEmpty();
        }
    }

    // ---- worked examples

    @Test
    @DisplayName("S2.23 map(toString)")
    void exampleOfMap() {
        assertThat(batchesOf(
                        (DStream<Integer> in) -> in.map(String::valueOf),
                        List.of(1, 2, 3, 4),
                        List.of(5, 6, 7, 8),
                        List.of(9, 10, 11, 12)))
                .containsExactly(
                        List.of("1", "2", "3", "4"), List.of("5", "6", "7", "8"), List.of("9", "10", "11", "12"));
    }

    @Test
    @DisplayName("S2.24 filter(even)")
    void exampleOfFilter() {
        assertThat(batchesOf(
                        (DStream<Integer> in) -> in.filter(n -> n % 2 == 0), List.of(1, 2, 3, 4), List.of(5, 6, 7, 8)))
                .containsExactly(List.of(2, 4), List.of(6, 8));
    }

    @Test
    @DisplayName("S2.25 reduceByKey(+) on (x,1)")
    void exampleOfReduceByKey() {
        List<List<Tuple2<String, Integer>>> out = batchesOf(
                (DStream<String> in) -> ones(in).reduceByKey(Integer::sum),
                List.of("a", "a", "b"),
                List.of("", ""),
                List.of());

        assertThat(out.get(0)).containsExactlyInAnyOrder(pair("a", 2), pair("b", 1));
        assertThat(out.get(1)).containsExactly(pair("", 2));
        assertThat(out.get(2)).isEmpty();
    }

    @Test
    @DisplayName("S2.26 reduce(+)")
    void exampleOfReduce() {
        assertThat(batchesOf((DStream<Integer> in) -> in.reduce(Integer::sum), List.of(1, 2, 3, 4), List.of()))
                .containsExactly(List.of(10), List.of());
    }

    @Test
    @DisplayName("S2.27 count")
    void exampleOfCount() {
        assertThat(batchesOf((DStream<Integer> in) -> in.count(), List.of(), List.of(1), List.of(1, 2)))
                .containsExactly(List.of(0L), List.of(1L), List.of(2L));
    }

    @Test
    @DisplayName("S2.28 countByValue")
    void exampleOfCountByValue() {
        List<List<Tuple2<Integer, Long>>> out =
                batchesOf((DStream<Integer> in) -> in.countByValue(), List.of(1), List.of(1, 1, 1), List.of(1, 2));

        assertThat(out.get(0)).containsExactly(pair(1, 1L));
        assertThat(out.get(1)).containsExactly(pair(1, 3L));
        assertThat(out.get(2)).containsExactlyInAnyOrder(pair(1, 1L), pair(2, 1L));
    }

    @Test
    @DisplayName("S2.29 join of (x,1) and (x,\"x\")")
    void exampleOfJoin() {
        List<List<Tuple2<String, Tuple2<Integer, String>>>> out = batchesOf(
                (DStream<String> l, DStream<String> r) -> ones(l).join(marks(r)),
                List.of(List.of("a", "b"), List.of("a", "")),
                List.of(List.of("a", "b"), List.of("b", "")));

        assertThat(out.get(0)).containsExactlyInAnyOrder(pair("a", pair(1, "x")), pair("b", pair(1, "x")));
        assertThat(out.get(1)).containsExactly(pair("", pair(1, "x")));
    }

    @Test
    @DisplayName("S2.30 cogroup")
    void exampleOfCogroup() {
        List<List<Tuple2<String, Tuple2<Iterable<Integer>, Iterable<String>>>>> out = batchesOf(
                (DStream<String> l, DStream<String> r) -> ones(l).cogroup(marks(r)),
                List.of(List.of("a", "a", "b")),
                List.of(List.of("a", "a", "b")));

        assertBatch(out.get(0))
                .containsExactlyInAnyOrder(
                        pair("a", pair(List.of(1, 1), List.of("x", "x"))), pair("b", pair(List.of(1), List.of("x"))));
    }

    @Test
    @DisplayName("S2.31 join of RDDs")
    void exampleOfJoinOfRdds() {
        try (BatchContext batch = new BatchContext(conf())) {
            PairRDD<Integer, Integer> left = batch.parallelizePairs(List.of(pair(1, 2), pair(3, 4), pair(3, 6)), 2);
            PairRDD<Integer, Integer> right = batch.parallelizePairs(List.of(pair(3, 9)), 2);

            assertThat(left.join(right).collect()).containsExactlyInAnyOrder(pair(3, pair(4, 9)), pair(3, pair(6, 9)));
        }
    }

    @Test
    @DisplayName("S2.32 cogroup of RDDs")
    void exampleOfCogroupOfRdds() {
        try (BatchContext batch = new BatchContext(conf())) {
            PairRDD<Integer, Integer> left = batch.parallelizePairs(List.of(pair(1, 2), pair(3, 4), pair(3, 6)), 2);
            PairRDD<Integer, Integer> right = batch.parallelizePairs(List.of(pair(3, 9)), 2);

            assertBatch(left.cogroup(right).collect())
                    .containsExactlyInAnyOrder(
                            pair(1, pair(List.of(2), List.of())), pair(3, pair(List.of(4, 6), List.of(9))));
        }
    }

    private static PairDStream<String, Integer> ones(DStream<String> words) {
        return words.mapToPair(word -> pair(word, 1));
    }

    private static PairDStream<String, String> marks(DStream<String> words) {
        return words.mapToPair(word -> pair(word, "x"));
    }
}
