/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.PairRDD;
import io.acequia.streaming.RDD;
import io.acequia.streaming.data.Partitioner;
import io.acequia.streaming.data.StorageLevel;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.data.Tuple3;
import io.acequia.streaming.function.Ordering;
import io.acequia.streaming.testkit.RddOperations.Held;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/**
 * The operations of a keyed RDD with their models, as {@link RddOperations}. A keyed operation has three forms, by default, in so
 * many partitions and placed by a partitioner; each case takes one of them, in turns.
 */
final class PairRddOperations {
    private PairRddOperations() {}

    static Map<String, Held> all() {
        Map<String, Held> table = new LinkedHashMap<>();
        values(table);
        oneByKey(table);
        twoByKey(table);
        placement(table);
        asPlain(table);
        return table;
    }

    private static void values(Map<String, Held> t) {
        t.put(
                "keys",
                d -> RddOperations.same(
                        d.pairs(d.pairs).keys(), d.pairs.stream().map(Tuple2::_1)));
        t.put(
                "values",
                d -> RddOperations.same(
                        d.pairs(d.pairs).values(), d.pairs.stream().map(Tuple2::_2)));
        t.put("fromRDD", d -> RddOperations.same(PairRDD.fromRDD(d.rdd(d.pairs)), d.pairs.stream()));
        t.put(
                "mapValues",
                d -> RddOperations.same(
                        d.pairs(d.pairs).mapValues(v -> v * 2),
                        d.pairs.stream().map(pair -> Tuple2.of(pair._1(), pair._2() * 2))));
        t.put(
                "flatMapValues",
                d -> RddOperations.same(
                        d.pairs(d.pairs).flatMapValues(v -> List.of(v, -v).iterator()),
                        d.pairs.stream().flatMap(pair -> List.of(pair, Tuple2.of(pair._1(), -pair._2())).stream())));
        t.put("countByKey", d -> {
            Map<String, Long> counts = new HashMap<>();
            d.pairs.forEach(pair -> counts.merge(pair._1(), 1L, Long::sum));
            assertThat(d.pairs(d.pairs).countByKey()).isEqualTo(counts);
        });
        t.put("collectAsMap", d -> {
            Map<String, Integer> map = new HashMap<>();
            d.pairs.forEach(pair -> map.put(pair._1(), pair._2()));
            assertThat(d.pairs(d.pairs).collectAsMap()).isEqualTo(map);
        });
        t.put("lookup", d -> {
            String key = d.word();
            List<Integer> values = DrawnRdds.groups(d.pairs).getOrDefault(key, List.of());
            assertThat(d.pairs(d.pairs).lookup(key)).isEqualTo(values);
            assertThat(d.pairs(d.pairs).partitionBy(Partitioner.hash(3)).lookup(key))
                    .isEqualTo(values);
        });
    }

    private static void oneByKey(Map<String, Held> t) {
        t.put(
                "reduceByKey",
                d -> byKey(
                        d,
                        (pairs, form) -> switch (form.kind) {
                            case 0 -> pairs.reduceByKey(Integer::sum);
                            case 1 -> pairs.reduceByKey(Integer::sum, form.partitions);
                            default -> pairs.reduceByKey(Integer::sum, form.partitioner);
                        },
                        values -> RddOperations.sum(values.iterator())));
        t.put(
                "foldByKey",
                d -> byKey(
                        d,
                        (pairs, form) -> switch (form.kind) {
                            case 0 -> pairs.foldByKey(0, Integer::sum);
                            case 1 -> pairs.foldByKey(0, Integer::sum, form.partitions);
                            default -> pairs.foldByKey(0, Integer::sum, form.partitioner);
                        },
                        values -> RddOperations.sum(values.iterator())));
        t.put(
                "groupByKey",
                d -> byKey(
                        d,
                        (pairs, form) -> switch (form.kind) {
                            case 0 -> pairs.groupByKey();
                            case 1 -> pairs.groupByKey(form.partitions);
                            default -> pairs.groupByKey(form.partitioner);
                        },
                        values -> values));
        t.put(
                "aggregateByKey",
                d -> byKey(
                        d,
                        (pairs, form) -> switch (form.kind) {
                            case 0 -> pairs.aggregateByKey("", (text, v) -> text + v + ";", (a, b) -> a + b);
                            case 1 ->
                                pairs.aggregateByKey("", (text, v) -> text + v + ";", (a, b) -> a + b, form.partitions);
                            default ->
                                pairs.aggregateByKey(
                                        "", (text, v) -> text + v + ";", (a, b) -> a + b, form.partitioner);
                        },
                        PairRddOperations::text));
        t.put(
                "combineByKey",
                d -> byKey(
                        d,
                        (pairs, form) -> switch (form.kind) {
                            case 0 -> pairs.combineByKey(v -> v + ";", (text, v) -> text + v + ";", (a, b) -> a + b);
                            case 1 ->
                                pairs.combineByKey(
                                        v -> v + ";", (text, v) -> text + v + ";", (a, b) -> a + b, form.partitions);
                            default ->
                                pairs.combineByKey(
                                        v -> v + ";",
                                        (text, v) -> text + v + ";",
                                        (a, b) -> a + b,
                                        form.partitioner,
                                        false);
                        },
                        PairRddOperations::text));
        t.put(
                "aggregateByKey to lists that change",
                d -> byKey(
                        d,
                        (pairs, form) -> pairs.aggregateByKey(
                                new ArrayList<Integer>(),
                                RddOperations::with,
                                d.random.nextBoolean() ? RddOperations::withAll : PairRddOperations::intoTheSecond,
                                form.partitioner),
                        values -> values));
        t.put(
                "combineByKey to lists that change",
                d -> byKey(
                        d,
                        (pairs, form) -> pairs.combineByKey(
                                v -> new ArrayList<>(List.of(v)),
                                RddOperations::with,
                                RddOperations::withAll,
                                form.partitioner,
                                d.random.nextBoolean()),
                        values -> values));
    }

    private static ArrayList<Integer> intoTheSecond(ArrayList<Integer> list, ArrayList<Integer> more) {
        more.addAll(0, list);
        return more;
    }

    private static String text(List<Integer> values) {
        StringBuilder text = new StringBuilder();
        values.forEach(v -> text.append(v).append(';'));
        return text.toString();
    }

    /** How the result of a keyed operation is placed. */
    private static final class Form {
        final int kind;
        final int partitions;
        final Partitioner partitioner;

        Form(DrawnRdds d) {
            kind = d.random.nextInt(3);
            partitions = d.partitions();
            partitioner = Partitioner.hash(partitions);
        }

        void placed(RDD<?> rdd) {
            if (kind > 0) {
                assertThat(rdd.getNumPartitions()).isEqualTo(partitions);
            }
        }
    }

    private static <R> void byKey(
            DrawnRdds d,
            BiFunction<PairRDD<String, Integer>, Form, PairRDD<String, R>> operation,
            java.util.function.Function<List<Integer>, Object> model) {
        PairRDD<String, Integer> pairs = d.pairs(d.pairs);
        Form form = new Form(d);
        if (d.random.nextInt(4) == 0) {
            pairs = pairs.partitionBy(form.partitioner);
        }
        PairRDD<String, R> result = operation.apply(pairs, form);
        List<Tuple2<String, Object>> expected = new ArrayList<>();
        DrawnRdds.groups(d.pairs).forEach((key, values) -> expected.add(Tuple2.of(key, model.apply(values))));
        anyOrder(result, expected);
        anyOrder(result, expected);
        form.placed(result);
    }

    private static void anyOrder(RDD<?> result, List<?> expected) {
        assertThat(new ArrayList<Object>(result.collect()))
                .containsExactlyInAnyOrderElementsOf(new ArrayList<Object>(expected));
    }

    private static void twoByKey(Map<String, Held> t) {
        t.put(
                "join",
                d -> joined(
                        d,
                        (left, right, form) -> switch (form.kind) {
                            case 0 -> left.join(right);
                            case 1 -> left.join(right, form.partitions);
                            default -> left.join(right, form.partitioner);
                        },
                        false,
                        false));
        t.put(
                "leftOuterJoin",
                d -> joined(
                        d,
                        (left, right, form) -> switch (form.kind) {
                            case 0 -> left.leftOuterJoin(right);
                            case 1 -> left.leftOuterJoin(right, form.partitions);
                            default -> left.leftOuterJoin(right, form.partitioner);
                        },
                        false,
                        true));
        t.put(
                "rightOuterJoin",
                d -> joined(
                        d,
                        (left, right, form) -> switch (form.kind) {
                            case 0 -> left.rightOuterJoin(right);
                            case 1 -> left.rightOuterJoin(right, form.partitions);
                            default -> left.rightOuterJoin(right, form.partitioner);
                        },
                        true,
                        false));
        t.put(
                "fullOuterJoin",
                d -> joined(
                        d,
                        (left, right, form) -> switch (form.kind) {
                            case 0 -> left.fullOuterJoin(right);
                            case 1 -> left.fullOuterJoin(right, form.partitions);
                            default -> left.fullOuterJoin(right, form.partitioner);
                        },
                        true,
                        true));
        t.put("cogroup", d -> {
            Form form = new Form(d);
            PairRDD<String, Integer> left = d.pairs(d.pairs);
            PairRDD<String, Integer> right = d.pairs(d.otherPairs);
            PairRDD<String, Tuple2<Iterable<Integer>, Iterable<Integer>>> result =
                    switch (form.kind) {
                        case 0 -> left.cogroup(right);
                        case 1 -> left.cogroup(right, form.partitions);
                        default -> left.cogroup(right, form.partitioner);
                    };
            List<Object> expected = new ArrayList<>();
            keys(d.pairs, d.otherPairs)
                    .forEach(key -> expected.add(
                            Tuple2.of(key, Tuple2.of(valuesOf(d.pairs, key), valuesOf(d.otherPairs, key)))));
            anyOrder(result, expected);
            form.placed(result);
        });
        t.put("cogroup of three", d -> {
            Form form = new Form(d);
            PairRDD<String, Integer> left = d.pairs(d.pairs);
            PairRDD<String, Integer> right = d.pairs(d.otherPairs);
            List<Tuple2<String, Integer>> numbered =
                    d.numbers.stream().map(n -> Tuple2.of("a" + n % 3, n)).toList();
            PairRDD<String, Integer> third = d.pairs(numbered);
            PairRDD<String, Tuple3<Iterable<Integer>, Iterable<Integer>, Iterable<Integer>>> result =
                    switch (form.kind) {
                        case 0 -> left.cogroup(right, third);
                        case 1 -> left.cogroup(right, third, form.partitions);
                        default -> left.cogroup(right, third, form.partitioner);
                    };
            Set<String> keys = keys(d.pairs, d.otherPairs);
            numbered.forEach(pair -> keys.add(pair._1()));
            List<Object> expected = new ArrayList<>();
            keys.forEach(key -> expected.add(Tuple2.of(
                    key, Tuple3.of(valuesOf(d.pairs, key), valuesOf(d.otherPairs, key), valuesOf(numbered, key)))));
            anyOrder(result, expected);
            form.placed(result);
        });
        t.put("subtractByKey", d -> {
            Set<String> gone = keys(d.otherPairs, List.of());
            anyOrder(
                    d.pairs(d.pairs).subtractByKey(d.pairs(d.otherPairs)),
                    d.pairs.stream().filter(pair -> !gone.contains(pair._1())).toList());
        });
    }

    private interface Join {
        PairRDD<String, ?> of(PairRDD<String, Integer> left, PairRDD<String, Integer> right, Form form);
    }

    /** An outer side is an optional, and empty where its RDD does not have the key. */
    private static void joined(DrawnRdds d, Join join, boolean leftOptional, boolean rightOptional) {
        Form form = new Form(d);
        PairRDD<String, ?> result = join.of(d.pairs(d.pairs), d.pairs(d.otherPairs), form);
        List<Object> expected = new ArrayList<>();
        for (String key : keys(d.pairs, d.otherPairs)) {
            for (Object left : side(valuesOf(d.pairs, key), leftOptional)) {
                for (Object right : side(valuesOf(d.otherPairs, key), rightOptional)) {
                    expected.add(Tuple2.of(key, Tuple2.of(left, right)));
                }
            }
        }
        anyOrder(result, expected);
        form.placed(result);
    }

    private static List<Object> side(List<Integer> values, boolean optional) {
        List<Object> side = new ArrayList<>();
        values.forEach(value -> side.add(optional ? Optional.of(value) : value));
        if (side.isEmpty() && optional) {
            side.add(Optional.empty());
        }
        return side;
    }

    private static Set<String> keys(List<Tuple2<String, Integer>> some, List<Tuple2<String, Integer>> more) {
        Set<String> keys = new LinkedHashSet<>();
        some.forEach(pair -> keys.add(pair._1()));
        more.forEach(pair -> keys.add(pair._1()));
        return keys;
    }

    private static List<Integer> valuesOf(List<Tuple2<String, Integer>> pairs, String key) {
        return DrawnRdds.groups(pairs).getOrDefault(key, List.of());
    }

    private static void placement(Map<String, Held> t) {
        t.put("partitionBy", d -> {
            Partitioner p = Partitioner.hash(d.partitions());
            PairRDD<String, Integer> placed = d.pairs(d.pairs).partitionBy(p);
            anyOrder(placed, d.pairs);
            inPlace(placed, p);
        });
        t.put("repartitionAndSortWithinPartitions", d -> {
            Partitioner p = Partitioner.hash(d.partitions());
            inOrderAndPlace(d, d.pairs(d.pairs).repartitionAndSortWithinPartitions(p), p, Comparator.naturalOrder());
            inOrderAndPlace(
                    d,
                    d.pairs(d.pairs)
                            .repartitionAndSortWithinPartitions(
                                    p, Ordering.<String>natural().reverse()),
                    p,
                    Comparator.reverseOrder());
        });
        t.put("sortByKey", d -> {
            List<Tuple2<String, Integer>> up = sorted(d.pairs, Comparator.naturalOrder());
            List<Tuple2<String, Integer>> down = sorted(d.pairs, Comparator.reverseOrder());
            Ordering<String> backwards = Ordering.<String>natural().reverse();
            int n = d.partitions();
            RddOperations.same(d.pairs(d.pairs).sortByKey(), up.stream());
            RddOperations.same(d.pairs(d.pairs).sortByKey(false), down.stream());
            RddOperations.same(d.pairs(d.pairs).sortByKey(true, n), up.stream());
            RddOperations.same(d.pairs(d.pairs).sortByKey(backwards), down.stream());
            RddOperations.same(d.pairs(d.pairs).sortByKey(backwards, n), down.stream());
            assertThat(d.pairs(d.pairs).sortByKey(true, n).getNumPartitions()).isLessThanOrEqualTo(n);
        });
    }

    /** What a plain RDD has too, and what stays keyed. */
    private static void asPlain(Map<String, Held> t) {
        t.put(
                "filter of pairs",
                d -> RddOperations.same(
                        d.pairs(d.pairs).filter(pair -> pair._2() > 0).keys(),
                        d.pairs.stream().filter(pair -> pair._2() > 0).map(Tuple2::_1)));
        t.put("distinct of pairs", d -> {
            List<Integer> values = d.pairs.stream().distinct().map(Tuple2::_2).toList();
            anyOrder(d.pairs(d.pairs).distinct().values(), values);
            anyOrder(d.pairs(d.pairs).distinct(3).values(), values);
        });
        t.put("sample of pairs", d -> {
            PairRDD<String, Integer> pairs = d.pairs(d.pairs);
            long seed = d.random.nextLong();
            RddOperations.same(
                    pairs.sample(false, 1, seed).keys(), d.pairs.stream().map(Tuple2::_1));
            assertThat(d.pairs).containsAll(pairs.sample(true, 2, seed).collect());
        });
        t.put(
                "union of pairs",
                d -> RddOperations.same(
                        d.pairs(d.pairs).union(d.pairs(d.otherPairs)).keys(),
                        Stream.concat(d.pairs.stream(), d.otherPairs.stream()).map(Tuple2::_1)));
        t.put(
                "intersection of pairs",
                d -> anyOrder(
                        d.pairs(d.pairs).intersection(d.pairs(d.otherPairs)).keys(),
                        d.pairs.stream()
                                .distinct()
                                .filter(d.otherPairs::contains)
                                .map(Tuple2::_1)
                                .toList()));
        t.put(
                "subtract of pairs",
                d -> anyOrder(
                        d.pairs(d.pairs).subtract(d.pairs(d.otherPairs)).keys(),
                        d.pairs.stream()
                                .filter(pair -> !d.otherPairs.contains(pair))
                                .map(Tuple2::_1)
                                .toList()));
        t.put("coalesce of pairs", d -> {
            int n = d.partitions();
            PairRDD<String, Integer> pairs = d.pairs(d.pairs);
            RddOperations.same(pairs.coalesce(n).keys(), d.pairs.stream().map(Tuple2::_1));
            RddOperations.same(pairs.coalesce(n, false).keys(), d.pairs.stream().map(Tuple2::_1));
            anyOrder(pairs.coalesce(n, true), d.pairs);
            assertThat(pairs.coalesce(n, true).getNumPartitions()).isEqualTo(n);
        });
        t.put("repartition of pairs", d -> {
            int n = d.partitions();
            PairRDD<String, Integer> pairs = d.pairs(d.pairs).repartition(n);
            anyOrder(pairs.keys(), d.pairs.stream().map(Tuple2::_1).toList());
            assertThat(pairs.getNumPartitions()).isEqualTo(n);
        });
        t.put("cache of pairs", d -> keeps(d, d.pairs(d.pairs).cache()));
        t.put("persist of pairs", d -> keeps(d, d.pairs(d.pairs).persist(StorageLevel.MEMORY_AND_DISK)));
        t.put("unpersist of pairs", d -> keeps(d, d.pairs(d.pairs).cache().unpersist()));
    }

    private static void keeps(DrawnRdds d, PairRDD<String, Integer> pairs) {
        RddOperations.same(pairs.keys(), d.pairs.stream().map(Tuple2::_1));
        RddOperations.same(pairs.keys(), d.pairs.stream().map(Tuple2::_1));
    }

    private static List<Tuple2<String, Integer>> sorted(List<Tuple2<String, Integer>> pairs, Comparator<String> order) {
        return pairs.stream().sorted((a, b) -> order.compare(a._1(), b._1())).toList();
    }

    private static void inPlace(PairRDD<String, Integer> rdd, Partitioner p) {
        List<List<Tuple2<String, Integer>>> parts = rdd.glom().collect();
        assertThat(parts).hasSize(p.numPartitions());
        for (int i = 0; i < parts.size(); i++) {
            int partition = i;
            assertThat(parts.get(i)).allMatch(pair -> p.getPartition(pair._1()) == partition);
        }
    }

    private static void inOrderAndPlace(
            DrawnRdds d, PairRDD<String, Integer> rdd, Partitioner p, Comparator<String> order) {
        anyOrder(rdd, d.pairs);
        inPlace(rdd, p);
        for (List<Tuple2<String, Integer>> part : rdd.glom().collect()) {
            List<Tuple2<String, Integer>> expected =
                    sorted(d.pairs.stream().filter(part::contains).toList(), order);
            assertThat(part).isEqualTo(expected);
        }
    }
}
