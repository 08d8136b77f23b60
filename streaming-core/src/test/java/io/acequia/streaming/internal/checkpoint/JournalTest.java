/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.data.ByteSize;
import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.internal.checkpoint.Journal.Reach;
import io.acequia.streaming.internal.log.LogSettings;
import io.acequia.streaming.internal.log.SegmentedLog;
import io.acequia.streaming.internal.store.ForwardingStorage;
import io.acequia.streaming.internal.store.LocalDisk;
import io.acequia.streaming.storage.Storage;
import io.acequia.streaming.storage.StorageFullException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class JournalTest {
    private static final LogSettings SMALL =
            new LogSettings(ByteSize.kibibytes(4), new ByteSize(400), Duration.ofMinutes(10));
    private static final Allocation WORDS =
            new Allocation("words", "7", 12, List.of(List.of("0-3", "3-5"), List.of("5-7")));

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

    private Journal journal() throws IOException {
        return journal(disk, why -> {
            throw new InterruptedException(why.getMessage());
        });
    }

    private static Journal journal(Storage storage, Journal.Full full) throws IOException {
        return Journal.open(storage, Samples.JOB, SMALL, StreamClock.system(), full);
    }

    private static Journal begun(Journal journal) throws IOException, InterruptedException {
        journal.begin(Samples.BEGINNING);
        return journal;
    }

    private static Time at(long millis) {
        return new Time(millis);
    }

    @Test
    void whatIsWrittenIsReadBack() throws Exception {
        try (Journal fresh = journal()) {
            assertThat(fresh.reach()).isEqualTo(Reach.NOTHING);
        }
        try (Journal journal = begun(journal())) {
            assertThat(journal.beginning()).contains(Samples.BEGINNING);
            journal.allocated(at(2000), List.of(WORDS));
            journal.outputDone(at(2000), "sink");
            journal.outputFailed(at(2000), "print", "it broke");
            journal.batchDone(at(2000));
            journal.allocated(at(3000), List.of(WORDS, new Allocation("other", "", 0, List.of())));
        }
        try (Journal again = journal()) {
            assertThat(again.beginning()).contains(Samples.BEGINNING);
            assertThat(again.reach()).isEqualTo(Reach.BEGINNING);
            List<JournaledBatch> batches = again.batchesAfter(at(1000));
            assertThat(batches).hasSize(2);
            assertThat(batches.get(0).allocations()).containsExactly(WORDS);
            assertThat(batches.get(0).ended()).containsExactlyInAnyOrder("sink", "print");
            assertThat(batches.get(0).done()).isTrue();
            assertThat(batches.get(1).time()).isEqualTo(at(3000));
            assertThat(batches.get(1).allocations()).hasSize(2);
            assertThat(batches.get(1).ended()).isEmpty();
            assertThat(batches.get(1).done()).isFalse();
            assertThat(again.batchesAfter(at(2000))).hasSize(1);
        }
    }

    @Test
    void whatALossOfPowerMayTakeIsNotCountedAsForced() throws Exception {
        try (Journal journal = begun(journal())) {
            journal.allocated(at(2000), List.of(WORDS));
            long allocated = journal.lastSeq();
            journal.outputDone(at(2000), "sink");
            assertThat(journal.lastSeq()).isEqualTo(allocated + 1);
            assertThat(journal.forcedSeq()).isEqualTo(allocated);
            journal.batchDone(at(2000));
            assertThat(journal.forcedSeq()).isEqualTo(allocated + 2);
        }
        try (Journal again = journal()) {
            assertThat(again.forcedSeq()).isEqualTo(again.lastSeq());
        }
    }

    @Test
    void aBatchThatIsNotAllocatedDoesNotExist() throws Exception {
        try (Journal journal = begun(journal())) {
            journal.outputDone(at(2000), "sink");
            journal.batchDone(at(2000));
        }
        try (Journal again = journal()) {
            assertThat(again.batchesAfter(at(0))).isEmpty();
            assertThat(again.lastSeq()).isEqualTo(4);
        }
    }

    @Test
    void aFullDeviceIsWaitedForAndThenWritten() throws Exception {
        AtomicInteger full = new AtomicInteger();
        Storage device = new ForwardingStorage(disk) {
            @Override
            public Appender create(String name) throws IOException {
                if (full.get() > 0) {
                    throw new StorageFullException("no space for " + name, null);
                }
                return super.create(name);
            }
        };
        AtomicInteger waits = new AtomicInteger();
        full.set(3);
        try (Journal journal = begun(journal(device, why -> {
            waits.incrementAndGet();
            full.decrementAndGet();
        }))) {
            journal.allocated(at(2000), List.of(WORDS));
            journal.outputDone(at(2000), "sink");
        }
        assertThat(waits).hasValue(3);
        try (Journal again = journal()) {
            assertThat(again.batchesAfter(at(0)).get(0).ended()).containsExactly("sink");
        }
        full.set(1);
        try (Journal gaveUp = journal(device, why -> {
            throw new InterruptedException("enough");
        })) {
            assertThatThrownBy(() -> begun(gaveUp)).hasMessage("enough");
        }
    }

    @Test
    void releaseKeepsWhatBatchesAfterTheOldestCheckpointNeed() throws Exception {
        try (Journal journal = begun(journal())) {
            for (int i = 2; i <= 40; i++) {
                journal.allocated(at(1000L * i), List.of(WORDS));
                journal.batchDone(at(1000L * i));
            }
            int before = journal.usage().segments();
            journal.checkpointed(at(35_000), at(30_000));
            assertThat(journal.usage().segments()).isLessThan(before / 2);
        }
        try (Journal again = journal()) {
            assertThat(again.beginning()).contains(Samples.BEGINNING);
            assertThat(again.reach()).isEqualTo(Reach.CHECKPOINT);
            assertThat(again.batchesAfter(at(30_000))).hasSize(10).allMatch(JournaledBatch::done);
        }
    }

    @Test
    void batchesThatMayBeGoneAreNotTakenForNone() throws Exception {
        try (Journal journal = begun(journal())) {
            journal.allocated(at(2000), List.of(WORDS));
            journal.allocated(at(3000), List.of(WORDS));
            journal.checkpointed(at(3000), at(2000));
        }
        try (Journal again = journal()) {
            assertThatThrownBy(() -> again.batchesAfter(at(1000)))
                    .hasMessageStartingWith("ACQ-1118 journal: batches after")
                    .hasMessageContaining("the checkpoints are older than the journal");
            assertThat(again.batchesAfter(at(2000))).hasSize(1);
            again.allocated(at(4000), List.of(WORDS));
        }
        try (Journal later = journal()) {
            assertThatThrownBy(() -> later.batchesAfter(at(1000))).hasMessageStartingWith("ACQ-1118 ");
        }
    }

    @Test
    void nothingIsWrittenBeforeTheJobHasBegun() throws IOException {
        try (Journal journal = journal()) {
            assertThatThrownBy(() -> journal.allocated(at(2000), List.of())).hasMessageStartingWith("ACQ-1110 ");
        }
    }

    private void writeRaw(ByteBuffer preamble, int type, ByteBuffer record) throws IOException {
        try (SegmentedLog log = SegmentedLog.open(
                disk, Journal.FOLDER, Samples.JOB, SMALL, StreamClock.system(), preamble::duplicate)) {
            log.force(log.append((byte) type, record));
        }
    }

    private static ByteBuffer preamble(int format) {
        FieldWriter out = new FieldWriter().number(format);
        Beginning.write(out, Samples.BEGINNING);
        return out.number(Long.MIN_VALUE).bytes();
    }

    @Test
    void aNewerFormatIsRefused() throws IOException {
        writeRaw(preamble(2), 4, new FieldWriter().number(2000L).bytes());
        assertThatThrownBy(this::journal)
                .hasMessageStartingWith(
                        "ACQ-1111 journal: the format of its records is 2, and this version knows up to 1");
    }

    @Test
    void aRecordThatIsNoneIsRefused() throws IOException {
        writeRaw(preamble(1), 9, new FieldWriter().number(2000L).bytes());
        assertThatThrownBy(this::journal)
                .hasMessageStartingWith("ACQ-1101 journal/")
                .hasMessageContaining("a record is of type 9");
    }
}
