/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.data.Accumulator;
import io.acequia.streaming.data.Broadcast;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.engine.Dataset;
import io.acequia.streaming.engine.EngineProvider;
import io.acequia.streaming.engine.JobInfo;
import io.acequia.streaming.engine.OperatorException;
import io.acequia.streaming.internal.engines.Shapes;
import io.acequia.streaming.storage.Storage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class LocalEngineTest {
    private final LocalEngine engine = Ops.engine("local[3]");
    private final ExecutorService drivers = Executors.newCachedThreadPool();

    @AfterEach
    void close() {
        engine.close();
        drivers.shutdownNow();
    }

    @Test
    void isFoundByItsMaster() {
        EngineProvider provider = ServiceLoader.load(EngineProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(LocalEngineProvider.class::isInstance)
                .findFirst()
                .orElseThrow();
        assertThat(provider.accepts("local")).isTrue();
        assertThat(provider.accepts("local[4]")).isTrue();
        assertThat(provider.accepts("localhost")).isFalse();
        assertThat(provider.accepts("spark://host")).isFalse();
    }

    @Test
    void theMasterSaysHowManyTasksRunAtOnce() {
        assertThat(slots("local")).isEqualTo(1);
        assertThat(slots("local[5]")).isEqualTo(5);
        assertThat(slots("local[*]")).isEqualTo(Runtime.getRuntime().availableProcessors());
        for (String wrong : List.of("local[0]", "local[-1]", "local[x]", "local[]", "local[2")) {
            assertThatThrownBy(() -> Ops.engine(wrong)).hasMessageStartingWith("ACQ-0524 master '" + wrong + "'");
        }
    }

    private static int slots(String master) {
        try (LocalEngine opened = Ops.engine(master)) {
            assertThat(opened.capabilities().distributed()).isFalse();
            return opened.capabilities().slots();
        }
    }

    @Test
    void parallelismIsTheNumberOfWorkersUnlessSet() throws Exception {
        engine.awaitReady(Duration.ZERO);
        assertThat(engine.defaultParallelism()).isEqualTo(3);
        try (LocalEngine set = Ops.engine("local", "streaming.parallelism", "7")) {
            assertThat(set.defaultParallelism()).isEqualTo(7);
        }
        assertThatThrownBy(() -> Ops.engine("local", "streaming.parallelism", "many"))
                .hasMessageStartingWith("ACQ-0518 streaming.parallelism = 'many'");
    }

    @Test
    void asManyTasksRunAtOnceAsThereAreSlotsAndTheCallerIsOneOfThem() {
        CyclicBarrier together = new CyclicBarrier(3);
        Set<String> threads = ConcurrentHashMap.newKeySet();
        Ops.records(engine.parallelize(Ops.numbers(3), 3)
                .transform(
                        Ops.map((Integer x) -> {
                            threads.add(Thread.currentThread().getName());
                            return together.await();
                        }),
                        true));
        assertThat(threads)
                .containsExactlyInAnyOrder(Thread.currentThread().getName(), "acequia-worker-1", "acequia-worker-2");
    }

    @Test
    void aJobOfOneTaskStaysOnItsThread() {
        List<Thread> threads = Ops.records(
                engine.parallelize(List.of(1), 1).transform(Ops.map((Integer x) -> Thread.currentThread()), true));
        assertThat(threads).containsExactly(Thread.currentThread());
    }

    @Test
    void manyJobsOfManyThreadsGiveTheirOwnResults() throws Exception {
        List<Future<List<Integer>>> results = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            int factor = i;
            results.add(drivers.submit(() -> Ops.records(
                    engine.parallelize(Ops.numbers(20), 5).transform(Ops.map((Integer x) -> x * factor), true))));
        }
        for (int i = 0; i < 50; i++) {
            int factor = i;
            assertThat(results.get(i).get())
                    .isEqualTo(Ops.numbers(20).stream().map(x -> x * factor).toList());
        }
    }

    @Test
    void theFirstFailureIsThrownAsItIsAndTasksThatDidNotBeginNeverDo() {
        AtomicInteger begun = new AtomicInteger();
        Dataset<Integer> dataset = engine.parallelize(Ops.numbers(1000), 1000)
                .transform(
                        (task, down) -> {
                            begun.incrementAndGet();
                            throw new OperatorException("map", "Test:3", task, new IllegalStateException("no"));
                        },
                        true);
        assertThatThrownBy(() -> Ops.records(dataset))
                .isInstanceOf(OperatorException.class)
                .hasMessageContaining("threw in partition");
        assertThat(begun.get()).isLessThanOrEqualTo(3);
    }

    @Test
    void aFailureCancelsTasksThatRun() {
        CountDownLatch running = new CountDownLatch(1);
        AtomicInteger cancelled = new AtomicInteger();
        Dataset<Object> dataset = engine.parallelize(List.of(0, 1), 2)
                .transform(
                        (task, down) -> new Ops.Step<Integer, Object>(down) {
                            @Override
                            public void accept(Integer record) throws Exception {
                                if (record == 0) {
                                    running.await();
                                    throw new IllegalStateException("first");
                                }
                                running.countDown();
                                while (!task.isCancelled()) {
                                    Thread.onSpinWait();
                                }
                                cancelled.incrementAndGet();
                            }
                        },
                        true);
        assertThatThrownBy(() -> Ops.records(dataset)).hasMessage("first");
        assertThat(cancelled).hasValue(1);
    }

    @Test
    void errorsOfTheJvmComeOutAsTheyAre() {
        OutOfMemoryError error = new OutOfMemoryError("made up");
        Dataset<Object> dataset = engine.parallelize(List.of(0), 1)
                .transform(
                        Ops.map((Integer x) -> {
                            throw error;
                        }),
                        true);
        assertThatThrownBy(() -> Ops.records(dataset)).isSameAs(error);
    }

    @Test
    void cancelEndsTheJobsOfTheBatchAndWakesFunctionsThatBlock() throws Exception {
        CountDownLatch blocked = new CountDownLatch(2);
        Time batch = new Time(1000);
        Dataset<Object> dataset = engine.parallelize(List.of(0, 1), 2)
                .transform(
                        Ops.map((Integer x) -> {
                            blocked.countDown();
                            new CountDownLatch(1).await();
                            return x;
                        }),
                        true);
        Future<?> job = drivers.submit(() -> dataset.run(Ops.collect(), new int[] {0, 1}, Ops.batch(batch)));
        blocked.await();
        engine.cancel(new Time(2000));
        assertThat(job.isDone()).isFalse();
        engine.cancel(batch);
        assertThatThrownBy(job::get)
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOf(InterruptedException.class)
                .hasMessage("batch 1000 ms was cancelled");
        assertThat(Ops.records(engine.parallelize(Ops.numbers(10), 10))).hasSize(10);
    }

    @Test
    void aLongLoopOverRecordsLooksForCancellation() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        Time batch = new Time(1000);
        List<Integer> endless = new java.util.AbstractList<>() {
            @Override
            public Integer get(int index) {
                running.countDown();
                return index;
            }

            @Override
            public int size() {
                return Integer.MAX_VALUE;
            }
        };
        Dataset<Integer> pushed = engine.parallelize(endless, 1);
        Dataset<Integer> pulled = pushed.zip(
                pushed,
                (task, left, right, out) -> {
                    while (left.hasNext()) {
                        left.next();
                    }
                },
                false);
        for (Dataset<Integer> dataset : List.of(pushed, pulled)) {
            Future<?> job = drivers.submit(() -> dataset.run(Ops.count(), new int[] {0}, Ops.batch(batch)));
            running.await();
            while (!job.isDone()) {
                engine.cancel(batch);
                Thread.onSpinWait();
            }
            assertThatThrownBy(job::get).cause().isInstanceOf(InterruptedException.class);
        }
    }

    @Test
    void anInterruptOfTheCallerEndsTheJobAndItsOtherTasks() throws Exception {
        CountDownLatch blocked = new CountDownLatch(2);
        AtomicInteger ended = new AtomicInteger();
        Thread[] caller = new Thread[1];
        Dataset<Object> dataset = engine.parallelize(List.of(0, 1), 2)
                .transform(
                        Ops.map((Integer x) -> {
                            blocked.countDown();
                            try {
                                new CountDownLatch(1).await();
                            } finally {
                                ended.incrementAndGet();
                            }
                            return x;
                        }),
                        true);
        Future<?> job = drivers.submit(() -> {
            caller[0] = Thread.currentThread();
            return dataset.run(Ops.collect(), new int[] {0, 1}, Ops.job());
        });
        blocked.await();
        caller[0].interrupt();
        assertThatThrownBy(job::get).cause().isInstanceOf(InterruptedException.class);
        assertThat(ended).hasValue(2);
    }

    @Test
    void aThreadThatIsInterruptedAlreadyStartsNoJob() {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> Ops.records(engine.parallelize(List.of(1), 1)))
                .isInstanceOf(InterruptedException.class);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void anActionInsideATaskIsRefused() {
        Dataset<Integer> inner = engine.parallelize(List.of(1), 1);
        Dataset<Object> outer = engine.parallelize(List.of(1, 2), 2)
                .transform(Ops.map((Integer x) -> inner.run(Ops.collect(), new int[] {0}, Ops.job())), true);
        assertThatThrownBy(() -> Ops.records(outer))
                .hasMessageStartingWith("ACQ-0521")
                .hasMessageContaining("actions belong to the driver, not inside a function");
        assertThat(Ops.records(inner)).containsExactly(1);
    }

    @Test
    void whatTasksCountIsToldOnTheCallingThreadOncePerTaskThatSucceeded() {
        List<String> told = new ArrayList<>();
        JobInfo job = new JobInfo(Optional.empty(), "count", "here", (partition, name, n) -> {
            assertThat(Thread.currentThread().getName()).startsWith("main");
            told.add(partition + ":" + name + "=" + n);
        });
        Thread.currentThread().setName("main-" + Thread.currentThread().getName());
        Dataset<Integer> dataset = engine.parallelize(Ops.numbers(4), 2)
                .transform(
                        (task, down) -> new Ops.Step<Integer, Integer>(down) {
                            @Override
                            public void accept(Integer record) throws Exception {
                                task.count("seen", 1);
                                if (record == 3) {
                                    throw new IllegalStateException("three");
                                }
                                down.accept(record);
                            }
                        },
                        true);
        assertThatThrownBy(() -> dataset.run(Ops.count(), new int[] {1}, job)).hasMessage("three");
        assertThat(told).isEmpty();
        assertThatThrownBy(() -> dataset.run(Ops.count(), new int[] {0, 1}, job))
                .hasMessage("three");
        assertThat(told).isSubsetOf("0:seen=2");
    }

    @Test
    void anAccumulatorCountsTasksThatSucceedOnly() {
        Accumulator<Long> sum = engine.accumulator("sum", 0L, Long::sum);
        sum.add(100L);
        assertThat(sum.value()).isEqualTo(100);
        List<Integer> data = Ops.numbers(10);
        Dataset<Integer> dataset = engine.parallelize(data, 2)
                .transform(
                        Ops.map((Integer x) -> {
                            sum.add(1L);
                            assertThat(sum.value()).isEqualTo(100);
                            return x;
                        }),
                        true);
        Ops.records(dataset);
        assertThat(sum.value()).isEqualTo(110);
        Dataset<Object> failing = dataset.coalesce(1)
                .transform(
                        Ops.map((Integer x) -> {
                            sum.add(1000L);
                            throw new IllegalStateException("no");
                        }),
                        true);
        sum.reset();
        sum.add(100L);
        assertThatThrownBy(() -> Ops.records(failing)).hasMessage("no");
        assertThat(sum.value()).isEqualTo(100);
        assertThat(sum.name()).isEqualTo("sum");
    }

    @Test
    void anAddFunctionThatThrowsEndsTheJobWithTheNameOfTheAccumulator() {
        Accumulator<Long> sum = engine.accumulator("sum", 0L, (a, b) -> {
            throw new IllegalStateException("no sum");
        });
        Dataset<Integer> dataset = engine.parallelize(Ops.numbers(2), 2)
                .transform(
                        Ops.map((Integer x) -> {
                            sum.add(1L);
                            return x;
                        }),
                        true);
        assertThatThrownBy(() -> Ops.records(dataset))
                .hasMessageStartingWith("ACQ-0501")
                .hasMessageContaining("'sum'");
    }

    @Test
    void aBroadcastGivesItsValueUntilItIsUnpersisted() {
        Broadcast<Set<Integer>> odd = engine.broadcast(Set.of(1, 3));
        assertThat(Ops.records(engine.parallelize(Ops.numbers(4), 2)
                        .transform(Ops.map((Integer x) -> odd.value().contains(x)), true)))
                .containsExactly(false, true, false, true);
        odd.unpersist();
        assertThatThrownBy(odd::value)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("ACQ-0503 broadcast 1 has no value");
    }

    @Test
    void aChainOfAKnownShapeIsNotPlannedAgain() {
        for (int i = 0; i < 3; i++) {
            chain(i, i + 1);
        }
        assertThat(engine.plans()).isEqualTo(1);
        Ops.records(engine.parallelize(Ops.numbers(3), 2).transform(Ops.map((Integer x) -> x - 1), true));
        assertThat(engine.plans()).isEqualTo(2);
        Ops.records(engine.parallelize(Ops.numbers(3), 2).transform(Ops.map((Integer x) -> x - 2), true));
        assertThat(engine.plans()).isEqualTo(3);
    }

    private void chain(int size, int partitions) {
        Ops.records(engine.parallelize(Ops.numbers(size), partitions)
                .transform(Ops.map((Integer x) -> x + 1), true)
                .partitionBy(x -> x, io.acequia.streaming.data.Partitioner.hash(partitions)));
    }

    @Test
    void aLongChainOfDiamondsIsPlannedWithOneLook() {
        Dataset<Integer> dataset = engine.parallelize(List.of(1), 1);
        dataset = dataset.partitionBy(x -> x, io.acequia.streaming.data.Partitioner.hash(1));
        for (int i = 0; i < 60; i++) {
            dataset = dataset.zip(
                    dataset.transform(Ops.map((Integer x) -> x), true).coalesce(1), (task, a, b, out) -> {}, false);
        }
        Shapes.Plan plan = engine.shapes().plan(engine.own(dataset), Ops.collect());
        assertThat(plan.shuffles()).isTrue();
        assertThat(Stages.before(engine.own(dataset), new int[] {0})).hasSize(1);
    }

    @Test
    void aClosedEngineRunsNothingAndItsWorkersEnd() {
        Dataset<Integer> dataset = engine.parallelize(List.of(1), 1);
        List<Thread> workers = Collections.synchronizedList(new ArrayList<>());
        CyclicBarrier together = new CyclicBarrier(3);
        Ops.records(engine.parallelize(Ops.numbers(3), 3)
                .transform(
                        Ops.map((Integer x) -> {
                            workers.add(Thread.currentThread());
                            return together.await();
                        }),
                        true));
        engine.close();
        engine.close();
        assertThatThrownBy(() -> Ops.records(dataset)).hasMessageStartingWith("ACQ-0522");
        workers.remove(Thread.currentThread());
        assertThat(workers).hasSize(2).noneMatch(Thread::isAlive);
    }

    @Test
    void closingTheEngineEndsItsJobs() throws Exception {
        CountDownLatch blocked = new CountDownLatch(1);
        Future<?> job = drivers.submit(() -> Ops.records(engine.parallelize(List.of(1), 1)
                .transform(
                        Ops.map((Integer x) -> {
                            blocked.countDown();
                            new CountDownLatch(1).await();
                            return x;
                        }),
                        true)));
        blocked.await();
        engine.close();
        assertThatThrownBy(job::get)
                .cause()
                .isInstanceOf(InterruptedException.class)
                .hasMessage("the engine was closed");
    }

    @Test
    void storageIsOfThisMachine(@TempDir Path directory) throws Exception {
        for (String here : List.of(directory.toString(), directory.toUri().toString())) {
            try (Storage storage = engine.storage(here)) {
                assertThat(storage.list("")).isEmpty();
            }
        }
        for (String elsewhere : List.of("hdfs://host/dir", "s3a://bucket")) {
            assertThatThrownBy(() -> engine.storage(elsewhere))
                    .hasMessageStartingWith("ACQ-0525 there is no storage for " + elsewhere);
        }
    }
}
