/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.acequia.streaming.data.ByteSize;
import io.acequia.streaming.internal.log.LogReader;
import io.acequia.streaming.internal.log.LogSettings;
import io.acequia.streaming.internal.log.SegmentedLog;
import io.acequia.streaming.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** What the tests of logs share: a job, small segments, and payloads that say which they are. */
final class LogUnderTest {
    static final UUID JOB = new UUID(3, 5);
    static final String FOLDER = "wal";

    private LogUnderTest() {}

    static LogSettings rollAt(long bytes) {
        return new LogSettings(ByteSize.kibibytes(1), new ByteSize(bytes), Duration.ofMinutes(10));
    }

    static SegmentedLog open(Storage storage, LogSettings settings) throws IOException {
        ManualClock clock = new ManualClock(Instant.parse("2026-01-01T00:00:00Z"));
        return SegmentedLog.open(storage, FOLDER, JOB, settings, clock, () -> bytes("preamble"));
    }

    /** A storage with the finished log of so many records. */
    static SimulatedStorage filled(int records, long roll) throws IOException {
        SimulatedStorage storage = new SimulatedStorage(1);
        try (SegmentedLog log = open(storage, rollAt(roll))) {
            for (int i = 0; i < records; i++) {
                log.append((byte) 1, payload(i));
            }
        }
        return storage;
    }

    static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(UTF_8));
    }

    static ByteBuffer payload(long i) {
        return ByteBuffer.allocate(Long.BYTES).putLong(i).flip();
    }

    static List<String> files(Storage storage) throws IOException {
        return storage.list(FOLDER).stream().map(Storage.Entry::name).toList();
    }

    /** The numbers in the payloads of all records, preambles left out. */
    static List<Long> read(Storage storage) throws IOException {
        List<Long> found = new ArrayList<>();
        LogReader.scan(storage, FOLDER, Optional.of(JOB), rollAt(1), (type, address, payload) -> {
            if (type != LogReader.PREAMBLE) {
                found.add(payload.getLong());
            }
        });
        return found;
    }
}
