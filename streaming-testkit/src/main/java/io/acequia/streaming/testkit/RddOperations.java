/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.acequia.streaming.RDD;
import io.acequia.streaming.data.Accumulator;
import io.acequia.streaming.data.Stats;
import io.acequia.streaming.data.StorageLevel;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.function.Ordering;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.stream.Stream;

/**
 * The operations of a plain RDD, each with the lines of a model that does the same to lists. Where an operation says nothing of
 * the order, the records are compared in any order. Functions that run in tasks capture plain values alone: they travel.
 */
final class RddOperations {
    private static final Ordering<Integer> BACKWARDS =
            Ordering.<Integer>natural().reverse();

    private RddOperations() {}

    /** An operation, held against its model. */
    interface Held {
        void holds(DrawnRdds d) throws Exception;
    }

    static Map<String, Held> all() {
        Map<String, Held> table = new LinkedHashMap<>();
        recordByRecord(table);
        partitions(table);
        sets(table);
        order(table);
        keeping(table);
        takingSome(table);
        combining(table);
        visiting(table);
        return table;
    }

    private static void recordByRecord(Map<String, Held> t) {
        t.put(
                "map",
                d -> same(d.rdd(d.numbers).map(n -> n * 3), d.numbers.stream().map(n -> n * 3)));
        t.put(
                "filter",
                d -> same(
                        d.rdd(d.numbers).filter(n -> n > 0), d.numbers.stream().filter(n -> n > 0)));
        t.put(
                "flatMap",
                d -> same(
                        d.rdd(d.numbers).flatMap(n -> copies(n).iterator()),
                        d.numbers.stream().flatMap(n -> copies(n).stream())));
        t.put(
                "mapToPair",
                d -> same(
                        d.rdd(d.numbers).mapToPair(n -> Tuple2.of(n, -n)),
                        d.numbers.stream().map(n -> Tuple2.of(n, -n))));
        t.put(
                "flatMapToPair",
                d -> same(
                        d.rdd(d.numbers).flatMapToPair(n -> copies(n).stream()
                                .map(c -> Tuple2.of(c, "x"))
                                .iterator()),
                        d.numbers.stream().flatMap(n -> copies(n).stream().map(c -> Tuple2.of(c, "x")))));
        t.put(
                "keyBy",
                d -> same(d.rdd(d.numbers).keyBy(n -> n % 3), d.numbers.stream().map(n -> Tuple2.of(n % 3, n))));
    }

    private static List<Integer> copies(int n) {
        return Collections.nCopies(Math.floorMod(n, 3), n);
    }

    private static void partitions(Map<String, Held> t) {
        t.put("glom", d -> {
            RDD<Integer> rdd = d.rdd(d.numbers);
            List<List<Integer>> parts = rdd.glom().collect();
            assertThat(parts).hasSize(rdd.getNumPartitions());
            assertThat(flat(parts)).isEqualTo(d.numbers);
        });
        t.put("getNumPartitions", d -> {
            int n = d.partitions();
            assertThat(d.batch().parallelize(d.numbers, n).getNumPartitions()).isEqualTo(n);
        });
        t.put("mapPartitions", d -> {
            RDD<Integer> rdd = d.rdd(d.numbers);
            same(
                    rdd.mapPartitions(part -> List.of(sum(part)).iterator()),
                    rdd.glom().collect().stream().map(part -> sum(part.iterator())));
        });
        t.put("mapPartitionsToPair", d -> {
            RDD<Integer> rdd = d.rdd(d.numbers);
            same(
                    rdd.mapPartitionsToPair(
                            part -> List.of(Tuple2.of("sum", sum(part))).iterator()),
                    rdd.glom().collect().stream().map(part -> Tuple2.of("sum", sum(part.iterator()))));
        });
        t.put("mapPartitionsWithIndex", d -> {
            RDD<Integer> rdd = d.rdd(d.numbers);
            List<List<Integer>> parts = rdd.glom().collect();
            List<String> expected = new ArrayList<>();
            for (int i = 0; i < parts.size(); i++) {
                expected.add(i + ":" + sum(parts.get(i).iterator()));
            }
            same(
                    rdd.mapPartitionsWithIndex(
                            (i, part) -> List.of(i + ":" + sum(part)).iterator(), false),
                    expected.stream());
        });
        t.put("zipPartitions", d -> {
            int n = d.partitions();
            RDD<Integer> left = d.batch().parallelize(d.numbers, n);
            RDD<Integer> right = d.batch().parallelize(d.others, n);
            List<Integer> expected = new ArrayList<>();
            for (int i = 0; i < n; i++) {
                expected.add(sum(left.glom().collect().get(i).iterator())
                        - sum(right.glom().collect().get(i).iterator()));
            }
            same(left.zipPartitions(right, (a, b) -> List.of(sum(a) - sum(b)).iterator()), expected.stream());
        });
        t.put("zip", d -> {
            int n = d.partitions();
            RDD<Integer> left = d.batch().parallelize(d.numbers, n);
            same(left.zip(left.map(x -> -x)), d.numbers.stream().map(x -> Tuple2.of(x, -x)));
        });
        t.put("zipWithIndex", d -> {
            List<Tuple2<Integer, Long>> expected = new ArrayList<>();
            d.numbers.forEach(x -> expected.add(Tuple2.of(x, (long) expected.size())));
            same(d.rdd(d.numbers).zipWithIndex(), expected.stream());
            same(
                    d.rdd(d.numbers).filter(x -> x > 3).zipWithIndex().values().map(i -> 0),
                    d.numbers.stream().filter(x -> x > 3).map(x -> 0));
        });
    }

    private static void sets(Map<String, Held> t) {
        t.put("distinct", d -> sameInAnyOrder(d.rdd(d.numbers).distinct(), new HashSet<>(d.numbers)));
        t.put("distinct in n partitions", d -> {
            int n = d.partitions();
            RDD<Integer> distinct = d.rdd(d.numbers).distinct(n);
            sameInAnyOrder(distinct, new HashSet<>(d.numbers));
            assertThat(distinct.getNumPartitions()).isEqualTo(n);
        });
        t.put(
                "union",
                d -> same(
                        d.rdd(d.numbers).union(d.rdd(d.others)), Stream.concat(d.numbers.stream(), d.others.stream())));
        t.put(
                "union of three",
                d -> same(
                        d.batch().union(d.rdd(d.numbers), d.rdd(d.others), d.rdd(d.numbers)),
                        Stream.of(d.numbers, d.others, d.numbers).flatMap(List::stream)));
        t.put("intersection", d -> {
            LinkedHashSet<Integer> both = new LinkedHashSet<>(d.numbers);
            both.retainAll(d.others);
            sameInAnyOrder(d.rdd(d.numbers).intersection(d.rdd(d.others)), both);
        });
        t.put("subtract", d -> {
            List<Integer> left = new ArrayList<>(d.numbers);
            left.removeAll(d.others);
            sameInAnyOrder(d.rdd(d.numbers).subtract(d.rdd(d.others)), left);
        });
        t.put("cartesian", d -> {
            List<Tuple2<Integer, Integer>> all = new ArrayList<>();
            d.numbers.forEach(a -> d.others.forEach(b -> all.add(Tuple2.of(a, b))));
            sameInAnyOrder(d.rdd(d.numbers).cartesian(d.rdd(d.others)), all);
        });
        t.put("groupBy", d -> {
            Map<Integer, List<Integer>> groups = new HashMap<>();
            d.numbers.forEach(
                    x -> groups.computeIfAbsent(x % 4, key -> new ArrayList<>()).add(x));
            assertThat(d.rdd(d.numbers).groupBy(x -> x % 4).collectAsMap()).isEqualTo(groups);
        });
        t.put("sample", d -> {
            long seed = d.random.nextLong();
            RDD<Integer> rdd = d.rdd(d.numbers);
            List<Integer> some = rdd.sample(false, 0.5, seed).collect();
            assertThat(rdd.sample(false, 0.5, seed).collect()).isEqualTo(some);
            assertThat(isPartOf(some, d.numbers)).isTrue();
            assertThat(rdd.sample(false, 1, seed).collect()).isEqualTo(d.numbers);
            assertThat(rdd.sample(true, 0, seed).collect()).isEmpty();
            assertThat(d.numbers).containsAll(rdd.sample(true, 2, seed).collect());
        });
        t.put("takeSample", d -> {
            long seed = d.random.nextLong();
            int n = d.random.nextInt(50);
            RDD<Integer> rdd = d.rdd(d.numbers);
            List<Integer> some = rdd.takeSample(false, n, seed);
            assertThat(rdd.takeSample(false, n, seed)).isEqualTo(some);
            assertThat(some).hasSize(Math.min(n, d.numbers.size()));
            assertThat(isPartOf(some, d.numbers)).isTrue();
            List<Integer> again = rdd.takeSample(true, n, seed);
            assertThat(rdd.takeSample(true, n, seed)).isEqualTo(again);
            assertThat(again).hasSize(d.numbers.isEmpty() ? 0 : n);
            assertThat(d.numbers).containsAll(again);
        });
    }

    /** Whether the records are there in the whole as often, in any order. */
    private static <T> boolean isPartOf(List<T> some, List<T> all) {
        List<T> left = new ArrayList<>(all);
        return some.stream().allMatch(left::remove);
    }

    private static void order(Map<String, Held> t) {
        t.put(
                "sortBy",
                d -> same(
                        d.rdd(d.numbers).sortBy(x -> x / 4, true, d.partitions()),
                        d.numbers.stream().sorted(Comparator.comparing(x -> x / 4))));
        t.put(
                "sortBy backwards",
                d -> same(
                        d.rdd(d.numbers).sortBy(x -> x / 4, false, d.partitions()),
                        d.numbers.stream()
                                .sorted(Comparator.comparing((Integer x) -> x / 4)
                                        .reversed())));
        t.put(
                "sortBy by an order",
                d -> same(
                        d.rdd(d.numbers).sortBy(x -> -x, BACKWARDS, d.partitions()),
                        d.numbers.stream().sorted()));
        t.put("coalesce", d -> {
            RDD<Integer> rdd = d.rdd(d.numbers);
            int n = d.partitions();
            same(rdd.coalesce(n), d.numbers.stream());
            assertThat(rdd.coalesce(n).getNumPartitions()).isEqualTo(Math.min(n, rdd.getNumPartitions()));
            sameInAnyOrder(rdd.coalesce(n, true), d.numbers);
            assertThat(rdd.coalesce(n, true).getNumPartitions()).isEqualTo(n);
        });
        t.put("repartition", d -> {
            int n = d.partitions();
            RDD<Integer> rdd = d.rdd(d.numbers).repartition(n);
            sameInAnyOrder(rdd, d.numbers);
            assertThat(rdd.glom().collect()).hasSize(n);
        });
    }

    private static void keeping(Map<String, Held> t) {
        t.put("cache", d -> keeps(d, d.rdd(d.numbers).cache()));
        t.put("persist", d -> {
            StorageLevel[] levels = StorageLevel.values();
            keeps(d, d.rdd(d.numbers).persist(levels[d.random.nextInt(levels.length)]));
        });
        t.put("unpersist", d -> keeps(d, d.rdd(d.numbers).cache().unpersist()));
        t.put("checkpoint", d -> assertThatThrownBy(() -> d.rdd(d.numbers).checkpoint())
                .hasMessageContaining("StreamingContext.checkpoint"));
    }

    private static void keeps(DrawnRdds d, RDD<Integer> rdd) {
        same(rdd, d.numbers.stream());
        same(rdd, d.numbers.stream());
    }

    private static void takingSome(Map<String, Held> t) {
        t.put("collect", d -> assertThat(d.rdd(d.numbers).collect()).isEqualTo(d.numbers));
        t.put("toLocalIterator", d -> {
            List<Integer> all = new ArrayList<>();
            d.rdd(d.numbers).toLocalIterator().forEachRemaining(all::add);
            assertThat(all).isEqualTo(d.numbers);
        });
        t.put("take", d -> {
            int n = d.random.nextInt(50);
            assertThat(d.rdd(d.numbers).filter(x -> x > -3).take(n))
                    .isEqualTo(d.numbers.stream().filter(x -> x > -3).limit(n).toList());
        });
        t.put(
                "first",
                d -> sameOrNone(
                        () -> d.rdd(d.numbers).first(), d.numbers.stream().limit(1)));
        t.put("isEmpty", d -> assertThat(d.rdd(d.numbers).filter(x -> x > 10).isEmpty())
                .isEqualTo(d.numbers.stream().noneMatch(x -> x > 10)));
        t.put("top", d -> {
            int n = d.random.nextInt(50);
            List<Integer> greatest = d.numbers.stream()
                    .sorted(Comparator.reverseOrder())
                    .limit(n)
                    .toList();
            assertThat(d.rdd(d.numbers).top(n)).isEqualTo(greatest);
            assertThat(d.rdd(d.numbers).top(n, Ordering.natural())).isEqualTo(greatest);
        });
        t.put("takeOrdered", d -> {
            int n = d.random.nextInt(50);
            assertThat(d.rdd(d.numbers).takeOrdered(n))
                    .isEqualTo(d.numbers.stream().sorted().limit(n).toList());
            assertThat(d.rdd(d.numbers).takeOrdered(n, BACKWARDS))
                    .isEqualTo(d.numbers.stream()
                            .sorted(Comparator.reverseOrder())
                            .limit(n)
                            .toList());
        });
        t.put(
                "max",
                d -> sameOrNone(
                        () -> d.rdd(d.numbers).max(Ordering.natural()),
                        d.numbers.stream().max(Comparator.naturalOrder()).stream()));
        t.put(
                "min",
                d -> sameOrNone(
                        () -> d.rdd(d.numbers).min(Ordering.natural()),
                        d.numbers.stream().min(Comparator.naturalOrder()).stream()));
    }

    private static void combining(Map<String, Held> t) {
        t.put("count", d -> assertThat(d.rdd(d.numbers).count()).isEqualTo(d.numbers.size()));
        t.put("countByValue", d -> {
            Map<Integer, Long> counts = new HashMap<>();
            d.numbers.forEach(x -> counts.merge(x, 1L, Long::sum));
            assertThat(d.rdd(d.numbers).countByValue()).isEqualTo(counts);
        });
        t.put(
                "reduce",
                d -> sameOrNone(
                        () -> d.rdd(d.numbers).map(String::valueOf).reduce((a, b) -> a + "," + b), joined(d.numbers)));
        t.put("treeReduce", d -> {
            int depth = 1 + d.random.nextInt(4);
            RDD<String> texts =
                    d.batch().parallelize(d.numbers, 1 + d.random.nextInt(30)).map(String::valueOf);
            sameOrNone(() -> texts.treeReduce((a, b) -> a + "," + b, depth), joined(d.numbers));
            sameOrNone(() -> texts.treeReduce((a, b) -> a + "," + b), joined(d.numbers));
        });
        t.put("fold", d -> assertThat(d.rdd(d.numbers).fold(0, Integer::sum)).isEqualTo(sum(d.numbers.iterator())));
        t.put("aggregate", d -> assertThat(d.rdd(d.numbers)
                        .aggregate(new ArrayList<Integer>(), RddOperations::with, RddOperations::withAll))
                .isEqualTo(d.numbers));
        t.put("treeAggregate", d -> {
            int depth = 1 + d.random.nextInt(4);
            RDD<Integer> rdd = d.batch().parallelize(d.numbers, 1 + d.random.nextInt(30));
            ArrayList<Integer> zero = new ArrayList<>();
            assertThat(rdd.treeAggregate(zero, RddOperations::with, RddOperations::withAll, depth))
                    .isEqualTo(d.numbers);
            assertThat(rdd.treeAggregate(zero, RddOperations::with, RddOperations::withAll))
                    .isEqualTo(d.numbers);
        });
        t.put("stats", d -> {
            Stats stats = d.rdd(d.numbers).stats(x -> x);
            double count = d.numbers.size();
            double mean = sum(d.numbers.iterator()) / count;
            double variance =
                    d.numbers.stream().mapToDouble(x -> (x - mean) * (x - mean)).sum() / count;
            assertThat(stats.count()).isEqualTo(d.numbers.size());
            assertThat(stats.sum()).isCloseTo(sum(d.numbers.iterator()), within(1e-9));
            if (d.numbers.isEmpty()) {
                assertThat(List.of(stats.mean(), stats.variance(), stats.min(), stats.max(), stats.sampleStdev()))
                        .containsOnly(Double.NaN);
            } else {
                assertThat(stats.mean()).isCloseTo(mean, within(1e-9));
                assertThat(stats.variance()).isCloseTo(variance, within(1e-9));
                assertThat(stats.stdev()).isCloseTo(Math.sqrt(variance), within(1e-9));
                assertThat(stats.min()).isEqualTo(Collections.min(d.numbers).doubleValue());
                assertThat(stats.max()).isEqualTo(Collections.max(d.numbers).doubleValue());
            }
            if (d.numbers.size() > 1) {
                assertThat(stats.sampleVariance()).isCloseTo(variance * count / (count - 1), within(1e-9));
            }
        });
    }

    private static Stream<String> joined(List<Integer> numbers) {
        return numbers.stream().map(String::valueOf).reduce((a, b) -> a + "," + b).stream();
    }

    static ArrayList<Integer> with(ArrayList<Integer> list, Integer number) {
        list.add(number);
        return list;
    }

    static ArrayList<Integer> withAll(ArrayList<Integer> list, ArrayList<Integer> more) {
        list.addAll(more);
        return list;
    }

    private static void visiting(Map<String, Held> t) {
        t.put("foreach", d -> {
            Accumulator<Long> sum = d.batch().longAccumulator("sum");
            d.rdd(d.numbers).foreach(x -> sum.add((long) x));
            assertThat(sum.value()).isEqualTo(sum(d.numbers.iterator()));
        });
        t.put("foreachPartition", d -> {
            Accumulator<Long> parts = d.batch().longAccumulator("parts");
            Accumulator<Double> sum = d.batch().doubleAccumulator("sum");
            RDD<Integer> rdd = d.rdd(d.numbers);
            rdd.foreachPartition(part -> {
                parts.add(1L);
                sum.add((double) sum(part));
            });
            assertThat(parts.value()).isEqualTo(rdd.getNumPartitions());
            assertThat(sum.value()).isEqualTo(sum(d.numbers.iterator()));
        });
        t.put("foreachPartitionWithIndex", d -> {
            Accumulator<List<String>> seen = d.batch().accumulator("seen", List.of(), RddOperations::concatenated);
            RDD<Integer> rdd = d.rdd(d.numbers);
            rdd.foreachPartitionWithIndex((i, part) -> seen.add(List.of(i + ":" + sum(part))));
            List<String> expected = new ArrayList<>();
            rdd.glom().collect().forEach(part -> expected.add(expected.size() + ":" + sum(part.iterator())));
            assertThat(seen.value()).containsExactlyInAnyOrderElementsOf(expected);
        });
        t.put("saveAsTextFile", d -> {
            RDD.Compression[] kinds = RDD.Compression.values();
            String target = d.folder.resolve("out").toString();
            d.rdd(d.numbers).saveAsTextFile(target, kinds[d.random.nextInt(kinds.length)]);
            same(d.batch().textFile(target), d.numbers.stream().map(String::valueOf));
            same(d.batch().textFile(target + "/part-*"), d.numbers.stream().map(String::valueOf));
            d.rdd(d.others).saveAsTextFile(target);
            same(d.batch().textFile(target), d.others.stream().map(String::valueOf));
        });
    }

    private static List<String> concatenated(List<String> some, List<String> more) {
        List<String> all = new ArrayList<>(some);
        all.addAll(more);
        return all;
    }

    // ---- what comparisons are made of

    static int sum(Iterator<Integer> numbers) {
        int sum = 0;
        while (numbers.hasNext()) {
            sum += numbers.next();
        }
        return sum;
    }

    static <T> List<T> flat(List<List<T>> parts) {
        return parts.stream().flatMap(List::stream).toList();
    }

    static <T> void same(RDD<T> rdd, Stream<? extends T> expected) {
        assertThat(new ArrayList<Object>(rdd.collect())).isEqualTo(new ArrayList<Object>(expected.toList()));
    }

    static <T> void sameInAnyOrder(RDD<T> rdd, Iterable<? extends T> expected) {
        assertThat(new ArrayList<Object>(rdd.collect())).containsExactlyInAnyOrderElementsOf(expected);
    }

    private interface One {
        Object get() throws Exception;
    }

    /** An action gives the one that the model gives; where that has none, the action says so. */
    private static void sameOrNone(One action, Stream<?> expected) throws Exception {
        List<?> one = expected.toList();
        if (one.isEmpty()) {
            assertThatThrownBy(action::get).isInstanceOf(NoSuchElementException.class);
        } else {
            assertThat(action.get()).isEqualTo(one.get(0));
        }
    }
}
