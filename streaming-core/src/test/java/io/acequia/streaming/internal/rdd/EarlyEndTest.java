/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.rdd;

import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.BatchContext;
import io.acequia.streaming.RDD;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.data.Tuple2;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An action that needs some records computes these and no others: counted where they are made. */
@Timeout(60)
class EarlyEndTest {
    private static final int PARTITIONS = 10;
    private static final int A_PARTITION = 100;

    private final BatchContext batch = new BatchContext(
            StreamingConf.withoutDefaults().setMaster("local[2]").setAppName("early"));
    private final AtomicInteger records = new AtomicInteger();
    private final AtomicInteger partitions = new AtomicInteger();

    @AfterEach
    void stop() {
        batch.stop();
    }

    /** Ten partitions of a hundred numbers; each one that is computed is counted, and each partition. */
    private RDD<Integer> counted() {
        RDD<Integer> numbers = batch.parallelize(
                IntStream.range(0, PARTITIONS * A_PARTITION).boxed().toList(), PARTITIONS);
        AtomicInteger begun = partitions;
        AtomicInteger made = records;
        return numbers.mapPartitions(part -> {
                    begun.incrementAndGet();
                    return part;
                })
                .map(number -> {
                    made.incrementAndGet();
                    return number;
                });
    }

    private void assertComputed(int expectedRecords, int expectedPartitions) {
        assertThat(records.getAndSet(0)).as("records computed").isEqualTo(expectedRecords);
        assertThat(partitions.getAndSet(0)).as("partitions begun").isEqualTo(expectedPartitions);
    }

    @Test
    void firstAndIsEmptyComputeOneRecord() {
        assertThat(counted().first()).isZero();
        assertComputed(1, 1);
        assertThat(counted().isEmpty()).isFalse();
        assertComputed(1, 1);
    }

    @Test
    void takeComputesWhatItGivesWhereThePartitionsHaveEnough() {
        assertThat(counted().take(0)).isEmpty();
        assertComputed(0, 0);
        assertThat(counted().take(7)).hasSize(7);
        assertComputed(7, 1);
        assertThat(counted().take(A_PARTITION)).hasSize(A_PARTITION);
        assertComputed(A_PARTITION, 1);
    }

    /** The second round looks at four partitions at once, each up to what is missing. */
    @Test
    void takeGoesOnWithFourTimesAsManyPartitions() {
        assertThat(counted().take(A_PARTITION + 1)).hasSize(A_PARTITION + 1);
        assertComputed(A_PARTITION + 4, 5);
    }

    @Test
    void aFilterBeforeItIsReadAsFarAsTheRecordsAreFound() {
        assertThat(counted().filter(number -> number % 10 == 9).take(2)).containsExactly(9, 19);
        assertComputed(20, 1);
    }

    @Test
    void anEndBehindAUnionOrACoalesceStopsInTheFirstPart() {
        assertThat(counted().union(counted()).take(3)).hasSize(3);
        assertComputed(3, 1);
        assertThat(counted().coalesce(2).take(3)).hasSize(3);
        assertComputed(3, 1);
    }

    // ---- endless iterators

    private static Iterator<Integer> endless(int from) {
        return Stream.iterate(from, number -> number + 1).iterator();
    }

    private RDD<Integer> one() {
        return batch.parallelize(List.of(5), 1);
    }

    @Test
    void anEndlessFlatMapEndsUnderTake() {
        assertThat(one().flatMap(EarlyEndTest::endless).take(3)).containsExactly(5, 6, 7);
        assertThat(one().flatMap(EarlyEndTest::endless)
                        .filter(number -> number % 2 == 0)
                        .map(number -> number * 10)
                        .take(2))
                .containsExactly(60, 80);
        assertThat(one().flatMap(EarlyEndTest::endless).isEmpty()).isFalse();
        assertThat(one().flatMapToPair(number -> Stream.iterate(0, i -> i + 1)
                                .map(i -> Tuple2.of(i, number))
                                .iterator())
                        .first()
                        ._2())
                .isEqualTo(5);
    }

    @Test
    void anEndlessPartitionEndsUnderTake() {
        assertThat(one().mapPartitions(part -> endless(part.next())).take(3)).containsExactly(5, 6, 7);
    }

    @Test
    void anEndlessPartitionIsPulledByTheNextFunctionOfPartitions() {
        RDD<List<Integer>> pairs = one().mapPartitions(part -> endless(part.next()))
                .map(number -> number * 2)
                .mapPartitions(numbers -> {
                    List<Integer> some = new ArrayList<>();
                    some.add(numbers.next());
                    some.add(numbers.next());
                    return List.of(some).iterator();
                });
        assertThat(pairs.collect()).containsExactly(List.of(10, 12));
    }
}
