/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.storage.Storage;
import io.acequia.streaming.storage.StorageFullException;
import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class LocalDiskTest {
    @TempDir
    Path directory;

    private LocalDisk disk;

    @BeforeEach
    void open() {
        disk = LocalDisk.at(directory.resolve("data/job"));
    }

    @AfterEach
    void close() {
        disk.close();
    }

    private void write(String name, String text) throws IOException {
        try (Storage.Appender file = disk.create(name)) {
            file.write(bytes(text));
            file.force();
        }
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(UTF_8));
    }

    private String read(String name, long offset, int length) throws IOException {
        return UTF_8.decode(disk.read(name, offset, length)).toString();
    }

    @Test
    void aFileGrowsAndIsReadWhileItIsOpen() throws IOException {
        try (Storage.Appender file = disk.create("wal/one.log")) {
            file.write(bytes("hello "));
            ByteBuffer direct = ByteBuffer.allocateDirect(5).put(bytes("world")).flip();
            file.write(direct);
            assertThat(direct.hasRemaining()).isFalse();
            assertThat(file.length()).isEqualTo(11);
            file.force();
            disk.forceFolder("wal");
            assertThat(read("wal/one.log", 3, 5)).isEqualTo("lo wo");
        }
        disk.force("wal/one.log");
        assertThat(Files.readString(directory.resolve("data/job/wal/one.log"))).isEqualTo("hello world");
        assertThat(disk.uri()).isEqualTo(directory.toUri() + "data/job");
        assertThat(disk.capabilities()).isEqualTo(new Storage.Capabilities(true, true, true));
    }

    @Test
    void nothingIsOverwrittenOrInvented() throws IOException {
        write("a", "x");
        assertThatThrownBy(() -> disk.create("a")).isInstanceOf(FileAlreadyExistsException.class);
        assertThatThrownBy(() -> disk.read("b", 0, 1)).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> disk.force("b")).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> disk.commit("b", "c")).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> disk.read("a", 0, 2)).isInstanceOf(EOFException.class);
        assertThat(disk.read("a", 1, 0).remaining()).isZero();
        assertThat(disk.delete("b")).isFalse();
        assertThat(disk.delete("a")).isTrue();
        assertThat(disk.list("")).isEmpty();
    }

    @Test
    void filesAndFoldersAreListedWithTheirNamesInTheStorage() throws IOException {
        assertThat(disk.list("")).isEmpty();
        assertThat(disk.folders("nowhere")).isEmpty();
        write("b", "22");
        write("a", "1");
        write("in/y", "");
        write("in/deep/x", "333");
        assertThat(disk.list("")).containsExactly(new Storage.Entry("a", 1), new Storage.Entry("b", 2));
        assertThat(disk.list("in")).containsExactly(new Storage.Entry("in/y", 0));
        assertThat(disk.list("in/deep")).containsExactly(new Storage.Entry("in/deep/x", 3));
        assertThat(disk.folders("")).containsExactly("in");
        assertThat(disk.folders("in")).containsExactly("in/deep");
        assertThat(disk.list("a")).isEmpty();
    }

    @Test
    void commitReplacesTheOldFile() throws IOException {
        write("MANIFEST", "old");
        write("tmp/MANIFEST.tmp", "new!");
        disk.commit("tmp/MANIFEST.tmp", "MANIFEST");
        assertThat(read("MANIFEST", 0, 4)).isEqualTo("new!");
        assertThat(disk.list("tmp")).isEmpty();
        disk.commit("MANIFEST", "made/by/commit");
        assertThat(disk.list("made/by")).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "/etc/passwd",
                "..",
                "../x",
                "a/../../x",
                "a/..",
                "./a",
                "a/.",
                "a//b",
                "a/",
                "a\\b",
                "..\\x",
                "a\0b",
                "\0"
            })
    void aNameThatIsNoneIsRefused(String name) {
        assertThatThrownBy(() -> disk.create(name))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("ACQ-0561 ");
        assertThatThrownBy(() -> disk.read(name, 0, 1)).hasMessageStartingWith("ACQ-0561 ");
        assertThatThrownBy(() -> disk.delete(name)).hasMessageStartingWith("ACQ-0561 ");
        assertThatThrownBy(() -> disk.commit("a", name)).hasMessageStartingWith("ACQ-0561 ");
        assertThatThrownBy(() -> disk.lock(name)).hasMessageStartingWith("ACQ-0561 ");
    }

    @Test
    void aLockIsHeldOnceAndCountsItsHolders() throws IOException {
        Storage.Lock first = disk.lock("lock").orElseThrow();
        assertThat(first.epoch()).isEqualTo(1);
        assertThat(disk.lock("lock")).isEmpty();
        try (LocalDisk same = LocalDisk.at(directory.resolve("data/job"))) {
            assertThat(same.lock("lock")).isEmpty();
            assertThat(same.lock("other")).isPresent();
        }
        assertThat(takenByAnotherProcess()).isEqualTo("held");
        first.close();
        first.close();
        assertThat(takenByAnotherProcess()).isEqualTo("free");
        Storage.Lock second = disk.lock("lock").orElseThrow();
        assertThat(second.epoch()).isEqualTo(2);
        disk.close();
        try (LocalDisk again = LocalDisk.at(directory.resolve("data/job"))) {
            assertThat(again.lock("lock").map(Storage.Lock::epoch)).contains(3L);
        }
    }

    private String takenByAnotherProcess() throws IOException {
        Process other = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        OtherProcess.class.getName(),
                        directory.resolve("data/job/lock").toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            String said = new String(other.getInputStream().readAllBytes(), UTF_8).trim();
            assertThat(other.waitFor(30, TimeUnit.SECONDS)).isTrue();
            return said;
        } catch (InterruptedException e) {
            throw new IOException(e);
        } finally {
            other.destroyForcibly();
        }
    }

    /** Tries to take a lock. */
    static final class OtherProcess {
        private OtherProcess() {}

        public static void main(String[] args) throws IOException {
            try (RandomAccessFile file = new RandomAccessFile(args[0], "rw")) {
                System.out.println(file.getChannel().tryLock() == null ? "held" : "free");
            }
        }
    }

    @Test
    void aLockThatDoesNotHoldANumberIsRefused() throws IOException {
        write("lock", "not a number");
        assertThatThrownBy(() -> disk.lock("lock"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("ACQ-0564 the lock lock ");
        assertThat(disk.delete("lock")).isTrue();
        assertThat(disk.lock("lock")).isPresent();
    }

    @Test
    void afterCloseNothingIsThere() throws IOException {
        Storage.Appender file = disk.create("a");
        disk.close();
        disk.close();
        assertThatThrownBy(() -> file.write(bytes("late"))).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> disk.create("b"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("ACQ-0562 ");
        assertThatThrownBy(() -> disk.list("")).hasMessageStartingWith("ACQ-0562 ");
    }

    @Test
    void aFullDeviceIsToldFromABrokenOne() throws IOException {
        for (String message : List.of("No space left on device", "x: Disk quota exceeded")) {
            assertThat(DiskErrors.at("a", new IOException(message)))
                    .isInstanceOf(StorageFullException.class)
                    .hasMessageStartingWith("ACQ-0563 a ");
        }
        assertThat(DiskErrors.at("a", new IOException("Input/output error")))
                .isNotInstanceOf(StorageFullException.class)
                .hasMessageStartingWith("ACQ-0565 the disk failed at a: ");
        write("folder/file", "");
        write("b", "");
        assertThatThrownBy(() -> disk.commit("b", "folder")).hasMessageStartingWith("ACQ-0565 ");
        assertThatThrownBy(() -> disk.create("b/c")).isInstanceOf(IOException.class);
        assertThat(disk.list("folder")).hasSize(1);
    }

    @Test
    void anInterruptEndsNoFile() throws IOException {
        Thread.currentThread().interrupt();
        write("a", "x");
        disk.forceFolder("");
        disk.force("a");
        assertThat(read("a", 0, 1)).isEqualTo("x");
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void aRootThatIsGoneIsNotMadeAgain() throws IOException {
        Path root = directory.resolve("job");
        try (Storage disk = LocalDisk.at(root)) {
            disk.create("a").close();
            disk.delete("a");
            Files.delete(root);
            assertThatThrownBy(() -> disk.create("b")).hasStackTraceContaining("ACQ-0599");
            assertThat(root).doesNotExist();
        }
    }
}
