/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.checkpoint;

import io.acequia.streaming.data.Time;
import io.acequia.streaming.internal.log.Address;
import io.acequia.streaming.internal.log.LogInspection;
import io.acequia.streaming.internal.log.LogReader;
import io.acequia.streaming.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What the records of a {@link Journal} say together. For one thread. */
public final class JournalContent {
    private final TreeMap<Time, Found> found = new TreeMap<>();
    private final TreeMap<Time, Long> allocated = new TreeMap<>();
    private @Nullable Beginning beginning;
    private long released = Journal.NEVER;
    private long lastSeq;

    /** A batch while the journal is read. */
    private static final class Found {
        private final List<Allocation> allocations;
        private final Set<String> ended = new HashSet<>();
        private boolean done;

        Found(List<Allocation> allocations) {
            this.allocations = allocations;
        }
    }

    /**
     * Reads the journal of a checkpoint directory for people, also one that is written meanwhile, and changes nothing.
     *
     * @param job whose it must be
     * @param also is shown each record
     * @throws io.acequia.streaming.internal.log.LogDamagedException when it must not be trusted
     */
    public static JournalContent read(Storage storage, UUID job, LogReader.Visitor also) throws IOException {
        JournalContent[] content = {new JournalContent()};
        LogInspection.read(storage, Journal.FOLDER, Optional.of(job), (type, address, payload) -> {
            if (address.seq() <= content[0].lastSeq) { // it is read again
                content[0] = new JournalContent();
            }
            also.record(type, address, payload.duplicate());
            if (type == LogReader.PREAMBLE) {
                content[0].begin(payload);
            } else {
                content[0].take(type, address, payload);
            }
            content[0].lastSeq = address.seq();
        });
        return content[0];
    }

    void begin(ByteBuffer preamble) throws CheckpointRefusedException {
        FieldReader in = new FieldReader(preamble, Journal.FOLDER);
        mustKnow(in.number());
        beginning = Beginning.read(in);
        released = Math.max(released, in.big());
        in.mustEnd();
    }

    static List<String> describePreamble(FieldReader in) throws CheckpointRefusedException {
        mustKnow(in.number());
        Beginning beginning = Beginning.read(in);
        long newest = in.big();
        return List.of(
                "began at " + Instant.ofEpochMilli(beginning.zero().milliseconds()) + ", every "
                        + beginning.interval().toMillis() + " ms, parallelism " + beginning.parallelism(),
                newest == Journal.NEVER
                        ? "it has all batches"
                        : "batches up to " + newest + " (" + Instant.ofEpochMilli(newest)
                                + ") are in checkpoints alone");
    }

    private static void mustKnow(int format) throws CheckpointRefusedException {
        if (format != Journal.FORMAT) {
            throw new CheckpointRefusedException(
                    "ACQ-1111",
                    Journal.FOLDER,
                    -1,
                    "the format of its records is " + format + ", and this version knows up to " + Journal.FORMAT
                            + ": recover with the version that wrote it",
                    null);
        }
    }

    void take(byte type, Address at, ByteBuffer payload) throws CheckpointRefusedException {
        FieldReader in = new FieldReader(payload, Journal.FOLDER + "/" + at.file());
        Time time = new Time(in.big());
        switch (type) {
            case Journal.ALLOCATED -> {
                found.put(time, new Found(in.list(Allocation::read)));
                allocated.put(time, at.seq());
            }
            case Journal.OUTPUT_DONE, Journal.OUTPUT_FAILED -> {
                String uid = in.text();
                if (type == Journal.OUTPUT_FAILED) {
                    in.text();
                }
                Found batch = found.get(time);
                if (batch != null) {
                    batch.ended.add(uid);
                }
            }
            case Journal.BATCH_DONE -> {
                Found batch = found.get(time);
                if (batch != null) {
                    batch.done = true;
                }
            }
            case Journal.CHECKPOINT -> released = Math.max(released, in.big());
            case Journal.STARTED -> {}
            default -> throw in.damaged("a record is of type " + type);
        }
        in.mustEnd();
    }

    /** What the job began with; null before it had. */
    public @Nullable Beginning beginning() {
        return beginning;
    }

    long released() {
        return released;
    }

    /** How far back it goes. */
    public Journal.Reach reach() {
        Beginning known = beginning;
        if (known == null) {
            return Journal.Reach.NOTHING;
        }
        return released > known.zero().milliseconds() ? Journal.Reach.CHECKPOINT : Journal.Reach.BEGINNING;
    }

    /** The record that allocates each batch. */
    Map<Time, Long> allocated() {
        return allocated;
    }

    /** The number of the last record; 0 without one. */
    public long lastSeq() {
        return lastSeq;
    }

    /** The batches after a time that are in it, in order. */
    public List<JournaledBatch> batchesAfter(Time time) {
        List<JournaledBatch> batches = new ArrayList<>();
        found.tailMap(time, false)
                .forEach(
                        (at, batch) -> batches.add(new JournaledBatch(at, batch.allocations, batch.ended, batch.done)));
        return batches;
    }
}
