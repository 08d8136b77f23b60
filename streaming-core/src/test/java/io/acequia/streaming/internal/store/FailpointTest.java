/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class FailpointTest {
    private final List<String> passed = new ArrayList<>();

    @TempDir
    private Path folder;

    @ParameterizedTest
    @MethodSource("all")
    void thePassageThatWasAskedForFailsAndNoOther(String name) {
        Passages.Armed armed = Passages.Armed.of(name + ":3:throw", null);
        assertThat(armed.failsAt(name)).isFalse();
        assertThat(armed.failsAt("elsewhere")).isFalse();
        assertThat(armed.failsAt(name)).isFalse();
        assertThat(armed.failsAt(name)).isTrue();
        assertThat(armed.failsAt(name)).isFalse();
    }

    static List<String> all() {
        return Failpoint.all();
    }

    @ParameterizedTest
    @EnumSource
    void withoutThePropertiesNothingHappens(Failpoint point) {
        assertThat(Passages.Armed.of(null, null)).isNull();
        assertThat(Passages.Record.of(null)).isNull();
        assertThat(Passages.message(point.text())).startsWith("ACQ-0676 ").endsWith(point.text());
        point.pass();
        Storage plain = LocalDisk.at(folder);
        assertThat(FailpointStorage.around(plain)).isSameAs(plain);
    }

    @Test
    void aPassageCanBeDelayed() {
        Passages.Armed armed = Passages.Armed.of("block.forced:1:delay", null);
        long begin = StreamClock.system().nanoTime();
        assertThat(armed.failsAt("block.forced")).isFalse();
        assertThat(StreamClock.system().nanoTime() - begin).isGreaterThan(100_000_000L);
    }

    @Test
    void passagesCountFromAnotherPlaceOn() {
        Passages.Armed armed = Passages.Armed.of("block.forced:1:throw", "batch.planned");
        assertThat(armed.failsAt("block.forced")).isFalse();
        assertThat(armed.failsAt("batch.planned")).isFalse();
        assertThat(armed.failsAt("block.forced")).isTrue();
        assertThatThrownBy(() -> Passages.Armed.of("block.forced:1:throw", "nowhere"))
                .hasMessageStartingWith("ACQ-0675");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "block.forced",
                "nowhere:1:halt",
                "block.forced:1:halt:twice",
                "block.forced:1:stop",
                "block.forced:x:halt"
            })
    void anythingElseIsRefused(String text) {
        assertThatThrownBy(() -> Passages.Armed.of(text, null)).hasMessageStartingWith("ACQ-0675");
    }

    @Test
    void everyNameIsThereOnce() {
        assertThat(Failpoint.all()).hasSizeGreaterThan(40).doesNotHaveDuplicates();
    }

    @Test
    void whatWasPassedOutlivesTheProcess() throws IOException {
        Path file = folder.resolve("seen");
        assertThat(Passages.Seen.in(file).counts()).isEmpty();
        Passages.Record record = Passages.Record.of(file.toString());
        assertThat(Passages.Seen.in(file).last()).isNull();
        record.passed("block.forced");
        record.passed("output.done");
        record.passed("journal.write.middle");
        record.passed("block.forced");

        Passages.Seen seen = Passages.Seen.in(file);

        assertThat(seen.counts())
                .containsOnlyKeys("block.forced", "output.done", "journal.write.middle")
                .containsEntry("block.forced", 2L);
        assertThat(seen.last()).isEqualTo("block.forced");
        assertThat(seen.lastOfBatches()).isEqualTo("output.done");
    }

    @Test
    void eachChangeOfAStorageHasItsPlaces() throws IOException {
        Storage disk = new FailpointStorage(LocalDisk.at(folder), passed::add);
        disk.lock("lock").orElseThrow().close();
        for (String name : List.of("journal/wal-1.log", "received/lines/wal-1.log", "checkpoints/cp-1/counts")) {
            try (Storage.Appender file = disk.create(name)) {
                file.write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
                file.force();
            }
            disk.forceFolder(name.substring(0, name.lastIndexOf('/')));
            disk.delete(name);
        }
        for (String name : List.of("journal/wal-2.log", "received/lines/wal-2.log")) {
            disk.create(name).close();
            disk.force(name);
        }
        for (String name : List.of("checkpoints/cp-1/MANIFEST", "job")) {
            String begun = name.equals("job") ? "job.new" : name + ".tmp";
            try (Storage.Appender file = disk.create(begun)) {
                file.write(ByteBuffer.wrap(new byte[] {1}));
                file.force();
            }
            disk.commit(begun, name);
            disk.delete(name);
        }
        disk.forceFolder("");

        assertThat(passed).containsAll(FailpointStorage.names());
        assertThat(Failpoint.all()).containsAll(passed);
        assertThat(Files.size(folder.resolve("journal/wal-2.log"))).isZero();
    }

    @Test
    void aWriteIsPassedBetweenItsHalves() throws IOException {
        Storage disk = new FailpointStorage(LocalDisk.at(folder), name -> {
            if (name.endsWith("middle")) {
                throw new IOException("torn");
            }
        });
        ByteBuffer bytes = ByteBuffer.wrap(new byte[] {1, 2, 3, 4, 5, 6});
        try (Storage.Appender file = disk.create("journal/wal-1.log")) {
            assertThatThrownBy(() -> file.write(bytes)).hasMessage("torn");
        }
        assertThat(Files.readAllBytes(folder.resolve("journal/wal-1.log"))).containsExactly(1, 2, 3);
    }

    @Test
    void aFileWithoutAPlaceIsRefused() {
        Storage disk = new FailpointStorage(LocalDisk.at(folder), passed::add);

        assertThatThrownBy(() -> disk.create("elsewhere/file")).hasMessageStartingWith("ACQ-0677 'elsewhere/file'");
        assertThatThrownBy(() -> disk.lock("journal/lock")).hasMessageStartingWith("ACQ-0677 ");
        assertThat(passed).isEmpty();
    }
}
