/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.data.Partitioner;
import io.acequia.streaming.data.StorageLevel;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.engine.Dataset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ShuffledTest {
    private final LocalEngine engine = Ops.engine("local[2]");
    private final ExecutorService drivers = Executors.newCachedThreadPool();
    private final AtomicInteger computed = new AtomicInteger();

    @AfterEach
    void close() {
        engine.close();
        drivers.shutdownNow();
    }

    record Modulo(int numPartitions) implements Partitioner {
        @Override
        public int getPartition(Object key) {
            return (Integer) key % numPartitions;
        }
    }

    private Dataset<Integer> counted(int records, int partitions) {
        return engine.parallelize(Ops.numbers(records), partitions)
                .transform(
                        Ops.map((Integer x) -> {
                            computed.incrementAndGet();
                            return x;
                        }),
                        true);
    }

    @Test
    void recordsArePlacedByKeyInTheOrderOfTheParentsPartitions() {
        Dataset<Integer> placed = counted(9, 3).partitionBy(x -> x, new Modulo(2));
        assertThat(Ops.partitions(placed)).containsExactly(List.of(0, 2, 4, 6, 8), List.of(1, 3, 5, 7));
        assertThat(placed.partitioner()).contains(new Modulo(2));
    }

    @Test
    void aDatasetInPlaceIsNotShuffledAgain() {
        Dataset<Integer> placed = counted(9, 3).partitionBy(x -> x, new Modulo(2));
        assertThat(placed.partitionBy(x -> x, new Modulo(2))).isSameAs(placed);
        assertThat(placed.partitionBy(x -> x, new Modulo(3))).isNotSameAs(placed);
        assertThat(placed.transform(Ops.map((Integer x) -> x), true).partitioner())
                .contains(new Modulo(2));
        assertThat(placed.transform(Ops.map((Integer x) -> x), false).partitioner())
                .isEmpty();
    }

    @Test
    void aShuffleRunsOnceForAllJobs() {
        Dataset<Integer> placed = counted(9, 3).partitionBy(x -> x, new Modulo(2));
        Ops.records(placed);
        Ops.records(placed.transform(Ops.map((Integer x) -> -x), true));
        assertThat(computed).hasValue(9);
    }

    @Test
    void aShuffleRunsOnceUnderConcurrentJobs() throws Exception {
        Dataset<Integer> first = counted(90, 9).partitionBy(x -> x, new Modulo(4));
        Dataset<Integer> second =
                first.transform(Ops.map((Integer x) -> x / 2), false).partitionBy(x -> x, new Modulo(3));
        List<Future<List<Integer>>> results = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            Dataset<Integer> asked = i % 2 == 0 ? first : second;
            results.add(drivers.submit(() -> Ops.records(asked)));
        }
        for (Future<List<Integer>> result : results) {
            assertThat(result.get()).hasSize(90);
        }
        assertThat(computed).hasValue(90);
    }

    @Test
    void aCancelledJobLeavesTheShuffleToTheJobThatWaitsForIt() throws Exception {
        CountDownLatch blocked = new CountDownLatch(1);
        AtomicInteger attempts = new AtomicInteger();
        Dataset<Integer> placed = engine.parallelize(List.of(1), 1)
                .transform(
                        Ops.map((Integer x) -> {
                            if (attempts.getAndIncrement() == 0) {
                                blocked.countDown();
                                new CountDownLatch(1).await();
                            }
                            return x;
                        }),
                        true)
                .partitionBy(x -> x, new Modulo(1));
        Time batch = new Time(1000);
        Future<?> cancelled = drivers.submit(() -> placed.run(Ops.collect(), new int[] {0}, Ops.batch(batch)));
        blocked.await();
        Future<List<Integer>> waits = drivers.submit(() -> Ops.records(placed));
        engine.cancel(batch);
        assertThatThrownBy(cancelled::get).cause().isInstanceOf(InterruptedException.class);
        assertThat(waits.get()).containsExactly(1);
    }

    @Test
    void bothSidesOfADiamondUseTheSameShuffle() {
        Dataset<Integer> placed = counted(6, 3).partitionBy(x -> x, new Modulo(2));
        Dataset<String> zipped = placed.zip(
                placed.transform(Ops.map((Integer x) -> -x), true),
                (task, left, right, out) -> {
                    while (left.hasNext()) {
                        out.accept(left.next() + "/" + right.next());
                    }
                },
                false);
        assertThat(Ops.partitions(zipped))
                .containsExactly(List.of("0/0", "2/-2", "4/-4"), List.of("1/-1", "3/-3", "5/-5"));
        assertThat(computed).hasValue(6);
    }

    @Test
    void aShuffleBeforeKeptPartitionsIsNotNeeded() {
        Dataset<Integer> placed = counted(6, 3).partitionBy(x -> x, new Modulo(2));
        Dataset<Integer> kept =
                placed.transform(Ops.map((Integer x) -> x), true).persist(StorageLevel.MEMORY_ONLY);
        Dataset<Integer> again = kept.partitionBy(x -> x / 2, new Modulo(3));
        Ops.records(kept);
        assertThat(Stages.before(engine.own(kept), new int[] {0, 1})).isEmpty();
        assertThat(Stages.before(engine.own(again), new int[] {0})).hasSize(1);
        kept.unpersist();
        assertThat(Stages.before(engine.own(again), new int[] {0})).hasSize(1);
    }

    @Test
    void aTaskRunsAShuffleAloneWhenKeptPartitionsWereForgottenMeanwhile() throws Exception {
        Dataset<Integer> placed = counted(6, 3).partitionBy(x -> x, new Modulo(2));
        Job job = Ops.newJob();
        List<List<Integer>> results = engine.stage(job, engine.own(placed), Ops.<Integer>collect(), new int[] {0, 1});
        assertThat(results).containsExactly(List.of(0, 2, 4), List.of(1, 3, 5));
        assertThat(computed).hasValue(6);
    }

    @Test
    void aPartitionOutOfRangeNamesPartitionerKeyValueAndRange() {
        record Wild(int numPartitions) implements Partitioner {
            @Override
            public int getPartition(Object key) {
                return 7;
            }
        }
        assertThatThrownBy(() -> Ops.records(counted(1, 1).partitionBy(x -> "key" + x, new Wild(2))))
                .hasMessage(
                        "ACQ-0507 partitioner Wild[numPartitions=2] placed key key0 in partition 7: must be from 0 to 1");
        assertThatThrownBy(() -> counted(1, 1).partitionBy(x -> x, new Wild(0))).hasMessageStartingWith("ACQ-0506");
    }

    @Test
    void aFailedShuffleIsTriedAgainByTheNextJob() {
        AtomicInteger attempts = new AtomicInteger();
        Dataset<Integer> placed = engine.parallelize(List.of(1), 1)
                .partitionBy(
                        x -> {
                            if (attempts.getAndIncrement() == 0) {
                                throw new IllegalStateException("key");
                            }
                            return x;
                        },
                        new Modulo(1));
        assertThatThrownBy(() -> Ops.records(placed)).hasMessage("key");
        assertThat(Ops.records(placed)).containsExactly(1);
    }
}
