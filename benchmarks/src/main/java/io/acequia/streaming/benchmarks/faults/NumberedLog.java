/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import io.acequia.streaming.data.ByteSize;
import io.acequia.streaming.internal.log.LogReader;
import io.acequia.streaming.internal.log.LogSettings;
import io.acequia.streaming.internal.log.SegmentedLog;
import io.acequia.streaming.storage.Storage;
import io.acequia.streaming.testkit.ManualClock;
import io.acequia.streaming.testkit.SimulatedStorage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** A log on a simulated disk whose records say which they are: their number, and bytes that follow from it. */
final class NumberedLog {
    static final UUID JOB = new UUID(3, 5);
    static final String FOLDER = "wal";
    /** Lengths of the format: header of a segment, head of a record, trailer of a segment. */
    static final int HEADER = 52;

    static final int HEAD = 17;
    static final int TRAILER = 21;
    static final int LEAST_SEGMENTS = 3;

    private static final ByteBuffer PREAMBLE = ByteBuffer.wrap(new byte[] {1, 2, 3});

    private NumberedLog() {}

    /** What reading gave: records in order from 0, and whether one of them was another than was written. */
    record Found(int records, boolean wrong) {}

    static LogSettings rollAt(long bytes) {
        return new LogSettings(ByteSize.kibibytes(1), new ByteSize(bytes), Duration.ofMinutes(10));
    }

    static SegmentedLog open(Storage storage, UUID job, long roll) throws IOException {
        return SegmentedLog.open(
                storage, FOLDER, job, rollAt(roll), new ManualClock(Instant.EPOCH), PREAMBLE::duplicate);
    }

    /** The finished log of so many records. */
    static SimulatedStorage filled(UUID job, int records, long roll) throws IOException {
        SimulatedStorage storage = new SimulatedStorage(1);
        try (SegmentedLog log = open(storage, job, roll)) {
            for (int i = 0; i < records; i++) {
                log.append((byte) 1, payload(i));
            }
        }
        return storage;
    }

    static ByteBuffer payload(int i) {
        ByteBuffer payload = ByteBuffer.allocate(length(i)).putInt(i);
        while (payload.hasRemaining()) {
            payload.put((byte) (i * 31 + payload.position()));
        }
        return payload.flip();
    }

    private static int length(int i) {
        return Integer.BYTES + i * 7 % 13;
    }

    static List<String> files(Storage storage) throws IOException {
        return storage.list(FOLDER).stream().map(Storage.Entry::name).toList();
    }

    /** Where in a segment the records that begin with a number end. */
    static int endOf(int firstRecord, int records) {
        int end = HEADER + HEAD + PREAMBLE.remaining();
        for (int i = firstRecord; i < firstRecord + records; i++) {
            end += HEAD + length(i);
        }
        return end;
    }

    static Found read(Storage storage) throws IOException {
        int[] next = {0};
        boolean[] wrong = {false};
        LogReader.scan(storage, FOLDER, Optional.of(JOB), rollAt(1), (type, address, payload) -> {
            if (type != LogReader.PREAMBLE) {
                wrong[0] |= !payload.equals(payload(next[0]++));
            }
        });
        return new Found(next[0], wrong[0]);
    }
}
