/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.rdd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.BatchContext;
import io.acequia.streaming.PairRDD;
import io.acequia.streaming.RDD;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingException;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.function.Function;
import io.acequia.streaming.function.Ordering;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.NoSuchElementException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is refused, and what a failed job says. */
class RddErrorsTest {
    private final BatchContext batch = new BatchContext(
            StreamingConf.withoutDefaults().setMaster("local[2]").setAppName("errors"));
    private final RDD<Integer> some = batch.parallelize(List.of(1, 2, 3), 2);
    private final RDD<Integer> none = batch.emptyRDD();

    @AfterEach
    void stop() {
        batch.stop();
    }

    @Test
    void anUnknownMasterIsRefusedWithTheWayOut() {
        assertRefused(
                () -> new BatchContext(StreamingConf.withoutDefaults().setMaster("mesos://host")),
                "ACQ-0801 no engine for master 'mesos://host': use local[n] or local[*]");
        for (String master : List.of("spark://host:7077", "yarn", "k8s://host")) {
            assertRefused(
                    () -> new BatchContext(StreamingConf.withoutDefaults().setMaster(master)),
                    "ACQ-0801 no engine for master '" + master + "': add the artifact io.acequia:streaming-spark");
        }
    }

    @Test
    void noPartitionsAreRefused() {
        assertRefused(
                () -> batch.parallelize(List.of(1), 0), "ACQ-0803 parallelize into 0 partitions: must be at least 1");
        assertRefused(
                () -> batch.parallelizePairs(List.of(Tuple2.of(1, 2)), -1),
                "ACQ-0803 parallelize into -1 partitions: must be at least 1");
        assertRefused(() -> some.coalesce(0), "ACQ-0810 coalesce into 0 partitions: must be at least 1");
        assertRefused(() -> some.coalesce(-2, true), "ACQ-0810 repartition into -2 partitions: must be at least 1");
        assertRefused(() -> some.repartition(0), "ACQ-0810 repartition into 0 partitions: must be at least 1");
        assertRefused(() -> some.sortBy(i -> i, true, 0), "ACQ-0810 sortBy into 0 partitions: must be at least 1");
        assertRefused(() -> batch.textFile("x", 0), "ACQ-0810 textFile into 0 partitions: must be at least 1");
        assertRefused(() -> some.distinct(0), "ACQ-0102 number of partitions is 0: must be at least 1");
    }

    @Test
    void aUnionOfNothingIsRefused() {
        assertRefused(
                () -> batch.union(List.<RDD<Integer>>of()),
                "ACQ-0804 union of no RDD: give at least one, or use emptyRDD()");
    }

    @Test
    void anRddOfSomebodyElseIsRefused() {
        RDD<Integer> foreign = foreign();
        List<ThrowingCallable> uses = List.of(
                () -> some.union(foreign),
                () -> some.intersection(foreign),
                () -> some.subtract(foreign),
                () -> some.cartesian(foreign),
                () -> some.zipPartitions(foreign, (a, b) -> a));
        assertThat(uses).allSatisfy(use -> assertThatIllegalArgumentException()
                .isThrownBy(use)
                .withMessageStartingWith("ACQ-0807 an RDD of ")
                .withMessageEndingWith(": only RDDs made by a BatchContext or a stream can be used here"));
        assertThatNullPointerException().isThrownBy(() -> some.subtract(null)).withMessage("rdd");
    }

    @SuppressWarnings("unchecked")
    private static RDD<Integer> foreign() {
        return (RDD<Integer>) Proxy.newProxyInstance(
                RDD.class.getClassLoader(), new Class<?>[] {RDD.class}, (proxy, method, arguments) -> null);
    }

    @Test
    void partitionsThatDoNotMatchAreNotZipped() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> some.zipPartitions(none, (a, b) -> a))
                .withMessageMatching("ACQ-0808 zipPartitions at RddErrorsTest\\.java:\\d+ of 2 with 1 partitions:"
                        + " both must have the same number");
    }

    @Test
    void partitionsOfDifferentSizesFailToBeZipped() {
        RDD<Integer> left = some.filter(number -> number > 1);
        assertThatThrownBy(() -> left.zip(some).collect())
                .hasStackTraceContaining(
                        "ACQ-0823 partition 0 has more records on the right: zip pairs records by their"
                                + " places, so both RDDs must have as many in each partition");
        assertThatThrownBy(() -> some.zip(left).collect()).hasStackTraceContaining("has more records on the left");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> some.zip(none))
                .withMessageMatching("ACQ-0808 zip at RddErrorsTest\\.java:\\d+ of 2 with 1 partitions:"
                        + " both must have the same number");
    }

    @Test
    void aTreeHasALevelAtLeast() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> some.treeReduce(Integer::sum, 0))
                .withMessageMatching(
                        "ACQ-0824 treeReduce at RddErrorsTest\\.java:\\d+ over 0 levels: must be at least 1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> some.treeAggregate(0, Integer::sum, Integer::sum, -1))
                .withMessageStartingWith("ACQ-0824 treeAggregate");
        assertMissing(
                () -> none.treeReduce(Integer::sum),
                "ACQ-0814 treeReduce of an RDD without records: ask isEmpty first, or use fold");
    }

    @Test
    void aFractionOutOfRangeIsRefused() {
        assertRefused(
                () -> some.sample(false, 1.5, 1),
                "ACQ-0809 sample of fraction 1.5: must be at least 0 and, without replacement, at most 1");
        assertRefused(() -> some.sample(true, -0.1, 1), "ACQ-0809 sample of fraction -0.1: must be at least 0");
        assertRefused(() -> some.sample(true, Double.NaN, 1), "ACQ-0809 sample of fraction NaN: must be at least 0");
    }

    @Test
    void negativeNumbersOfRecordsAreRefused() {
        assertRefused(() -> some.take(-1), "ACQ-0811 take of -1 records: must not be negative");
        assertRefused(() -> some.takeSample(true, -1, 1), "ACQ-0825 takeSample of -1 records: must not be negative");
        for (ThrowingCallable use : List.<ThrowingCallable>of(
                () -> some.top(-1),
                () -> some.top(-1, Ordering.natural()),
                () -> some.takeOrdered(-1),
                () -> some.takeOrdered(-1, Ordering.natural()))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(use)
                    .withMessageMatching("ACQ-0813 (top|takeOrdered) at RddErrorsTest\\.java:\\d+ of -1 records:"
                            + " must not be negative");
        }
    }

    @Test
    void anEmptyRddHasNoFirstNorBestRecord() {
        assertMissing(none::first, "ACQ-0812 first of an RDD without records: ask isEmpty first");
        assertMissing(
                () -> none.reduce(Integer::sum),
                "ACQ-0814 reduce of an RDD without records: ask isEmpty first, or use fold");
        assertMissing(() -> none.max(Ordering.natural()), "ACQ-0815 max of an RDD without records: ask isEmpty first");
        assertMissing(() -> none.min(Ordering.natural()), "ACQ-0815 min of an RDD without records: ask isEmpty first");
    }

    @Test
    void aCheckpointWithoutADirectoryIsRefused() {
        assertThatIllegalStateException()
                .isThrownBy(some::checkpoint)
                .withMessage("ACQ-0802 no checkpoint directory:"
                        + " call StreamingContext.checkpoint(dir) before RDD.checkpoint()");
    }

    @Test
    void whatAFunctionThrowsComesOutWithItsPlace() {
        IOException broken = new IOException("no disk");
        RDD<Integer> failing = some.map(i -> {
            if (i == 3) {
                throw broken;
            }
            return i;
        });
        List<ThrowingCallable> actions = List.of(
                failing::collect,
                failing::count,
                () -> failing.take(5),
                () -> failing.top(1),
                () -> failing.reduce(Integer::sum),
                () -> failing.fold(0, Integer::sum),
                () -> failing.countByValue(),
                () -> failing.foreach(i -> {}),
                () -> failing.foreachPartition(records -> records.forEachRemaining(i -> {})),
                () -> failing.toLocalIterator().forEachRemaining(i -> {}),
                () -> failing.sortBy(i -> i, true, 2));
        assertThat(actions).allSatisfy(action -> assertThatExceptionOfType(StreamingException.class)
                .isThrownBy(action)
                .withMessageStartingWith("ACQ-0806 ")
                .withMessageContaining(" failed: function of map at RddErrorsTest.java:")
                .withMessageContaining(" threw in partition 1: java.io.IOException: no disk")
                .withRootCauseInstanceOf(IOException.class));
    }

    @Test
    void whatACombiningFunctionThrowsOnTheDriverNamesTheAction() {
        IOException broken = new IOException("no disk");
        assertThatExceptionOfType(StreamingException.class)
                .isThrownBy(() -> batch.parallelize(List.of(1, 2), 2).reduce((a, b) -> {
                    throw broken;
                }))
                .withMessageMatching("ACQ-0806 reduce at RddErrorsTest\\.java:\\d+ failed: no disk")
                .withCause(broken);
    }

    @Test
    void anInterruptedJobSaysSoAndKeepsTheInterrupt() {
        Thread.currentThread().interrupt();
        try {
            assertThatExceptionOfType(StreamingException.class)
                    .isThrownBy(() -> some.count())
                    .withMessageMatching(
                            "ACQ-0805 count at RddErrorsTest\\.java:\\d+ was interrupted before it was done")
                    .withCauseInstanceOf(InterruptedException.class);
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void functionsThatAreNullOrCannotTravelAreRefusedWhereTheyAreWritten() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> some.map(null))
                .withMessageMatching(
                        "ACQ-0705 the function of map at RddErrorsTest\\.java:\\d+ is null: pass a function");
        Object local = new Object();
        List<ThrowingCallable> uses = List.of(
                () -> some.map(i -> local),
                () -> some.filter(i -> local == null),
                () -> some.flatMap(i -> List.of(local).iterator()),
                () -> some.mapToPair(i -> Tuple2.of(i, local)),
                () -> some.flatMapToPair(i -> List.of(Tuple2.of(i, local)).iterator()),
                () -> some.keyBy(i -> local),
                () -> some.mapPartitions(records -> List.of(local).iterator()),
                () -> some.mapPartitionsToPair(
                        records -> List.of(Tuple2.of(1, local)).iterator()),
                () -> some.mapPartitionsWithIndex(
                        (index, records) -> List.of(local).iterator(), true),
                () -> some.zipPartitions(some, (a, b) -> List.of(local).iterator()),
                () -> some.sortBy(i -> local.hashCode(), true, 1),
                () -> some.groupBy(i -> local),
                () -> some.takeOrdered(1, (a, b) -> local.hashCode()),
                () -> some.reduce((a, b) -> local.hashCode()),
                () -> some.fold(0, (a, b) -> local.hashCode()),
                () -> some.foreach(i -> local.hashCode()),
                () -> some.foreachPartition(records -> local.hashCode()),
                () -> some.foreachPartitionWithIndex((index, records) -> local.hashCode()));
        assertThat(uses).allSatisfy(use -> assertThatIllegalArgumentException()
                .isThrownBy(use)
                .withMessageMatching("ACQ-0706 the function of \\w+ at RddErrorsTest\\.java:\\d+ cannot be serialized:"
                        + " RddErrorsTest captures \\(java\\.lang\\.Object\\); .*"));
    }

    @Test
    void aFunctionMayNotUseAnotherRdd() {
        RDD<Integer> other = none;
        assertThatIllegalArgumentException()
                .isThrownBy(() -> some.map(i -> i + other.count()))
                .withMessageMatching("ACQ-0706 the function of map at \\S+ cannot be serialized: RddErrorsTest captures"
                        + " \\(\\S+DatasetRdd\\); it belongs to the driver:"
                        + " use transform or join, or collect it and broadcast the result");
    }

    @Test
    void keyedFunctionsThatCannotTravelAreRefusedToo() {
        PairRDD<Integer, Integer> pairs = batch.parallelizePairs(List.of(Tuple2.of(1, 2)));
        Object local = new Object();
        Function<Integer, Object> make = v -> local;
        List<ThrowingCallable> uses = List.of(
                () -> pairs.mapValues(v -> local),
                () -> pairs.flatMapValues(v -> List.of(local).iterator()),
                () -> pairs.reduceByKey((a, b) -> local.hashCode()),
                () -> pairs.foldByKey(0, (a, b) -> local.hashCode()),
                () -> pairs.aggregateByKey("", (a, b) -> a + local, (a, b) -> a + b),
                () -> pairs.combineByKey(make, (a, b) -> a, (a, b) -> b),
                () -> pairs.filter(pair -> local == null));
        assertThat(uses).allSatisfy(use -> assertThatIllegalArgumentException()
                .isThrownBy(use)
                .withMessageStartingWith("ACQ-0706 the function of "));
    }

    private static void assertRefused(ThrowingCallable use, String message) {
        assertThatIllegalArgumentException().isThrownBy(use).withMessage(message);
    }

    private static void assertMissing(ThrowingCallable use, String message) {
        assertThatExceptionOfType(NoSuchElementException.class).isThrownBy(use).withMessage(message);
    }
}
