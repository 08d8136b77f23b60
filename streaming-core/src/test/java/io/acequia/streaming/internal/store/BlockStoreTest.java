/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.data.StorageLevel;
import io.acequia.streaming.engine.Block;
import io.acequia.streaming.engine.BlockInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlockStoreTest {
    private static final List<List<String>> RECORDS = List.of(List.of("a", "b"), List.of(), List.of("c"));

    @TempDir
    private Path directory;

    private final MemoryBudget memory = new MemoryBudget(100);
    private BlockStore store;

    private BlockStore store() {
        store = new BlockStore(memory, directory, new RecordSerializer(Set.of()));
        return store;
    }

    @AfterEach
    void close() {
        store.close();
    }

    private static BlockInfo info(long number, long bytes, boolean logged) {
        return new BlockInfo(1, 1, number, 3, bytes, List.of(), logged ? new BlockInfo.Place("wal", 0, 1, 7) : null);
    }

    @Test
    void aBlockThatFitsStaysInMemoryUntilItIsReleased() throws IOException {
        BlockInfo info = info(0, 60, false);
        assertThat(store().keep(info, RECORDS, StorageLevel.MEMORY_ONLY)).isTrue();
        Block<String> block = block(info);
        assertThat(all(block)).containsExactly("a", "b", "c");
        assertThat(all(block)).hasSize(3);
        assertThat(memory.used()).isEqualTo(60);

        store.release(info, "RDD of batch 7");
        assertThat(memory.used()).isZero();
        assertThatThrownBy(block::iterator).hasMessageStartingWith("ACQ-0638 RDD of batch 7 was released");
        store.release(info, "nobody");
        assertThat(memory.used()).isZero();
    }

    @Test
    void oneThatDoesNotFitGoesToDiskAndItsFileGoesWithIt() throws IOException {
        BlockInfo info = info(0, 101, false);
        assertThat(store().keep(info, RECORDS, StorageLevel.MEMORY_AND_DISK_2)).isTrue();
        assertThat(all(block(info))).containsExactly("a", "b", "c");
        assertThat(files()).hasSize(1);
        store.release(info, "batch");
        assertThat(files()).isEmpty();
    }

    @Test
    void withoutDiskOneThatDoesNotFitNowMustWaitAndOneThatNeverWillGoesToDisk() throws IOException {
        store().keep(info(0, 60, false), RECORDS, StorageLevel.MEMORY_ONLY);
        assertThat(store.keep(info(1, 60, false), RECORDS, StorageLevel.MEMORY_ONLY))
                .isFalse();
        assertThat(store.keep(info(2, 101, false), RECORDS, StorageLevel.MEMORY_ONLY))
                .isTrue();
        store.release(info(0, 60, false), "batch");
        assertThat(store.keep(info(1, 60, false), RECORDS, StorageLevel.MEMORY_ONLY))
                .isTrue();
    }

    @Test
    void aLoggedOneThatDoesNotFitIsLeftToItsLog() throws IOException {
        BlockInfo info = info(0, 101, true);
        assertThat(store().keep(info, RECORDS, StorageLevel.MEMORY_ONLY)).isTrue();
        assertThat(files()).isEmpty();
        Block<String> logged = new Block<>() {
            @Override
            public int count() {
                return 1;
            }

            @Override
            public Iterator<String> iterator() {
                return List.of("logged").iterator();
            }
        };
        Block<String> block = store.block(info, () -> logged);
        assertThat(all(block)).containsExactly("logged");
        assertThat(block.count()).isEqualTo(3);
        store.release(info, "batch");
        assertThatThrownBy(block::iterator).hasMessageStartingWith("ACQ-0638");
    }

    @Test
    void aBlockThatIsNowhereIsNamed() {
        store();
        assertThatThrownBy(() -> block(info(9, 1, false))).hasMessageStartingWith("ACQ-0644 block 9 of stream 1");
    }

    @Test
    void aFileThatIsGoneIsNamed() throws IOException {
        BlockInfo info = info(0, 101, false);
        store().keep(info, RECORDS, StorageLevel.DISK_ONLY);
        for (Path file : files()) {
            Files.delete(file);
        }
        assertThatThrownBy(() -> block(info).iterator()).hasMessageStartingWith("ACQ-0645 block 0 of stream 1");
    }

    private Block<String> block(BlockInfo info) {
        return store.block(info, () -> {
            throw new AssertionError("not logged");
        });
    }

    private static List<String> all(Block<String> block) {
        List<String> all = new ArrayList<>();
        block.iterator().forEachRemaining(all::add);
        return all;
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }
}
