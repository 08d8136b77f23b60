/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.data.StorageLevel;
import io.acequia.streaming.internal.memory.SizeEstimator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PartitionStoreTest {
    private static final List<String> RECORDS =
            IntStream.range(0, 100).mapToObj(i -> "record " + i).toList();

    @TempDir
    Path directory;

    private PartitionStore store;

    @BeforeEach
    void open() {
        store = store(1 << 20);
    }

    private PartitionStore store(long limit) {
        return new PartitionStore(new MemoryBudget(limit), directory, new RecordSerializer(Set.of()));
    }

    @AfterEach
    void close() {
        store.close();
    }

    private static List<Object> all(Iterator<?> records) {
        List<Object> all = new ArrayList<>();
        records.forEachRemaining(all::add);
        return all;
    }

    private long sizeOfOne() {
        PartitionStore.Shelf<String> shelf = store.shelf(StorageLevel.MEMORY_ONLY);
        shelf.put(0, RECORDS);
        long bytes = store.usage().memoryBytes();
        shelf.drop();
        return bytes;
    }

    @Test
    void thePartitionNotReadForLongestMakesPlace() {
        store = store(2 * sizeOfOne());
        PartitionStore.Shelf<String> shelf = store.shelf(StorageLevel.MEMORY_ONLY);
        shelf.put(0, RECORDS);
        shelf.put(1, RECORDS);
        assertThat(shelf.read(0)).isNotNull();
        shelf.put(2, RECORDS);
        assertThat(shelf.contains(0)).isTrue();
        assertThat(shelf.contains(1)).isFalse();
        assertThat(shelf.read(1)).isNull();
        assertThat(store.usage().evictions()).isEqualTo(1);
        assertThat(store.usage().spills()).isZero();
    }

    @Test
    void aPartitionWithDiskGoesThereToMakePlace() throws IOException {
        store = store(sizeOfOne());
        PartitionStore.Shelf<String> shelf = store.shelf(StorageLevel.MEMORY_AND_DISK);
        shelf.put(0, RECORDS);
        shelf.put(1, RECORDS);
        assertThat(store.usage().spills()).isEqualTo(1);
        assertThat(store.usage().diskBytes()).isPositive();
        assertThat(all(shelf.read(0))).isEqualTo(RECORDS);
        assertThat(all(shelf.read(1))).isEqualTo(RECORDS);
        shelf.drop();
        assertThat(store.usage()).isEqualTo(new PartitionStore.Usage(0, 0, 1, 0));
        assertThat(files()).isZero();
    }

    @Test
    void aPartitionLargerThanMemoryDriesOutNobody() {
        store = store(sizeOfOne());
        PartitionStore.Shelf<String> small = store.shelf(StorageLevel.MEMORY_ONLY);
        small.put(0, RECORDS);
        List<String> large =
                IntStream.range(0, 10_000).mapToObj(i -> "record " + i).toList();
        PartitionStore.Shelf<String> shelf = store.shelf(StorageLevel.MEMORY_ONLY);
        shelf.put(0, large);
        assertThat(shelf.contains(0)).isFalse();
        assertThat(small.contains(0)).isTrue();
        PartitionStore.Shelf<String> disk = store.shelf(StorageLevel.MEMORY_AND_DISK_SER);
        disk.put(0, large);
        assertThat(all(disk.read(0))).isEqualTo(large);
    }

    @Test
    void aSpillThatFailsLeavesThePartitionInMemoryAndIsTold() {
        Object unknown = new Object();
        PartitionStore.Shelf<Object> shelf = store.shelf(StorageLevel.MEMORY_AND_DISK);
        shelf.put(0, List.of(unknown));
        long bytes = store.usage().memoryBytes();
        store.close();
        store = store(bytes);
        PartitionStore.Shelf<Object> again = store.shelf(StorageLevel.MEMORY_AND_DISK);
        again.put(0, List.of(unknown));
        assertThatThrownBy(() -> again.put(1, List.of(unknown))).hasMessageStartingWith("ACQ-0531 java.lang.Object");
        assertThat(all(again.read(0))).containsExactly(unknown);
        assertThat(store.usage().memoryBytes()).isEqualTo(bytes);
    }

    @Test
    void whatIsPutAfterADropOrACloseIsNotKept() throws IOException {
        PartitionStore.Shelf<String> shelf = store.shelf(StorageLevel.MEMORY_ONLY);
        shelf.drop();
        shelf.put(0, RECORDS);
        assertThat(shelf.contains(0)).isFalse();
        assertThat(store.usage().memoryBytes()).isZero();
        PartitionStore.Shelf<String> disk = store.shelf(StorageLevel.DISK_ONLY);
        disk.drop();
        disk.put(0, RECORDS);
        assertThat(files()).isZero();
        store.close();
        PartitionStore.Shelf<String> late = store.shelf(StorageLevel.DISK_ONLY);
        assertThatThrownBy(() -> late.put(0, RECORDS)).hasMessageStartingWith("ACQ-0540");
        assertThat(files()).isZero();
    }

    @Test
    void theDirectoryIsMadeWithTheFirstFileAndDeletedAtTheEnd() throws IOException {
        store = store(1 << 20);
        assertThat(entries()).isZero();
        store.shelf(StorageLevel.DISK_ONLY).put(0, List.of("x"));
        assertThat(entries()).isEqualTo(1);
        store.close();
        assertThat(entries()).isZero();
    }

    @Test
    void sizesAreAboutRight() {
        assertThat(SizeEstimator.bytesOf(List.of())).isBetween(16L, 64L);
        List<byte[]> arrays =
                IntStream.range(0, 1000).mapToObj(i -> new byte[1000]).toList();
        assertThat(SizeEstimator.bytesOf(arrays)).isBetween(1_000_000L, 1_100_000L);
        record Node(String name, long[] values) {}
        List<Node> nodes = IntStream.range(0, 1000)
                .mapToObj(i -> new Node("name", new long[100]))
                .toList();
        assertThat(SizeEstimator.bytesOf(new ArrayList<>(nodes))).isBetween(800_000L, 1_000_000L);
    }

    @Test
    void aFileThatCannotBeOpenedIsTold() throws IOException {
        PartitionStore.Shelf<String> shelf = store.shelf(StorageLevel.DISK_ONLY);
        shelf.put(0, RECORDS);
        Path file = onlyFile();
        Files.delete(file);
        Files.createSymbolicLink(file, file);
        assertThatThrownBy(() -> shelf.read(0)).hasMessageStartingWith("ACQ-0538 a kept partition cannot be read");
    }

    @Test
    void aDirectoryThatVanishesIsTold() throws IOException {
        PartitionStore.Shelf<String> shelf = store.shelf(StorageLevel.DISK_ONLY);
        shelf.put(0, RECORDS);
        Path file = onlyFile();
        Files.delete(file);
        Files.delete(file.getParent());
        assertThatThrownBy(() -> shelf.put(1, RECORDS))
                .hasMessageStartingWith("ACQ-0539 a partition of 100 records cannot be kept on disk");
    }

    @Test
    void aDirectoryThatCannotBeMadeNamesTheSetting() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        try (PartitionStore nowhere = new PartitionStore(new MemoryBudget(1), file, new RecordSerializer(Set.of()))) {
            PartitionStore.Shelf<String> shelf = nowhere.shelf(StorageLevel.DISK_ONLY);
            assertThatThrownBy(() -> shelf.put(0, RECORDS))
                    .hasMessageStartingWith("ACQ-0537")
                    .hasMessageContaining("set streaming.storage.dir");
        }
    }

    private Path onlyFile() throws IOException {
        try (Stream<Path> walk = Files.walk(directory)) {
            return walk.filter(Files::isRegularFile).findFirst().orElseThrow();
        }
    }

    private long files() throws IOException {
        try (Stream<Path> walk = Files.walk(directory)) {
            return walk.filter(Files::isRegularFile).count();
        }
    }

    private long entries() throws IOException {
        try (Stream<Path> list = Files.list(directory)) {
            return list.count();
        }
    }
}
