/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.ingest;

import io.acequia.streaming.data.Utf8;
import io.acequia.streaming.internal.memory.SizeEstimator;
import io.acequia.streaming.receiver.Position;
import io.acequia.streaming.receiver.Rejected;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Puts what a receiver reads into blocks. The lists of the receiver are kept as they are; short ones are gathered. A block
 * closes when it is old, when it is large, and when somebody wants it; closed blocks wait here until they are stored.
 *
 * <p>What came in one read stays in one block, unless it is larger than a block: then each block gets a run of its records,
 * and its delivery is owed to all of them. Guarded by the lock of its supervisor.
 */
final class BlockAssembler<T> {
    private static final int SHORT = 16;
    private static final int UNKNOWN_BYTES = 64;
    /** Empty records are not free: a flood of them must meet the bound too. */
    private static final int LEAST_BYTES = 16;

    private final long blockNanos;
    private final long blockBytes;
    private final Deque<Sealed<T>> closed = new ArrayDeque<>();

    private Open<T> open = new Open<>();
    /** When the oldest record that waits came. */
    private long firstNanos;

    private long closedBytes;
    private long closedRecords;

    /**
     * An empty one.
     *
     * @param blockNanos how long a block collects records; 0 has no bound
     * @param blockBytes how many bytes a block holds, about
     */
    BlockAssembler(long blockNanos, long blockBytes) {
        this.blockNanos = blockNanos;
        this.blockBytes = blockBytes;
    }

    /** About how many bytes these are on the heap. */
    static long estimate(List<?> records, List<Rejected> rejected) {
        long bytes = bytesOf(records);
        for (Rejected each : rejected) {
            bytes += each.raw().length + UNKNOWN_BYTES;
        }
        return bytes;
    }

    private static long bytesOf(List<?> records) {
        long bytes = 0;
        for (Object each : records) {
            if (each instanceof String text) {
                bytes += Math.max(LEAST_BYTES, 2L * text.length());
            } else if (each instanceof Utf8 text) {
                bytes += Math.max(LEAST_BYTES, text.length());
            } else if (each instanceof byte[] array) {
                bytes += Math.max(LEAST_BYTES, array.length);
            } else {
                return Math.max(records.size() * (long) LEAST_BYTES, SizeEstimator.bytesOf(records));
            }
        }
        return bytes;
    }

    /** Adds what one read brought. */
    void add(
            List<T> records,
            List<Rejected> rejected,
            long bytes,
            @Nullable Position position,
            @Nullable Owed delivery,
            long nowNanos) {
        if (!open.isEmpty() && (isOld(nowNanos) || open.bytes + bytes > blockBytes)) {
            close();
        }
        if (open.isEmpty()) {
            open.openedAtNanos = nowNanos;
            firstNanos = closed.isEmpty() ? nowNanos : firstNanos;
        }
        if (bytes > blockBytes && records.size() > 1) {
            addInRuns(records, bytes, delivery);
        } else {
            open.records(records, bytes);
        }
        open.rejected.addAll(rejected);
        if (position != null) {
            open.position(position);
        }
        if (delivery != null) {
            open.owe(delivery);
        }
        if (open.bytes >= blockBytes) {
            close();
        }
    }

    private void addInRuns(List<T> records, long bytes, @Nullable Owed delivery) {
        int runs = (int) Math.min(records.size(), (bytes + blockBytes - 1) / blockBytes);
        for (int run = 0; run < runs; run++) {
            if (run > 0) {
                if (delivery != null) {
                    open.owe(delivery);
                }
                close();
            }
            int from = (int) ((long) records.size() * run / runs);
            int until = (int) ((long) records.size() * (run + 1) / runs);
            open.records(records.subList(from, until), bytes / runs);
        }
    }

    private boolean isOld(long nowNanos) {
        return blockNanos > 0 && nowNanos - open.openedAtNanos >= blockNanos;
    }

    /** Closes the open block if records have been collected long enough; whether they have. */
    boolean closeWhenOld(long nowNanos) {
        boolean old = !isEmpty() && blockNanos > 0 && nowNanos - firstNanos >= blockNanos;
        if (old) {
            close();
        }
        return old;
    }

    private boolean isEmpty() {
        return open.isEmpty() && closed.isEmpty();
    }

    /** Closes the open block, if there is something in it. */
    void close() {
        if (!open.isEmpty()) {
            Sealed<T> block = open.seal();
            closed.add(block);
            closedBytes += block.bytes();
            closedRecords += block.count();
            open = new Open<>();
        }
    }

    /** The closed blocks, oldest first; they stay until they are {@link #stored}. */
    List<Sealed<T>> closed() {
        return new ArrayList<>(closed);
    }

    boolean hasClosed() {
        return !closed.isEmpty();
    }

    int closedBlocks() {
        return closed.size();
    }

    /** The oldest closed block is stored. */
    void stored() {
        Sealed<T> block = closed.remove();
        closedBytes -= block.bytes();
        closedRecords -= block.count();
    }

    /** Puts other blocks in the place of a closed one. */
    void replace(Sealed<T> block, List<Sealed<T>> others) {
        List<Sealed<T>> before = closed();
        closed.clear();
        for (Sealed<T> each : before) {
            if (each == block) {
                closed.addAll(others);
            } else {
                closed.add(each);
            }
        }
        closedBytes = closed.stream().mapToLong(Sealed::bytes).sum();
        closedRecords = closed.stream().mapToLong(Sealed::count).sum();
    }

    /** Owes a delivery that brings nothing new to what waits here, which it repeats; false when nothing waits. */
    boolean oweToWhatWaits(Owed delivery) {
        if (!open.isEmpty()) {
            open.owe(delivery);
            return true;
        }
        if (closed.isEmpty()) {
            return false;
        }
        delivery.owedTo(1);
        closed.getLast().owed().add(delivery);
        return true;
    }

    /** Whether a delivery waits here. */
    boolean owes() {
        return !open.owed.isEmpty()
                || closed.stream().anyMatch(block -> !block.owed().isEmpty());
    }

    long bytes() {
        return open.bytes + closedBytes;
    }

    long records() {
        return open.count + closedRecords;
    }

    private static final class Open<T> {
        private final List<List<T>> parts = new ArrayList<>();
        private final List<Rejected> rejected = new ArrayList<>();
        private final Map<String, Position> positions = new LinkedHashMap<>();
        private final List<Owed> owed = new ArrayList<>();
        private List<T> gathered = new ArrayList<>();
        private int count;
        private long bytes;
        private long openedAtNanos;

        boolean isEmpty() {
            return count == 0 && rejected.isEmpty() && positions.isEmpty() && owed.isEmpty();
        }

        void records(List<T> records, long more) {
            if (records.size() < SHORT) {
                gathered.addAll(records);
            } else {
                closeGathered();
                parts.add(records);
            }
            count += records.size();
            bytes += more;
        }

        void position(Position next) {
            positions.merge(
                    next.shard(),
                    next,
                    (first, last) -> new Position(
                            first.shard(), Math.min(first.from(), last.from()), Math.max(first.until(), last.until())));
        }

        void owe(Owed delivery) {
            delivery.owedTo(1);
            owed.add(delivery);
        }

        private void closeGathered() {
            if (!gathered.isEmpty()) {
                parts.add(gathered);
                gathered = new ArrayList<>();
            }
        }

        Sealed<T> seal() {
            closeGathered();
            return new Sealed<>(parts, count, bytes, rejected, List.copyOf(positions.values()), owed);
        }
    }
}
