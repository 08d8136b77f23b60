/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.data.StorageLevel;
import io.acequia.streaming.engine.Dataset;
import io.acequia.streaming.engine.Operator2;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class StoredDatasetTest {
    @TempDir
    Path directory;

    private final AtomicInteger computed = new AtomicInteger();

    private LocalEngine engine(String memory) {
        return Ops.engine(
                "local[2]", "streaming.storage.memory", memory, "streaming.storage.dir", directory.toString());
    }

    private Dataset<Integer> counted(LocalEngine engine, int records, int partitions) {
        return engine.parallelize(Ops.numbers(records), partitions)
                .transform(
                        Ops.map((Integer x) -> {
                            computed.incrementAndGet();
                            return x;
                        }),
                        true);
    }

    @ParameterizedTest
    @EnumSource(StorageLevel.class)
    void aKeptPartitionIsNotComputedAgainUntilItIsUnpersisted(StorageLevel level) throws IOException {
        try (LocalEngine engine = engine("64 MiB")) {
            Dataset<Integer> kept = counted(engine, 1000, 4);
            assertThat(kept.persist(level)).isSameAs(kept);
            assertThat(Ops.records(kept)).isEqualTo(Ops.numbers(1000));
            assertThat(Ops.records(kept)).isEqualTo(Ops.numbers(1000));
            assertThat(Ops.records(kept.<Integer, Integer>zip(kept, FIRST, true)))
                    .isEqualTo(Ops.numbers(1000));
            assertThat(computed).hasValue(1000);
            assertThat(engine.storeUsage().memoryBytes() > 0).isEqualTo(level.usesMemory());
            assertThat(engine.storeUsage().diskBytes() > 0).isEqualTo(!level.usesMemory());
            assertThat(kept.unpersist()).isSameAs(kept);
            assertThat(engine.storeUsage().memoryBytes() + engine.storeUsage().diskBytes())
                    .isZero();
            assertThat(Ops.records(kept)).isEqualTo(Ops.numbers(1000));
            assertThat(computed).hasValue(2000);
        }
        assertThat(files(directory)).isEmpty();
    }

    private static final Operator2<Integer, Integer, Integer> FIRST = (task, left, right, out) -> {
        while (left.hasNext()) {
            out.accept(left.next());
        }
    };

    @ParameterizedTest
    @EnumSource(StorageLevel.class)
    void whatDoesNotFitIsSpilledOrComputedAgainByLevel(StorageLevel level) {
        try (LocalEngine engine = engine("8 KiB")) {
            Dataset<Integer> kept = counted(engine, 100_000, 100).persist(level);
            assertThat(Ops.records(kept)).isEqualTo(Ops.numbers(100_000));
            assertThat(engine.storeUsage().memoryBytes()).isLessThanOrEqualTo(8 << 10);
            assertThat(Ops.records(kept)).isEqualTo(Ops.numbers(100_000));
            if (level.usesDisk()) {
                assertThat(computed).hasValue(100_000);
                assertThat(engine.storeUsage().diskBytes()).isPositive();
                assertThat(engine.storeUsage().evictions()).isZero();
                assertThat(engine.storeUsage().spills() > 0).isEqualTo(level.usesMemory());
            } else {
                assertThat(computed.get()).isGreaterThan(100_000);
                assertThat(engine.storeUsage().diskBytes()).isZero();
            }
        }
    }

    @Test
    void aPartitionTwoJobsWantIsComputedOnce() throws Exception {
        ExecutorService drivers = Executors.newCachedThreadPool();
        try (LocalEngine engine = engine("64 MiB")) {
            Dataset<Integer> kept = counted(engine, 10_000, 10).persist(StorageLevel.MEMORY_ONLY);
            List<Future<List<Integer>>> results = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                results.add(drivers.submit(() -> Ops.records(kept)));
            }
            for (Future<List<Integer>> result : results) {
                assertThat(result.get()).isEqualTo(Ops.numbers(10_000));
            }
            assertThat(computed).hasValue(10_000);
        } finally {
            drivers.shutdownNow();
        }
    }

    @Test
    void aLimitAboveAKeptDatasetKeepsTheWholePartition() {
        try (LocalEngine engine = engine("64 MiB")) {
            Dataset<Integer> kept = counted(engine, 100, 1).persist(StorageLevel.MEMORY_ONLY);
            assertThat(Ops.records(kept.transform(Ops.limit(3), true))).hasSize(3);
            assertThat(Ops.records(kept)).isEqualTo(Ops.numbers(100));
            assertThat(computed).hasValue(100);
        }
    }

    @Test
    void aSpilledFileThatIsLostIsComputedAgain() throws IOException {
        try (LocalEngine engine = engine("64 MiB")) {
            Dataset<Integer> kept = counted(engine, 100, 1).persist(StorageLevel.DISK_ONLY);
            Ops.records(kept);
            for (Path file : files(directory)) {
                Files.delete(file);
            }
            assertThat(Ops.records(kept)).isEqualTo(Ops.numbers(100));
            assertThat(computed).hasValue(200);
        }
    }

    @Test
    void theLevelOfAKeptDatasetDoesNotChange() {
        try (LocalEngine engine = engine("64 MiB")) {
            Dataset<Integer> kept = counted(engine, 100, 1).persist(StorageLevel.DISK_ONLY);
            kept.persist(StorageLevel.DISK_ONLY);
            assertThatThrownBy(() -> kept.persist(StorageLevel.OFF_HEAP))
                    .hasMessageStartingWith("ACQ-0513 the dataset is persisted with level DISK_ONLY");
            kept.unpersist().unpersist().persist(StorageLevel.OFF_HEAP);
        }
    }

    @Test
    void aDatasetThatIsForgottenDropsItsPartitions() {
        try (LocalEngine engine = engine("64 MiB")) {
            WeakReference<Dataset<Integer>> reference = keptAndForgotten(engine);
            while (reference.get() != null || engine.storeUsage().memoryBytes() > 0) {
                System.gc();
                Thread.onSpinWait();
            }
            assertThat(engine.storeUsage().memoryBytes()).isZero();
        }
    }

    private WeakReference<Dataset<Integer>> keptAndForgotten(LocalEngine engine) {
        Dataset<Integer> kept = counted(engine, 100, 1).persist(StorageLevel.MEMORY_ONLY);
        Ops.records(kept);
        assertThat(engine.storeUsage().memoryBytes()).isPositive();
        return new WeakReference<>(kept);
    }

    static final class Plain {
        final int value;

        Plain(int value) {
            this.value = value;
        }
    }

    @Test
    void anUnregisteredClassNamesItselfAndTheLineToAdd() {
        try (LocalEngine engine = engine("64 MiB")) {
            Dataset<Plain> kept = engine.parallelize(List.of(new Plain(1)), 1).persist(StorageLevel.MEMORY_ONLY_SER);
            assertThatThrownBy(() -> Ops.records(kept))
                    .hasMessageStartingWith("ACQ-0531 " + Plain.class.getName() + " is not registered")
                    .hasMessageEndingWith(
                            "add conf.registerClasses(io.acequia.streaming.internal.local.StoredDatasetTest.Plain.class)");
        }
        try (LocalEngine engine = Ops.engine("local", Set.of(Plain.class))) {
            Dataset<Plain> kept = engine.parallelize(List.of(new Plain(1)), 1).persist(StorageLevel.MEMORY_ONLY_SER);
            Ops.records(kept);
            assertThat(Ops.records(kept).get(0).value).isEqualTo(1);
        }
    }

    @Test
    void aCheckpointIsWrittenWhenItIsComputedAndThenTheLineageIsForgotten() throws Exception {
        Path checkpoint = directory.resolve("checkpoint");
        try (LocalEngine engine = engine("64 MiB")) {
            Dataset<Integer> dataset = counted(engine, 100, 2).partitionBy(x -> x, new ShuffledTest.Modulo(3));
            dataset.checkpoint(checkpoint.toUri());
            dataset.checkpoint(checkpoint.toUri());
            assertThatThrownBy(() -> dataset.checkpoint(directory.toUri())).hasMessageStartingWith("ACQ-0514");
            List<List<Integer>> before = dataset.run(Ops.collect(), new int[] {0, 2}, Ops.job());
            assertThat(names(checkpoint)).containsExactly("part-00000", "part-00002");
            assertThat(Stages.before(engine.own(dataset), new int[] {0, 2})).isEmpty();
            List<List<Integer>> after = Ops.partitions(dataset);
            assertThat(names(checkpoint)).containsExactly("part-00000", "part-00001", "part-00002");
            assertThat(List.of(after.get(0), after.get(2))).isEqualTo(before);
            assertThat(engine.own(dataset).shape().shuffled()).isFalse();
            assertThat(Ops.partitions(dataset)).isEqualTo(after);
            assertThat(dataset.partitioner()).contains(new ShuffledTest.Modulo(3));
            assertThat(computed).hasValue(100);
        }
        assertThat(names(checkpoint)).hasSize(3);
    }

    @Test
    void aCheckpointOfAKeptDatasetIsWrittenFromWhatIsKept() throws IOException {
        Path checkpoint = directory.resolve("checkpoint");
        try (LocalEngine engine = engine("64 MiB")) {
            Dataset<Integer> dataset = counted(engine, 100, 2).persist(StorageLevel.MEMORY_ONLY);
            Ops.records(dataset);
            dataset.checkpoint(checkpoint.toUri());
            assertThat(Ops.records(dataset.transform(Ops.limit(1), true))).containsExactly(0, 50);
            assertThat(names(checkpoint)).hasSize(2);
            dataset.unpersist();
            assertThat(Ops.records(dataset)).isEqualTo(Ops.numbers(100));
            assertThat(computed).hasValue(100);
        }
    }

    @Test
    void aCheckpointThatFailsLeavesNoFileAndIsWrittenByTheNextJob() throws IOException {
        Path checkpoint = directory.resolve("checkpoint");
        AtomicInteger attempts = new AtomicInteger();
        try (LocalEngine engine = engine("64 MiB")) {
            Dataset<Integer> dataset = engine.parallelize(Ops.numbers(10), 1)
                    .transform(
                            Ops.map((Integer x) -> {
                                if (x == 5 && attempts.getAndIncrement() == 0) {
                                    throw new IllegalStateException("five");
                                }
                                return x;
                            }),
                            true);
            dataset.checkpoint(checkpoint.toUri());
            assertThatThrownBy(() -> Ops.records(dataset)).hasMessage("five");
            assertThat(names(checkpoint)).isEmpty();
            assertThat(Ops.records(dataset)).isEqualTo(Ops.numbers(10));
            assertThat(names(checkpoint)).containsExactly("part-00000");
        }
    }

    @Test
    void aCheckpointIntoNoDirectoryIsRefused() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        try (LocalEngine engine = engine("64 MiB")) {
            Dataset<Integer> dataset = counted(engine, 1, 1);
            assertThatThrownBy(() -> dataset.checkpoint(file.toUri())).hasMessageStartingWith("ACQ-0508");
            assertThatThrownBy(() -> dataset.checkpoint(java.net.URI.create("none://there")))
                    .hasMessageStartingWith("ACQ-0508 cannot checkpoint into 'none://there'");
        }
    }

    @Test
    void aCheckpointFileThatIsLostIsAnErrorWithItsName() throws IOException {
        Path checkpoint = directory.resolve("checkpoint");
        try (LocalEngine engine = engine("64 MiB")) {
            Dataset<Integer> dataset = counted(engine, 1, 1);
            dataset.checkpoint(checkpoint.toUri());
            Ops.records(dataset);
            Files.delete(checkpoint.resolve("part-00000"));
            assertThatThrownBy(() -> Ops.records(dataset))
                    .hasMessageStartingWith("ACQ-0509")
                    .hasMessageContaining("part-00000");
        }
    }

    private static List<String> names(Path directory) throws IOException {
        return files(directory).stream()
                .map(file -> file.getFileName().toString())
                .sorted()
                .toList();
    }

    private static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> walk = Files.walk(directory)) {
            return walk.filter(Files::isRegularFile).toList();
        }
    }
}
