/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.DStream;
import io.acequia.streaming.DStreamLike;
import io.acequia.streaming.InputDStream;
import io.acequia.streaming.PairDStream;
import io.acequia.streaming.PairRDD;
import io.acequia.streaming.RDD;
import io.acequia.streaming.State;
import io.acequia.streaming.StateSpec;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.data.Durations;
import io.acequia.streaming.data.Partitioner;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.function.Ordering;
import io.acequia.streaming.testkit.TestStreams;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/**
 * Chains as people write them: with lambdas and method references, without naming a type that the compiler can find. That
 * this file compiles is half of the test; the other half runs each chain once.
 */
class InferenceTest {
    /** What a chain makes of one batch of the words a, bb, a. */
    private static <T> List<T> ofWords(Function<DStream<String>, ? extends DStreamLike<T, ?, ?>> chain) {
        try (TestStreams t =
                TestStreams.every(Durations.seconds(1), s -> s.collect("out", chain.apply(s.input("words"))))) {
            return t.add("words", "a", "bb", "a").advance(1).last("out");
        }
    }

    /** What a chain makes of one batch each of (a,1) (a,2) (b,3) and (a,x) (c,y). */
    private static <T> List<T> ofPairs(
            BiFunction<PairDStream<String, Integer>, PairDStream<String, String>, ? extends DStreamLike<T, ?, ?>>
                    chain) {
        try (TestStreams t = TestStreams.every(Durations.seconds(1), s -> {
            DStream<Tuple2<String, Integer>> left = s.input("left");
            DStream<Tuple2<String, String>> right = s.input("right");
            s.collect("out", chain.apply(PairDStream.fromDStream(left), PairDStream.fromDStream(right)));
        })) {
            t.add("left", Tuple2.of("a", 1), Tuple2.of("a", 2), Tuple2.of("b", 3));
            t.add("right", Tuple2.of("a", "x"), Tuple2.of("c", "y"));
            return t.advance(1).last("out");
        }
    }

    /** What an output is given of one batch of the words a, bb, a, by name. */
    private static Map<String, Object> given(BiFunction<DStream<String>, String, ?> output) {
        String run = "run " + OUTPUTS.size();
        OUTPUTS.put(run, new ConcurrentHashMap<>());
        try (TestStreams t = TestStreams.every(Durations.seconds(1), s -> output.apply(s.input("words"), run))) {
            t.add("words", "a", "bb", "a").advance(1);
        }
        return OUTPUTS.get(run);
    }

    /** Functions are copied on their way to tasks, so what they leave behind lies here. */
    private static final Map<String, Map<String, Object>> OUTPUTS = new ConcurrentHashMap<>();

    private static List<Integer> sorted(Iterable<Integer> values) {
        List<Integer> sorted = new ArrayList<>();
        values.forEach(sorted::add);
        Collections.sort(sorted);
        return sorted;
    }

    private static String upper(String word) {
        return word.toUpperCase(Locale.ROOT);
    }

    private static Iterator<String> letters(String word) {
        return Arrays.asList(word.split("")).iterator();
    }

    private static Tuple2<Integer, String> byLength(String word) {
        return Tuple2.of(word.length(), word);
    }

    private static RDD<String> sortedBatch(RDD<String> batch) {
        return batch.sortBy(word -> word, false, 1);
    }

    @Test
    void mapAndFilterTakeLambdasAndMethodReferences() {
        List<Integer> lengths = ofWords(
                words -> words.map(String::length).filter(length -> length > 1).map(length -> length * 10));
        assertThat(lengths).containsExactly(20);

        List<String> uppers =
                ofWords(words -> words.filter(word -> !word.isEmpty()).map(InferenceTest::upper));
        assertThat(uppers).containsExactly("A", "BB", "A");
    }

    @Test
    void flatMapGivesAnyNumberOfRecords() {
        List<String> letters =
                ofWords(words -> words.flatMap(InferenceTest::letters).map(String::trim));
        assertThat(letters).containsExactly("a", "b", "b", "a");

        List<Tuple2<String, Integer>> pairs = ofWords(words -> words.flatMap(
                        word -> List.of(word, word + "!").iterator())
                .flatMapToPair(word -> List.of(Tuple2.of(word, word.length())).iterator())
                .filter(pair -> pair._2() > 2));
        assertThat(pairs).containsExactly(Tuple2.of("bb!", 3));
    }

    @Test
    void mapToPairAndReduceByKeyCount() {
        List<Tuple2<String, Integer>> counts =
                ofWords(words -> words.mapToPair(word -> Tuple2.of(word, 1)).reduceByKey(Integer::sum));
        assertThat(counts).containsExactlyInAnyOrder(Tuple2.of("a", 2), Tuple2.of("bb", 1));

        List<Tuple2<Integer, String>> longest = ofWords(words ->
                words.mapToPair(InferenceTest::byLength).reduceByKey((one, other) -> one + other, Partitioner.hash(3)));
        assertThat(longest).containsExactlyInAnyOrder(Tuple2.of(1, "aa"), Tuple2.of(2, "bb"));
    }

    @Test
    void keysAndValuesKeepTheirTypesAlongAChain() {
        List<String> lines = ofWords(words -> words.keyBy(String::length)
                .mapValues(InferenceTest::upper)
                .flatMapValues(InferenceTest::letters)
                .groupByKey(2)
                .map(group -> group._1() + String.join("", group._2())));
        assertThat(lines).containsExactlyInAnyOrder("1AA", "2BB");
    }

    @Test
    void combineByKeyInfersTheTypeOfTheCombiner() {
        List<Tuple2<String, Double>> averages = ofPairs((numbers, names) -> numbers.combineByKey(
                        value -> Tuple2.of(value, 1),
                        (sum, value) -> Tuple2.of(sum._1() + value, sum._2() + 1),
                        (one, other) -> Tuple2.of(one._1() + other._1(), one._2() + other._2()))
                .mapValues(sum -> (double) sum._1() / sum._2()));
        assertThat(averages).containsExactlyInAnyOrder(Tuple2.of("a", 1.5), Tuple2.of("b", 3.0));
    }

    @Test
    void joinPairsTheValuesOfCommonKeys() {
        List<String> joined = ofPairs((numbers, names) ->
                numbers.join(names).mapValues(pair -> pair._1() + pair._2()).map(Tuple2::_2));
        assertThat(joined).containsExactlyInAnyOrder("1x", "2x");
    }

    @Test
    void outerJoinsGiveOptionals() {
        List<Tuple2<String, String>> left = ofPairs((numbers, names) -> numbers.leftOuterJoin(names)
                .mapValues(pair -> pair._1() + pair._2().orElse("-")));
        assertThat(left).containsExactlyInAnyOrder(Tuple2.of("a", "1x"), Tuple2.of("a", "2x"), Tuple2.of("b", "3-"));

        List<Tuple2<String, String>> right = ofPairs((numbers, names) -> numbers.reduceByKey(Integer::sum)
                .rightOuterJoin(names)
                .mapValues(pair -> pair._1().orElse(0) + pair._2()));
        assertThat(right).containsExactlyInAnyOrder(Tuple2.of("a", "3x"), Tuple2.of("c", "0y"));

        List<Tuple2<String, Tuple2<Optional<Integer>, Optional<String>>>> full =
                ofPairs((numbers, names) -> numbers.reduceByKey(Integer::sum).fullOuterJoin(names));
        assertThat(full)
                .containsExactlyInAnyOrder(
                        Tuple2.of("a", Tuple2.of(Optional.of(3), Optional.of("x"))),
                        Tuple2.of("b", Tuple2.of(Optional.of(3), Optional.empty())),
                        Tuple2.of("c", Tuple2.of(Optional.empty(), Optional.of("y"))));
    }

    @Test
    void cogroupGivesTheValuesOfBoth() {
        List<Tuple2<String, String>> groups = ofPairs((numbers, names) ->
                numbers.cogroup(names).mapValues(both -> sorted(both._1()) + String.join("", both._2())));
        assertThat(groups)
                .containsExactlyInAnyOrder(Tuple2.of("a", "[1, 2]x"), Tuple2.of("b", "[3]"), Tuple2.of("c", "[]y"));
    }

    @Test
    void transformTellsItsTwoFormsApart() {
        List<String> untimed =
                ofWords(words -> words.transform(batch -> batch.distinct().sortBy(word -> word, true, 1)));
        assertThat(untimed).containsExactly("a", "bb");

        List<String> timed = ofWords(
                words -> words.transform((batch, time) -> batch.map(word -> word + time.milliseconds() % 2000)));
        assertThat(timed).containsExactly("a1000", "bb1000", "a1000");

        List<String> referenced = ofWords(words -> words.transform(InferenceTest::sortedBatch));
        assertThat(referenced).containsExactly("bb", "a", "a");
    }

    @Test
    void transformOfPairsSeesAPairRdd() {
        List<Tuple2<String, Integer>> sorted = ofPairs((numbers, names) ->
                numbers.transformToPair(batch -> batch.reduceByKey(Integer::sum).sortByKey(false)));
        assertThat(sorted).containsExactly(Tuple2.of("b", 3), Tuple2.of("a", 3));

        List<String> keys = ofPairs((numbers, names) -> numbers.transform(PairRDD::keys));
        assertThat(keys).containsExactlyInAnyOrder("a", "a", "b");

        List<Tuple2<Integer, String>> fromPlain = ofWords(
                words -> words.transformToPair((batch, time) -> batch.distinct().mapToPair(InferenceTest::byLength)));
        assertThat(fromPlain).containsExactlyInAnyOrder(Tuple2.of(1, "a"), Tuple2.of(2, "bb"));
    }

    @Test
    void transformWithSeesTheRddsOfBothStreams() {
        List<String> both = ofPairs((numbers, names) ->
                numbers.transformWith(names, (ours, theirs, time) -> ours.keys().union(theirs.values())));
        assertThat(both).containsExactlyInAnyOrder("a", "a", "b", "x", "y");

        List<Tuple2<String, Integer>> without = ofPairs((numbers, names) ->
                numbers.transformWithToPair(names, (ours, theirs, time) -> ours.subtractByKey(theirs)));
        assertThat(without).containsExactly(Tuple2.of("b", 3));

        List<Integer> plain = ofPairs((numbers, names) -> numbers.map(Tuple2::_2)
                .transformWith(names.toDStream(), (ours, theirs, time) -> ours.filter(number -> number > 1)));
        assertThat(plain).containsExactlyInAnyOrder(2, 3);
    }

    @Test
    void unionKeepsTheKindOfTheStream() {
        List<Tuple2<String, Integer>> pairs = ofPairs((numbers, names) ->
                numbers.union(names.mapValues(String::length)).reduceByKey(Integer::sum));
        assertThat(pairs).containsExactlyInAnyOrder(Tuple2.of("a", 4), Tuple2.of("b", 3), Tuple2.of("c", 1));

        List<String> plain = ofWords(words -> words.context()
                .union(words, words.map(InferenceTest::upper), words.filter(word -> word.length() > 1))
                .map(word -> word));
        assertThat(plain).containsExactlyInAnyOrder("a", "bb", "a", "A", "BB", "A", "bb");

        List<Tuple2<String, Integer>> many = ofPairs((numbers, names) -> numbers.context()
                .union(List.of(numbers, names.mapValues(String::length)))
                .mapValues(value -> value + 1));
        assertThat(many)
                .containsExactlyInAnyOrder(
                        Tuple2.of("a", 2), Tuple2.of("a", 3), Tuple2.of("b", 4), Tuple2.of("a", 2), Tuple2.of("c", 2));
    }

    @Test
    void countsAndReductionsOfABatchKeepTheirTypes() {
        List<Tuple2<String, Long>> counts =
                ofWords(words -> words.countByValue().filter(pair -> pair._2() > 1L));
        assertThat(counts).containsExactly(Tuple2.of("a", 2L));

        List<Long> count = ofWords(words -> words.count().map(n -> n + 1));
        assertThat(count).containsExactly(4L);

        List<Integer> sum = ofWords(words -> words.map(String::length).reduce(Integer::sum));
        assertThat(sum).containsExactly(4);
    }

    @Test
    void partitionsAreIteratorsAndLists() {
        List<Integer> sizes = ofWords(words -> words.glom().map(List::size));
        assertThat(sizes).containsExactly(2, 1);

        List<String> first = ofWords(
                words -> words.mapPartitions(rows -> List.of(rows.next()).iterator()));
        assertThat(first).containsExactly("a", "a");

        List<Tuple2<String, Integer>> pairs = ofWords(words -> words.mapPartitionsToPair(
                        rows -> List.of(Tuple2.of(rows.next(), 1)).iterator())
                .reduceByKey(Integer::sum, 1));
        assertThat(pairs).containsExactly(Tuple2.of("a", 2));
    }

    @Test
    void transformOverManyStreamsGivesTheirRddsInOrder() {
        List<Long> sizes = ofWords(words -> words.context()
                .transform(List.of(words, words.mapToPair(InferenceTest::byLength)), (rdds, time) -> rdds.get(0)
                        .context()
                        .parallelize(List.of(rdds.get(0).count(), rdds.get(1).count())))
                .map(size -> size * 2));
        assertThat(sizes).containsExactly(6L, 6L);
    }

    @Test
    void foreachRddTellsItsTwoFormsApart() {
        Map<String, Object> untimed = given((words, run) ->
                words.foreachRDD(rdd -> OUTPUTS.get(run).put("top", rdd.top(1, Ordering.by(String::length)))));
        assertThat(untimed).containsEntry("top", List.of("bb"));

        Map<String, Object> timed = given(
                (words, run) -> words.mapToPair(InferenceTest::byLength).foreachRDD((rdd, time) -> OUTPUTS.get(run)
                        .put("keys at " + time.milliseconds() % 2000, rdd.countByKey())));
        assertThat(timed).containsEntry("keys at 1000", Map.of(1, 2L, 2, 1L));
    }

    @Test
    void foreachPartitionInfersKeyAndRows() {
        Map<String, Object> given = given((words, run) -> words.foreachPartition("out", (key, rows) -> {
            List<String> all = new ArrayList<>();
            rows.forEachRemaining(all::add);
            OUTPUTS.get(run).put(key.output() + key.partition(), all);
        }));
        assertThat(given).containsOnly(Map.entry("out0", List.of("a", "bb")), Map.entry("out1", List.of("a")));
    }

    /** Of sources, where only the compiler is asked. */
    static DStream<String> sourcesUniteWithoutWitness(StreamingContext ssc) {
        InputDStream<String> one = ssc.socketTextStream("127.0.0.1", 1);
        DStream<String> united = ssc.union(one, ssc.textFileStream("in"), one.map(String::trim));
        return united.union(one).map(line -> line + "\n");
    }

    @Test
    void windowsByKeyCombineWithAndWithoutAnInverse() {
        List<Tuple2<String, Tuple2<Integer, Integer>>> sums = ofPairs((numbers, names) -> numbers.reduceByKeyAndWindow(
                        Integer::sum, Durations.seconds(2), Durations.seconds(1))
                .join(numbers.reduceByKeyAndWindow(
                        Integer::sum,
                        (sum, left) -> sum - left,
                        Durations.seconds(2),
                        Durations.seconds(1),
                        2,
                        kv -> kv._2() != 0)));
        assertThat(sums).containsExactlyInAnyOrder(Tuple2.of("a", Tuple2.of(3, 3)), Tuple2.of("b", Tuple2.of(3, 3)));

        List<Tuple2<String, Integer>> groups = ofPairs((numbers, names) -> numbers.window(Durations.seconds(2))
                .groupByKeyAndWindow(Durations.seconds(4))
                .mapValues(InferenceTest::sorted)
                .mapValues(List::size));
        assertThat(groups).containsExactlyInAnyOrder(Tuple2.of("a", 2), Tuple2.of("b", 1));
    }

    @Test
    void windowsOfRecordsReduceAndCount() {
        List<Integer> sum = ofPairs((numbers, names) ->
                numbers.map(Tuple2::_2).reduceByWindow(Integer::sum, Durations.seconds(2), Durations.seconds(1)));
        assertThat(sum).containsExactly(6);

        List<Tuple2<String, Integer>> counts =
                ofWords(words -> words.countByValueAndWindow(Durations.seconds(2), Durations.seconds(1))
                        .mapValues(Long::intValue));
        assertThat(counts).containsExactlyInAnyOrder(Tuple2.of("a", 2), Tuple2.of("bb", 1));
    }

    @Test
    void updateStateByKeyTakesTheTypeOfItsStateFromTheTargetOrFromItsClass() {
        List<Tuple2<String, Integer>> totals = ofPairs((numbers, names) -> {
            PairDStream<String, Integer> stream = numbers.updateStateByKey((values, sum) -> Optional.of(
                    sum.orElse(0) + values.stream().mapToInt(Integer::intValue).sum()));
            return stream.uid("totals");
        });
        assertThat(totals).containsExactlyInAnyOrder(Tuple2.of("a", 3), Tuple2.of("b", 3));

        List<Tuple2<String, Integer>> doubled = ofPairs((numbers, names) -> numbers.updateStateByKey(
                        Integer.class, (values, sum) -> Optional.of(sum.orElse(0) + values.size()))
                .mapValues(sum -> sum * 2));
        assertThat(doubled).containsExactlyInAnyOrder(Tuple2.of("a", 4), Tuple2.of("b", 2));

        List<Tuple2<String, Integer>> known = ofPairs((numbers, names) -> numbers.updateStateByKey(
                (Time time, String key, List<Integer> values, Optional<Integer> sum) -> sum.map(n -> n + values.size()),
                Partitioner.hash(2),
                initial(numbers)));
        assertThat(known).containsExactly(Tuple2.of("a", 12));
    }

    @Test
    void mapWithStateTakesTheTypeOfItsStateFromItsLambdaOrFromItsClass() {
        List<Integer> sums = ofPairs((numbers, names) -> numbers.mapWithState(
                        StateSpec.function((String word, Optional<Integer> one, State<Integer> state) -> {
                                    int sum = one.orElse(0) + (state.exists() ? state.get() : 0);
                                    state.update(sum);
                                    return Tuple2.of(word, sum);
                                })
                                .initialState(initial(numbers))
                                .timeout(Durations.minutes(30)))
                .map(Tuple2::_2));
        assertThat(sums).containsExactlyInAnyOrder(11, 13, 3);

        List<String> seen = ofPairs((numbers, names) -> numbers.mapWithState(
                        Integer.class, (word, one, state) -> word + one.orElse(0) + state.exists())
                .map(String::trim));
        assertThat(seen).containsExactlyInAnyOrder("a1false", "a2false", "b3false");
    }

    private static PairRDD<String, Integer> initial(PairDStream<String, Integer> stream) {
        return stream.context().batchContext().parallelizePairs(List.of(Tuple2.of("a", 10)));
    }
}
