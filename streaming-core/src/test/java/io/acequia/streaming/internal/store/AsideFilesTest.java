/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.engine.StorageTask;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AsideFilesTest {
    @TempDir
    Path directory;

    private AsideFiles files;

    private AsideFiles files() {
        files = new AsideFiles(directory, new RecordSerializer(Set.of()));
        return files;
    }

    @AfterEach
    void close() {
        files.close();
    }

    private static <T> List<T> all(Iterator<T> records) throws Exception {
        List<T> all = new ArrayList<>();
        records.forEachRemaining(all::add);
        if (records instanceof AutoCloseable open) {
            open.close();
        }
        return all;
    }

    private List<Path> onDisk() throws Exception {
        try (Stream<Path> tree = Files.walk(directory)) {
            return tree.filter(Files::isRegularFile).toList();
        }
    }

    @Test
    void eachSectionIsReadByItself() throws Exception {
        List<Integer> many = IntStream.range(0, 50_000).boxed().toList();
        List<List<Integer>> sections = List.of(List.of(1, 2), List.of(), many, List.of(3));
        AsideFiles.Sections<Integer> file = files().write(sections);
        for (int i = sections.size() - 1; i >= 0; i--) {
            assertThat(all(file.open(i))).isEqualTo(sections.get(i));
        }
        assertThat(files.written().files()).isEqualTo(1);
        assertThat(files.written().bytes()).isEqualTo(Files.size(onDisk().get(0)));
        file.close();
        assertThat(onDisk()).isEmpty();
    }

    @Test
    void aRunIsReadAsOftenAsWanted() throws Exception {
        StorageTask.Aside<String> run = files().write(List.of("a", "b").iterator());
        assertThat(all(run.open())).containsExactly("a", "b");
        assertThat(all(run.open())).containsExactly("a", "b");
    }

    @Test
    void whatCannotBeSerializedLeavesNothing() throws Exception {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> files().write(List.of("a", new Thread()).iterator()));
        assertThat(onDisk()).isEmpty();
    }

    @Test
    void aDiskThatFailsIsTold() throws Exception {
        StorageTask.Aside<String> run = files().write(List.of("a").iterator());
        Path file = onDisk().get(0);
        Files.delete(file);
        assertThatThrownBy(run::open)
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageStartingWith("ACQ-0826 records that were put aside in " + file);
        Files.delete(file.getParent());
        assertThatThrownBy(() -> files.write(List.of("b").iterator()))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageStartingWith("ACQ-0822 records that do not fit into memory cannot go to disk: ")
                .hasMessageContaining("streaming.storage.dir");
    }

    /** As a collector of garbage does, which has found their owners only now. */
    @Test
    void filesMayGoWhileTheDirectoryIsClosed() throws Exception {
        files();
        List<StorageTask.Aside<Integer>> many = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            many.add(files.write(List.of(i).iterator()));
        }
        CompletableFuture<Void> others = CompletableFuture.runAsync(() -> many.forEach(StorageTask.Aside::close));
        files.close();
        others.get();
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void closingDeletesEverything() throws Exception {
        files().write(List.of("a").iterator());
        files.close();
        assertThat(onDisk()).isEmpty();
    }
}
