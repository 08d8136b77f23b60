/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.checkpoint;

import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.internal.log.Address;
import io.acequia.streaming.internal.log.LogReader;
import io.acequia.streaming.internal.log.LogSettings;
import io.acequia.streaming.internal.log.SegmentedLog;
import io.acequia.streaming.storage.Storage;
import io.acequia.streaming.storage.StorageFullException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The journal of a job: which batches there were, what each of them read, and which of their outputs are done. A batch that
 * is not in it never existed.
 *
 * <p><b>Records</b>, as fields of a {@link FieldWriter} in a {@link SegmentedLog}: {@code ALLOCATED} (time, allocations), forced
 * before anything is done for the batch; {@code OUTPUT_DONE} (time, uid) and {@code OUTPUT_FAILED} (time, uid, cause), which may be
 * lost with the power: then the output is repeated under the same key; {@code BATCH_DONE} (time), forced before the
 * batch is covered by a checkpoint or its sources are told; {@code CHECKPOINT} (time, oldest), forced when the checkpoint is
 * whole and before anything older goes: what was up to {@code oldest} is in checkpoints alone from then on. {@code STARTED} (time of the beginning), forced at each start. Each segment
 * begins with the {@link Beginning} and the newest {@code oldest}, so old segments can go.
 *
 * <p><b>Threads.</b> Any; the log orders them. Batches are allocated in the order of their times.
 *
 * <p><b>A full device</b> is waited for, as its owner says: what was to be written then is written when there is space.
 */
public final class Journal implements AutoCloseable {
    /** Where it is, in the checkpoint directory. */
    public static final String FOLDER = "journal";

    static final int FORMAT = 1;
    static final byte ALLOCATED = 1;
    static final byte OUTPUT_DONE = 2;
    static final byte OUTPUT_FAILED = 3;
    static final byte BATCH_DONE = 4;
    static final byte CHECKPOINT = 5;
    static final byte STARTED = 6;
    static final long NEVER = Long.MIN_VALUE;

    private final SegmentedLog log;
    private final Full full;
    private final JournalContent found = new JournalContent();
    /** Where the allocation of each batch stands that no released segment holds. Guarded by itself. */
    private final TreeMap<Time, Long> allocated = new TreeMap<>();

    private volatile @Nullable Beginning beginning;
    private volatile long released = NEVER;
    private final AtomicLong forced = new AtomicLong();

    /** What happens when there is no space. */
    @FunctionalInterface
    public interface Full {
        /**
         * Waits before the next attempt.
         *
         * @throws InterruptedException when there should be none
         */
        void await(StorageFullException why) throws InterruptedException;
    }

    private Journal(Storage storage, UUID job, LogSettings limits, StreamClock clock, Full full) throws IOException {
        this.full = full;
        this.log = SegmentedLog.open(storage, FOLDER, job, limits, clock, this::preamble);
        boolean whole = false;
        try {
            ByteBuffer newest = log.recoveredPreamble().orElse(null);
            if (newest != null) {
                found.begin(newest);
            }
            for (SegmentedLog.Entry entry : log.recovered()) {
                Address at = entry.address();
                found.take(entry.type(), at, log.read(at));
            }
            beginning = found.beginning();
            released = found.released();
            allocated.putAll(found.allocated());
            forced.set(lastSeq());
            whole = true;
        } finally {
            if (!whole) {
                log.close();
            }
        }
    }

    /**
     * Opens the journal in a checkpoint directory, and reads what an earlier run left.
     *
     * @throws io.acequia.streaming.internal.log.LogDamagedException when it must not be trusted
     */
    public static Journal open(Storage storage, UUID job, LogSettings limits, StreamClock clock, Full full)
            throws IOException {
        return new Journal(storage, job, limits, clock, full);
    }

    private ByteBuffer preamble() {
        Beginning known = beginning;
        if (known == null) {
            throw new IllegalStateException("ACQ-1110 the journal is written before the job has begun");
        }
        FieldWriter out = new FieldWriter().number(FORMAT);
        Beginning.write(out, known);
        return out.number(released).bytes();
    }

    /** What a record is, in capitals. */
    public static String nameOf(byte type) {
        return switch (type) {
            case LogReader.PREAMBLE -> "PREAMBLE";
            case ALLOCATED -> "ALLOCATED";
            case OUTPUT_DONE -> "OUTPUT_DONE";
            case OUTPUT_FAILED -> "OUTPUT_FAILED";
            case BATCH_DONE -> "BATCH_DONE";
            case CHECKPOINT -> "CHECKPOINT";
            case STARTED -> "STARTED";
            default -> "type " + type;
        };
    }

    /** What the fields of a record hold, a line for each, for people; nothing of a type that is none. */
    public static List<String> describe(byte type, ByteBuffer payload) throws CheckpointRefusedException {
        FieldReader in = new FieldReader(payload, FOLDER);
        return switch (type) {
            case LogReader.PREAMBLE -> JournalContent.describePreamble(in);
            case ALLOCATED -> {
                List<String> lines = new ArrayList<>(List.of(batch(in)));
                in.list(Allocation::read).forEach(allocation -> lines.add(allocation.describe()));
                yield lines;
            }
            case OUTPUT_DONE -> List.of(batch(in) + ", output " + in.text());
            case OUTPUT_FAILED -> List.of(batch(in) + ", output " + in.text() + ": " + in.text());
            case BATCH_DONE, STARTED -> List.of(batch(in));
            case CHECKPOINT -> List.of(batch(in) + "; the oldest that is kept is of " + batch(in));
            default -> List.of();
        };
    }

    private static String batch(FieldReader in) throws CheckpointRefusedException {
        long millis = in.big();
        return "batch " + millis + " (" + Instant.ofEpochMilli(millis) + ")";
    }

    /** What an earlier run began with; empty the first time. */
    public Optional<Beginning> beginning() {
        return Optional.ofNullable(beginning);
    }

    /** Sets what segments begin with, and writes and forces that: from now on the job has begun. Before anything else is written. */
    public void begin(Beginning now) throws IOException, InterruptedException {
        beginning = now;
        forced(STARTED, new FieldWriter().number(now.zero().milliseconds()).bytes());
    }

    /** How far back it goes. */
    public enum Reach {
        /** Nothing was ever written. */
        NOTHING,
        /** It has all batches that there were. */
        BEGINNING,
        /** Batches up to some time are in checkpoints alone. */
        CHECKPOINT
    }

    /** How far back it goes. */
    public Reach reach() {
        return found.reach();
    }

    /**
     * The batches of earlier runs after a time, in order.
     *
     * @throws CheckpointRefusedException when there may have been some that are gone
     */
    public List<JournaledBatch> batchesAfter(Time time) throws CheckpointRefusedException {
        if (time.milliseconds() < found.released()) {
            throw new CheckpointRefusedException(
                    "ACQ-1118",
                    FOLDER,
                    -1,
                    "batches after " + time + " are asked for, and those up to " + new Time(found.released())
                            + " are gone: the checkpoints are older than the journal; bring back the whole directory"
                            + " from one copy",
                    null);
        }
        return found.batchesAfter(time);
    }

    /** The number of the last record that is there. */
    public long lastSeq() {
        return log.usage().lastSeq();
    }

    /** The number of the last record that no loss of power takes away; those of batches that are done are not after it. */
    public long forcedSeq() {
        return forced.get();
    }

    /** The batch exists from now on. */
    public void allocated(Time time, Collection<Allocation> allocations) throws IOException, InterruptedException {
        Address at = forced(
                ALLOCATED,
                new FieldWriter()
                        .number(time.milliseconds())
                        .list(List.copyOf(allocations), Allocation::write)
                        .bytes());
        synchronized (allocated) {
            allocated.put(time, at.seq());
        }
    }

    /** The output has done what it does for the batch. */
    public void outputDone(Time time, String uid) throws IOException, InterruptedException {
        append(
                OUTPUT_DONE,
                new FieldWriter().number(time.milliseconds()).text(uid).bytes());
    }

    /** The output has failed, and is not tried again. */
    public void outputFailed(Time time, String uid, String cause) throws IOException, InterruptedException {
        append(
                OUTPUT_FAILED,
                new FieldWriter()
                        .number(time.milliseconds())
                        .text(uid)
                        .text(cause)
                        .bytes());
    }

    /** All outputs have ended. */
    public void batchDone(Time time) throws IOException, InterruptedException {
        forced(BATCH_DONE, new FieldWriter().number(time.milliseconds()).bytes());
    }

    /**
     * A checkpoint is whole.
     *
     * @param oldest of those that are kept: batches up to it are not needed any more
     */
    public void checkpointed(Time time, Time oldest) throws IOException, InterruptedException {
        Address at = forced(
                CHECKPOINT,
                new FieldWriter()
                        .number(time.milliseconds())
                        .number(oldest.milliseconds())
                        .bytes());
        released = Math.max(released, oldest.milliseconds());
        long needed = at.seq();
        synchronized (allocated) {
            allocated.headMap(oldest, true).clear();
            for (long seq : allocated.values()) {
                needed = Math.min(needed, seq);
            }
        }
        log.release(needed);
    }

    private Address forced(byte type, ByteBuffer payload) throws IOException, InterruptedException {
        while (true) {
            try {
                Address at = log.append(type, payload.duplicate());
                log.force(at);
                forced.accumulateAndGet(at.seq(), Math::max);
                return at;
            } catch (StorageFullException e) {
                full.await(e);
            }
        }
    }

    private void append(byte type, ByteBuffer payload) throws IOException, InterruptedException {
        while (true) {
            try {
                log.append(type, payload.duplicate());
                return;
            } catch (StorageFullException e) {
                full.await(e);
            }
        }
    }

    /** What the journal takes. */
    public SegmentedLog.Usage usage() {
        return log.usage();
    }

    @Override
    public void close() {
        log.close();
    }
}
