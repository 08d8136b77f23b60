/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.ingest;

import io.acequia.streaming.engine.BlockInfo.Place;
import io.acequia.streaming.engine.ReceiverTask;
import io.acequia.streaming.internal.log.Address;
import io.acequia.streaming.internal.log.SegmentedLog;
import io.acequia.streaming.internal.store.Failpoint;
import io.acequia.streaming.receiver.Position;
import io.acequia.streaming.receiver.Rejected;
import io.acequia.streaming.storage.Storage;
import io.acequia.streaming.storage.StorageFullException;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The log of one source: its blocks, which of them are needed no more, and whether the source has ended. Each segment begins
 * with how far the source had been taken in and what was released by then, so old segments can go. For one thread at a time,
 * but for the preamble, which is read under a lock of its own.
 */
final class BlockLog<T> implements AutoCloseable {
    /** A block: {@link BlockRecord}. */
    static final byte BLOCK = 1;
    /** No record below {@code seq u64} is needed. */
    static final byte RELEASED = 2;
    /** The source has ended: empty. */
    static final byte ENDED = 3;

    private final Reception<T> task;
    private final Storage storage;
    private final Preamble preamble = new Preamble();
    private final List<Recovered> recovered = new ArrayList<>();
    private final SegmentedLog log;

    private BlockLog(Reception<T> task, ReceiverTask.Host<T> host, long knownUntil, long epoch) throws IOException {
        this.task = task;
        DataLog where = task.dataLog();
        this.storage = host.storage(where.uri());
        this.log = SegmentedLog.open(
                storage, where.folder(), where.job(), where.limits(), host.clock(), preamble::encode, knownUntil, (int)
                        epoch);
    }

    /**
     * A block that an earlier run logged, and no batch has done.
     *
     * @param place where its records are
     */
    record Recovered(int count, long bytes, List<Position> positions, List<Rejected> rejected, Place place) {}

    /**
     * Opens the log, and finds what an earlier run left.
     *
     * @param knownUntil the last of its records that the driver knows of; 0 for none
     * @param epoch the attempt of the receiver, from 1: what an older one still writes is not read
     */
    static <T> BlockLog<T> open(Reception<T> task, ReceiverTask.Host<T> host, long knownUntil, long epoch)
            throws IOException {
        BlockLog<T> opened = new BlockLog<>(task, host, knownUntil, epoch);
        boolean whole = false;
        try {
            opened.recover();
            whole = true;
            return opened;
        } finally {
            if (!whole) {
                opened.close();
            }
        }
    }

    private void recover() throws IOException {
        ByteBuffer newest = log.recoveredPreamble().orElse(null);
        if (newest != null) {
            preamble.decode(newest);
        }
        for (SegmentedLog.Entry entry : log.recovered()) {
            if (entry.type() == RELEASED) {
                preamble.release(log.read(entry.address()).getLong());
            } else if (entry.type() == ENDED) {
                preamble.end();
            }
        }
        for (SegmentedLog.Entry entry : log.recovered()) {
            if (entry.type() == BLOCK) {
                Address at = entry.address();
                BlockRecord block = BlockRecord.decode(log.read(at));
                block.positions().forEach(preamble::advance);
                if (at.seq() >= preamble.releasedBelow()) {
                    recovered.add(new Recovered(
                            block.count(), block.bytes(), block.positions(), block.rejected(), place(at)));
                }
            }
        }
    }

    private static Place place(Address at) {
        return new Place(at.file(), at.offset(), at.length(), at.seq());
    }

    /** What the first record of a segment says of the records before it. */
    static long releasedBelow(ByteBuffer preamble) {
        Preamble read = new Preamble();
        read.decode(preamble.duplicate());
        return read.releasedBelow();
    }

    /** What an earlier run left, in the order in which it was received. */
    List<Recovered> recovered() {
        return recovered;
    }

    /** How far each shard has been taken in. */
    List<Position> positions() {
        return preamble.positions();
    }

    boolean sourceHasEnded() {
        return preamble.hasEnded();
    }

    /**
     * Logs blocks, and forces them together. A segment that begins meanwhile says that the blocks before it were taken in;
     * those that the storage took back were not, and nothing may say so.
     *
     * @param blocks what the log is given of each
     * @return where the first of them are, as far as there was space
     * @throws StorageFullException when there is none for the first of them
     */
    List<Place> write(List<Sealed<T>> sealed, List<ByteBuffer[]> blocks) throws IOException {
        Map<String, Long> before = preamble.positionsBefore();
        List<Address> written = new ArrayList<>();
        try {
            for (ByteBuffer[] block : blocks) {
                written.add(log.append(BLOCK, block));
                sealed.get(written.size() - 1).positions().forEach(preamble::advance);
            }
            Failpoint.BLOCK_WRITTEN.pass();
            log.force(written.get(written.size() - 1));
        } catch (StorageFullException e) {
            written.subList(durable(written), written.size()).clear();
            preamble.goBack(before);
            sealed.subList(0, written.size()).forEach(block -> block.positions().forEach(preamble::advance));
            if (written.isEmpty()) {
                throw e;
            }
        }
        return written.stream().map(BlockLog::place).toList();
    }

    /** How many of the first ones are safe although there was no space for all: a segment that was full ended with them. */
    private int durable(List<Address> written) throws IOException {
        int count = 0;
        try {
            for (; count < written.size(); count++) {
                log.force(written.get(count));
            }
        } catch (StorageFullException e) {
            return count;
        }
        return count;
    }

    /** No record below {@code seq} is needed any more. Not forced: a crash may bring some of it back. */
    void neededFrom(long seq) throws IOException {
        preamble.release(seq);
        log.release(seq);
        log.append(RELEASED, ByteBuffer.allocate(Long.BYTES).putLong(seq).flip());
    }

    void sourceEnds() throws IOException {
        preamble.end();
        log.force(log.append(ENDED));
    }

    SegmentedLog.Usage usage() {
        return log.usage();
    }

    @Override
    public void close() {
        log.close();
        storage.close();
    }

    /** What each segment begins with: {@code ended u8 | releasedBelow u64 | n u32 | n times (shard text, until u64)}. */
    private static final class Preamble {
        private final Map<String, Long> until = new HashMap<>();
        private long releasedBelow;
        private boolean ended;

        synchronized ByteBuffer encode() {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (DataOutputStream out = new DataOutputStream(bytes)) {
                out.writeBoolean(ended);
                out.writeLong(releasedBelow);
                out.writeInt(until.size());
                for (Map.Entry<String, Long> shard : until.entrySet()) {
                    byte[] name = shard.getKey().getBytes(StandardCharsets.UTF_8);
                    out.writeInt(name.length);
                    out.write(name);
                    out.writeLong(shard.getValue());
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return ByteBuffer.wrap(bytes.toByteArray());
        }

        synchronized void decode(ByteBuffer in) {
            ended = in.get() != 0;
            releasedBelow = in.getLong();
            for (int left = in.getInt(); left > 0; left--) {
                until.put(BlockRecord.text(in), in.getLong());
            }
        }

        synchronized void advance(Position at) {
            until.merge(at.shard(), at.until(), Math::max);
        }

        synchronized List<Position> positions() {
            List<Position> all = new ArrayList<>();
            until.forEach((shard, end) -> all.add(new Position(shard, end, end)));
            return all;
        }

        synchronized Map<String, Long> positionsBefore() {
            return new HashMap<>(until);
        }

        synchronized void goBack(Map<String, Long> before) {
            until.clear();
            until.putAll(before);
        }

        synchronized void release(long below) {
            releasedBelow = Math.max(releasedBelow, below);
        }

        synchronized long releasedBelow() {
            return releasedBelow;
        }

        synchronized void end() {
            ended = true;
        }

        synchronized boolean hasEnded() {
            return ended;
        }
    }
}
