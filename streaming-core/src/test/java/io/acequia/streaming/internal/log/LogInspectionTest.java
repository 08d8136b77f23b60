/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.data.ByteSize;
import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.internal.log.LogInspection.Listed;
import io.acequia.streaming.internal.log.LogInspection.State;
import io.acequia.streaming.internal.store.LocalDisk;
import io.acequia.streaming.storage.Storage;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class LogInspectionTest {
    private static final LogSettings SMALL =
            new LogSettings(ByteSize.kibibytes(1), new ByteSize(200), Duration.ofMinutes(10));

    @TempDir
    Path directory;

    private LocalDisk disk;

    @BeforeEach
    void open() {
        disk = LocalDisk.at(directory);
    }

    @AfterEach
    void close() {
        disk.close();
    }

    private SegmentedLog log() throws IOException {
        return SegmentedLog.open(
                disk, "wal", new UUID(7, 11), SMALL, StreamClock.system(), () -> ByteBuffer.wrap(new byte[4]));
    }

    private static void append(SegmentedLog log, int records) throws IOException {
        for (int i = 0; i < records; i++) {
            log.force(log.append((byte) 1, ByteBuffer.wrap(new byte[60])));
        }
    }

    private List<Long> read(Storage storage) throws IOException {
        List<Long> seen = new ArrayList<>();
        LogInspection.read(storage, "wal", (type, address, payload) -> {
            if (address.seq() == 1) {
                seen.clear();
            }
            seen.add(address.seq());
        });
        return seen;
    }

    @Test
    void aListGivesWhatAScanFinds() throws IOException {
        SegmentedLog log = log();
        append(log, 7);

        List<Listed> listed = LogInspection.list(disk, "wal");

        LogReader.Found found = LogInspection.read(disk, "wal", (type, address, payload) -> {});
        assertThat(listed).hasSizeGreaterThan(2);
        assertThat(listed).zipSatisfy(found.segments(), (seen, scanned) -> {
            assertThat(seen.file()).isEqualTo(scanned.file());
            assertThat(seen.firstSeq()).isEqualTo(scanned.firstSeq());
            assertThat(seen.lastSeq()).isEqualTo(scanned.lastSeq());
            assertThat(seen.bytes()).isEqualTo(scanned.bytes());
            assertThat(seen.state() == State.FINISHED).isEqualTo(scanned.finished());
            assertThat(seen.createdMs()).isPositive();
        });
        log.close();
    }

    @Test
    void aSegmentThatWasCutShortEndsWhereTheNextOneSaysSo() throws IOException {
        append(log(), 1);
        disk.close();
        disk = LocalDisk.at(directory);
        append(log(), 1);

        List<Listed> listed = LogInspection.list(disk, "wal");

        assertThat(listed).extracting(Listed::state).containsExactly(State.UNFINISHED, State.UNFINISHED);
        assertThat(listed).extracting(Listed::lastSeq).containsExactly(2L, 4L);
    }

    @Test
    void aFileWithoutAHeaderIsListedAsThat() throws IOException {
        Files.createDirectories(directory.resolve("wal"));
        Files.write(directory.resolve("wal/wal-0000000000000001-00000001.log"), new byte[100]);
        Files.write(directory.resolve("wal/other.log"), new byte[100]);

        assertThat(LogInspection.list(disk, "wal"))
                .containsExactly(new Listed("wal-0000000000000001-00000001.log", 0, -1, 100, State.NO_HEADER, 0));
        assertThat(LogInspection.isSegment("wal-0000000000000001-00000001.log")).isTrue();
        assertThat(LogInspection.isSegment("other.log")).isFalse();
    }

    /** A listing that is older than the files: the first segment was measured before it was finished. */
    @Test
    void whatAWriterDidMeanwhileIsNotTakenForDamage() throws IOException {
        SegmentedLog log = log();
        append(log, 1);
        Storage.Entry early = disk.list("wal").get(0);
        append(log, 4);
        List<Storage.Entry> stale = new ArrayList<>(disk.list("wal"));
        stale.set(0, early);
        AtomicInteger looks = new AtomicInteger();

        List<Long> seen = read(listing(() -> looks.getAndIncrement() == 0 ? stale : disk.list("wal")));

        assertThat(looks).hasValue(2);
        assertThat(seen).startsWith(1L).hasSize((int) log.usage().lastSeq());
        log.close();
    }

    @Test
    void aSegmentThatWasReleasedMeanwhileIsLookedForNoMore() throws IOException {
        SegmentedLog log = log();
        append(log, 5);
        List<Storage.Entry> stale = disk.list("wal");
        log.release(4);
        AtomicInteger looks = new AtomicInteger();

        read(listing(() -> looks.getAndIncrement() == 0 ? stale : disk.list("wal")));

        assertThat(looks).hasValue(2);
        assertThat(LogInspection.list(listing(() -> stale), "wal")).hasSameSizeAs(disk.list("wal"));
        log.close();
    }

    @Test
    void damageThatStaysIsBelieved() throws IOException {
        SegmentedLog log = log();
        append(log, 5);
        log.close();
        Path first = directory.resolve(disk.list("wal").get(0).name());
        byte[] bytes = Files.readAllBytes(first);
        bytes[60] ^= 1;
        Files.write(first, bytes);
        AtomicInteger looks = new AtomicInteger();

        assertThatThrownBy(() -> read(listing(() -> {
                    looks.incrementAndGet();
                    return disk.list("wal");
                })))
                .isInstanceOf(LogDamagedException.class);
        assertThat(looks).hasValue(2);
    }

    /** Gives a listing of a folder. */
    private interface Listing {
        List<Storage.Entry> list() throws IOException;
    }

    /** The disk with another listing. */
    private Storage listing(Listing listing) {
        return (Storage) Proxy.newProxyInstance(
                Storage.class.getClassLoader(), new Class<?>[] {Storage.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("list")) {
                        return listing.list();
                    }
                    try {
                        return method.invoke(disk, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
