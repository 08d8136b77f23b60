/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.data.ByteSize;
import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.internal.store.LocalDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class SegmentedLogTest {
    private static final UUID JOB = new UUID(7, 11);
    private static final LogSettings SMALL =
            new LogSettings(ByteSize.kibibytes(1), new ByteSize(300), Duration.ofMinutes(10));

    @TempDir
    Path directory;

    private final SteppedClock clock = new SteppedClock();
    private LocalDisk disk;
    private String preamble = "first";

    @BeforeEach
    void open() {
        disk = LocalDisk.at(directory);
    }

    @AfterEach
    void close() {
        disk.close();
    }

    private SegmentedLog log(LogSettings settings) throws IOException {
        return log(settings, 0);
    }

    private SegmentedLog log(LogSettings settings, long knownUntil) throws IOException {
        return SegmentedLog.open(disk, "wal", JOB, settings, clock, () -> bytes(preamble), knownUntil);
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(UTF_8));
    }

    private static String text(ByteBuffer bytes) {
        return UTF_8.decode(bytes).toString();
    }

    private static List<String> payloads(SegmentedLog log) throws IOException {
        List<String> payloads = new ArrayList<>();
        for (SegmentedLog.Entry entry : log.recovered()) {
            payloads.add(text(log.read(entry.address())));
        }
        return payloads;
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("wal"))) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private static List<String> numbered(int from, int until) {
        return IntStream.range(from, until).mapToObj(i -> "record " + i).toList();
    }

    private static void append(SegmentedLog log, int from, int until) throws IOException {
        for (String payload : numbered(from, until)) {
            log.force(log.append((byte) 1, bytes(payload)));
        }
    }

    @Test
    void whatWasAppendedIsReadBackInOrderOverSegmentsAndOpenings() throws IOException {
        try (SegmentedLog log = log(SMALL)) {
            assertThat(log.recovered()).isEmpty();
            assertThat(log.recoveredPreamble()).isEmpty();
            append(log, 0, 50);
        }
        assertThat(files()).hasSizeGreaterThan(3).first().isEqualTo("wal-0000000000000001-00000001.log");
        preamble = "second";
        try (SegmentedLog log = log(SMALL)) {
            assertThat(payloads(log)).isEqualTo(numbered(0, 50));
            assertThat(log.recoveredPreamble().map(SegmentedLogTest::text)).contains("first");
            append(log, 50, 60);
        }
        try (SegmentedLog log = log(SMALL)) {
            assertThat(payloads(log)).isEqualTo(numbered(0, 60));
            assertThat(log.recoveredPreamble().map(SegmentedLogTest::text)).contains("second");
            assertThat(log.usage().tornTails()).isZero();
        }
        assertThat(files().get(files().size() - 1)).endsWith("-00000002.log");
    }

    /** At each place of a segment, also right at its end, and with the earlier one going on before and after the later one begins. */
    @Test
    void whatAWriterWritesAfterALaterOneHasBegunIsNotRead() throws IOException {
        for (int before = 1; before <= 14; before++) {
            for (int meanwhile : List.of(0, 2, 30)) {
                String folder = "wal-" + before + "-" + meanwhile;
                try (SegmentedLog earlier = writer(folder, 1)) {
                    append(earlier, 0, before);
                    try (SegmentedLog later = writer(folder, 2)) {
                        append(earlier, 1000, 1000 + meanwhile);
                        append(later, before, 20);
                        append(earlier, 2000, 2030);
                        append(later, 20, 50);
                        later.release(10);
                    }
                }
                try (SegmentedLog newest = writer(folder, 1)) {
                    List<String> read = payloads(newest);
                    assertThat(read)
                            .as("%d records before, %d meanwhile", before, meanwhile)
                            .endsWith(numbered(10, 50).toArray(new String[0]));
                    assertThat(read).isSubsetOf(numbered(0, 50));
                    append(newest, 50, 60);
                }
                try (SegmentedLog newest = writer(folder, 1)) {
                    assertThat(payloads(newest)).endsWith(numbered(10, 60).toArray(new String[0]));
                }
            }
        }
    }

    private SegmentedLog writer(String folder, int number) throws IOException {
        return SegmentedLog.open(disk, folder, JOB, SMALL, clock, () -> bytes(preamble), 0, number);
    }

    @Test
    void aLogThatEndsBeforeARecordThatIsKnownIsRefused() throws IOException {
        try (SegmentedLog log = log(LogSettings.defaults())) {
            append(log, 0, 5);
        }
        Path only = directory.resolve("wal").resolve(files().get(0));
        byte[] whole = Files.readAllBytes(only);
        long lastSeq;
        try (SegmentedLog log = log(LogSettings.defaults(), 0)) {
            lastSeq = log.usage().lastSeq();
        }
        try (SegmentedLog log = log(LogSettings.defaults(), lastSeq)) {
            assertThat(payloads(log)).isEqualTo(numbered(0, 5));
        }
        assertThatThrownBy(() -> log(LogSettings.defaults(), lastSeq + 1))
                .isInstanceOf(LogDamagedException.class)
                .hasMessageStartingWith("ACQ-0595 wal/" + files().get(0) + " at byte " + whole.length)
                .hasMessageContaining(
                        "it ends with record " + lastSeq + ", and record " + (lastSeq + 1) + " was there");

        Files.write(only, new byte[whole.length]);
        assertThatThrownBy(() -> log(LogSettings.defaults(), 1)).hasMessageStartingWith("ACQ-0595 ");
    }

    @Test
    void aLogWithoutFilesGoesOnBehindTheRecordThatIsKnown() throws IOException {
        try (SegmentedLog log = log(LogSettings.defaults(), 41)) {
            assertThat(log.usage().lastSeq()).isEqualTo(41);
            append(log, 0, 5);
        }
        try (SegmentedLog log = log(LogSettings.defaults(), 41)) {
            assertThat(log.recovered())
                    .extracting(entry -> entry.address().seq())
                    .containsExactly(43L, 44L, 45L, 46L, 47L);
        }
    }

    @Test
    void aPayloadInPartsIsOneRecordAndItsBuffersAreLeftAlone() throws IOException {
        try (SegmentedLog log = log(LogSettings.defaults())) {
            ByteBuffer large = ByteBuffer.allocateDirect(200_000);
            large.putLong(199_992, 42);
            Address address = log.append((byte) 3, bytes("ab"), large, bytes("c"));
            assertThat(large.remaining()).isEqualTo(200_000);
            assertThat(address.length()).isEqualTo(200_003);
            ByteBuffer read = log.read(address);
            assertThat(read.remaining()).isEqualTo(200_003);
            assertThat(read.getLong(199_994)).isEqualTo(42);
            assertThat(read.get(200_002)).isEqualTo((byte) 'c');
        }
    }

    @Test
    void anOldSegmentEndsBeforeTheNextRecord() throws IOException {
        try (SegmentedLog log = log(LogSettings.defaults())) {
            append(log, 0, 2);
            clock.now = clock.now.plus(Duration.ofMinutes(10));
            append(log, 2, 3);
            assertThat(log.usage().segments()).isEqualTo(2);
        }
        List<String> found = new ArrayList<>();
        LogReader.Found all = LogReader.scan(disk, "wal", Optional.of(JOB), (type, address, payload) -> {
            found.add(type == LogReader.PREAMBLE ? "preamble" : text(payload));
        });
        assertThat(found).containsExactly("preamble", "record 0", "record 1", "preamble", "record 2");
        assertThat(all.lastSeq()).isEqualTo(5);
        assertThat(all.segments())
                .allSatisfy(segment -> assertThat(segment.finished()).isTrue());
    }

    @Test
    void releaseDeletesWholeSegmentsAndKeepsTheNewestPreamble() throws IOException {
        try (SegmentedLog log = log(SMALL)) {
            append(log, 0, 50);
            Address last = log.append((byte) 1, bytes("last"));
            log.force(last);
            int before = log.usage().segments();
            log.release(2);
            assertThat(log.usage().segments()).isEqualTo(before);
            log.release(last.seq());
            assertThat(log.usage().segments()).isEqualTo(1);
            assertThat(text(log.read(last))).isEqualTo("last");
        }
        try (SegmentedLog log = log(SMALL)) {
            assertThat(payloads(log)).endsWith("last");
            log.release(Long.MAX_VALUE);
            assertThat(log.usage().segments()).isEqualTo(1);
            assertThat(log.recoveredPreamble()).isPresent();
        }
    }

    @Test
    void aReleasedRecordIsNotThere() throws IOException {
        try (SegmentedLog log = log(SMALL)) {
            Address first = log.append((byte) 1, bytes("gone"));
            append(log, 0, 50);
            log.release(first.seq() + 40);
            assertThatThrownBy(() -> log.read(first)).isInstanceOf(NoSuchFileException.class);
        }
    }

    @Test
    void anInterruptDoesNotHarmTheLog() throws IOException {
        try (SegmentedLog log = log(SMALL)) {
            Thread.currentThread().interrupt();
            append(log, 0, 20);
            assertThat(Thread.interrupted()).isTrue();
            append(log, 20, 30);
        }
        try (SegmentedLog log = log(SMALL)) {
            assertThat(payloads(log)).isEqualTo(numbered(0, 30));
        }
    }

    @Test
    void misuseIsRefused() throws IOException {
        SegmentedLog log = log(SMALL);
        assertThatThrownBy(() -> log.append((byte) 1, ByteBuffer.allocate(1025)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("ACQ-0586 a record of 1025 bytes");
        assertThatThrownBy(() -> log.append((byte) -1, bytes("end"))).hasMessageStartingWith("ACQ-0587 ");
        Address one = log.append((byte) 1, bytes("one"));
        assertThatThrownBy(() -> log.force(new Address(one.file(), 0, 0, 99))).hasMessageStartingWith("ACQ-0591 ");
        assertThatThrownBy(() -> log.read(new Address(one.file(), one.offset() + 1, 3, 2)))
                .isInstanceOf(LogDamagedException.class)
                .hasMessageStartingWith("ACQ-0584 ");
        assertThatThrownBy(() -> log.read(new Address(one.file(), one.offset(), 1 << 30, 2)))
                .hasMessageStartingWith("ACQ-0584 ");
        log.close();
        log.force(one);
        assertThatThrownBy(() -> log.append((byte) 1, bytes("late"))).hasMessageStartingWith("ACQ-0588 ");
        assertThatThrownBy(() -> new LogSettings(ByteSize.mebibytes(1025), ByteSize.mebibytes(1), Duration.ZERO))
                .hasMessageStartingWith("ACQ-0590 ");
    }

    private static final class SteppedClock implements StreamClock {
        private Instant now = Instant.parse("2026-01-01T00:00:00Z");

        @Override
        public Instant now() {
            return now;
        }

        @Override
        public long nanoTime() {
            return Duration.between(Instant.EPOCH, now).toNanos();
        }

        @Override
        public void awaitUntil(Instant at) {
            now = at;
        }
    }
}
