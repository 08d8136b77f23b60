/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.store;

import io.acequia.streaming.data.StorageLevel;
import io.acequia.streaming.internal.memory.SizeEstimator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Keeps computed partitions in a bounded part of memory. When it is full, the partition that was not read for the longest
 * time makes place: it goes to disk if its level says so, and is forgotten otherwise; whoever wants it again computes it.
 *
 * <p>Threads: any. One lock guards the index and the counters; serializing and files happen outside of it, so a partition that
 * is on its way to disk is still read from memory. Memory is reserved before a partition is kept, so the bound holds at any
 * time; the sizes of objects are estimates.
 */
public final class PartitionStore implements AutoCloseable {
    private final MemoryBudget budget;
    private final SpillDirectory directory;
    private final RecordSerializer serializer;
    /** What is in memory, the least recently read first. */
    private final LinkedHashMap<Entry, Entry> inMemory = new LinkedHashMap<>(16, 0.75f, true);

    private long memoryBytes;
    private long diskBytes;
    private long spills;
    private long evictions;
    private boolean closed;

    /**
     * Makes a store.
     *
     * @param budget bounds what is kept in memory
     * @param directory where a directory for spilled partitions is made when one is needed
     */
    public PartitionStore(MemoryBudget budget, Path directory, RecordSerializer serializer) {
        this.budget = budget;
        this.directory = new SpillDirectory(directory);
        this.serializer = serializer;
    }

    /**
     * What a store holds and did.
     *
     * @param memoryBytes bytes in memory, on and off the heap
     * @param diskBytes bytes in files
     * @param spills partitions that went to disk because memory was full
     * @param evictions partitions that were forgotten because memory was full
     */
    public record Usage(long memoryBytes, long diskBytes, long spills, long evictions) {}

    /** The counters now. */
    public synchronized Usage usage() {
        return new Usage(memoryBytes, diskBytes, spills, evictions);
    }

    /** A place for the partitions of one dataset. */
    public <T> Shelf<T> shelf(StorageLevel level) {
        return new Shelf<>(level);
    }

    /** Forgets everything and deletes the files. What is put after that is not kept. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            inMemory.clear();
            budget.give(memoryBytes);
            memoryBytes = 0;
            diskBytes = 0;
        }
        directory.close();
    }

    /** Takes so much of the memory, at the cost of what was not read for long; false when it cannot be had. */
    private boolean reserve(long bytes) throws IOException {
        while (true) {
            Entry victim;
            synchronized (this) {
                if (!budget.canHold(bytes)) {
                    return false;
                }
                if (budget.take(bytes)) {
                    memoryBytes += bytes;
                    return true;
                }
                victim = leastRecent();
                if (victim == null) {
                    return false;
                }
                if (!victim.shelf.level.usesDisk()) {
                    victim.shelf.entries.remove(victim.partition);
                    release(victim);
                    evictions++;
                    continue;
                }
                victim.spilling = true;
            }
            spill(victim);
        }
    }

    /** Under the lock. */
    private void giveBack(long bytes) {
        memoryBytes -= bytes;
        budget.give(bytes);
    }

    private @Nullable Entry leastRecent() {
        for (Entry entry : inMemory.keySet()) {
            if (!entry.spilling) {
                return entry;
            }
        }
        return null;
    }

    private void spill(Entry entry) throws IOException {
        OnDisk file = null;
        try {
            file = write(entry.form.iterator());
        } finally {
            synchronized (this) {
                entry.spilling = false;
                if (file != null && inMemory.containsKey(entry)) {
                    release(entry);
                    entry.form = file;
                    diskBytes += file.bytes;
                    spills++;
                    file = null;
                }
            }
            if (file != null) {
                directory.delete(file.path);
            }
        }
    }

    private OnDisk write(Iterator<?> records) throws IOException {
        Path path = directory.newFile();
        boolean complete = false;
        try (RecordFile.Writer writer = new RecordFile.Writer(path, serializer)) {
            while (records.hasNext()) {
                writer.add(records.next());
            }
            long bytes = writer.finish(false);
            complete = true;
            return new OnDisk(path, bytes);
        } finally {
            if (!complete) {
                directory.delete(path);
            }
        }
    }

    /** Takes an entry out of what is in memory or on disk, under the lock. */
    private @Nullable Path release(Entry entry) {
        if (inMemory.remove(entry) != null) {
            giveBack(entry.form.bytes());
            return null;
        }
        if (!closed && entry.form instanceof OnDisk file) {
            diskBytes -= file.bytes;
            return file.path;
        }
        return null;
    }

    /**
     * The kept partitions of one dataset.
     *
     * @param <T> type of the records
     */
    public final class Shelf<T> {
        private final StorageLevel level;
        private final Map<Integer, Entry> entries = new HashMap<>();
        private boolean dropped;

        private Shelf(StorageLevel level) {
            this.level = level;
        }

        /** How the partitions are kept. */
        public StorageLevel level() {
            return level;
        }

        /** Whether the partition is here now. */
        public boolean contains(int partition) {
            synchronized (PartitionStore.this) {
                return entries.containsKey(partition);
            }
        }

        /** The records of a partition, to be closed where they can be; null when it is not here. */
        @SuppressWarnings("unchecked")
        public @Nullable Iterator<T> read(int partition) {
            Form form;
            synchronized (PartitionStore.this) {
                Entry entry = entries.get(partition);
                if (entry == null) {
                    return null;
                }
                inMemory.get(entry);
                form = entry.form;
            }
            try {
                return (Iterator<T>) form.iterator();
            } catch (NoSuchFileException lost) {
                forget(partition, form);
                return null;
            } catch (IOException e) {
                throw new UncheckedIOException("ACQ-0538 a kept partition cannot be read: " + e, e);
            }
        }

        /** Keeps a partition as the level says, unless memory is full and the level has nothing else. */
        public void put(int partition, List<T> records) {
            try {
                Form form = level.usesMemory() ? toMemory(records) : null;
                if (form == null && level.usesDisk()) {
                    form = write(records.iterator());
                    countSpill();
                }
                if (form != null) {
                    place(new Entry(this, partition, form));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(
                        "ACQ-0539 a partition of " + records.size() + " records cannot be kept on disk: " + e, e);
            }
        }

        /** Forgets all partitions, for good. */
        public void drop() {
            List<Path> files = new ArrayList<>();
            synchronized (PartitionStore.this) {
                dropped = true;
                for (Entry entry : entries.values()) {
                    Path file = release(entry);
                    if (file != null) {
                        files.add(file);
                    }
                }
                entries.clear();
            }
            files.forEach(directory::delete);
        }

        private @Nullable Form toMemory(List<T> records) throws IOException {
            Form form =
                    level.isSerialized() ? serialized(records) : new Objects(records, SizeEstimator.bytesOf(records));
            if (!reserve(form.bytes())) {
                return null;
            }
            return level == StorageLevel.OFF_HEAP && form instanceof Chunks chunks ? offHeap(chunks) : form;
        }

        private @Nullable Form offHeap(Chunks chunks) {
            try {
                return chunks.offHeap();
            } catch (OutOfMemoryError full) {
                // The JVM has a bound of its own for memory outside of the heap: the same as no room here.
                synchronized (PartitionStore.this) {
                    giveBack(chunks.bytes());
                    evictions++;
                }
                return null;
            }
        }

        private Chunks serialized(List<T> records) throws IOException {
            List<byte[]> chunks = new ArrayList<>();
            try (RecordSerializer.Writer writer =
                    serializer.writer((bytes, length) -> chunks.add(Arrays.copyOf(bytes, length)))) {
                for (T record : records) {
                    writer.add(record);
                }
                writer.finish();
            }
            return new Chunks(chunks);
        }

        private void countSpill() {
            if (level.usesMemory()) {
                synchronized (PartitionStore.this) {
                    spills++;
                }
            }
        }

        private void place(Entry entry) {
            Path obsolete;
            synchronized (PartitionStore.this) {
                if (closed) {
                    return;
                }
                if (entry.form instanceof OnDisk) {
                    diskBytes += entry.form.bytes();
                } else {
                    inMemory.put(entry, entry);
                }
                Entry replaced = dropped ? entry : entries.put(entry.partition, entry);
                obsolete = replaced == null ? null : release(replaced);
            }
            if (obsolete != null) {
                directory.delete(obsolete);
            }
        }

        private void forget(int partition, Form lost) {
            synchronized (PartitionStore.this) {
                Entry entry = entries.get(partition);
                if (entry != null && entry.form == lost) {
                    entries.remove(partition);
                    release(entry);
                }
            }
        }
    }

    private static final class Entry {
        final PartitionStore.Shelf<?> shelf;
        final int partition;
        volatile Form form;
        boolean spilling;

        Entry(PartitionStore.Shelf<?> shelf, int partition, Form form) {
            this.shelf = shelf;
            this.partition = partition;
            this.form = form;
        }
    }

    private sealed interface Form {
        long bytes();

        Iterator<?> iterator() throws IOException;
    }

    private record Objects(List<?> records, long bytes) implements Form {
        @Override
        public Iterator<?> iterator() {
            return records.iterator();
        }
    }

    /** Serialized, in the heap or outside of it. */
    private final class Chunks implements Form {
        private final List<ByteBuffer> buffers;
        private final long bytes;

        Chunks(List<byte[]> chunks) {
            this(chunks.stream().map(ByteBuffer::wrap).toList(), sum(chunks));
        }

        private Chunks(List<ByteBuffer> buffers, long bytes) {
            this.buffers = buffers;
            this.bytes = bytes;
        }

        private static long sum(List<byte[]> chunks) {
            return chunks.stream().mapToLong(chunk -> chunk.length).sum();
        }

        Chunks offHeap() {
            List<ByteBuffer> direct = new ArrayList<>();
            for (ByteBuffer chunk : buffers) {
                direct.add(ByteBuffer.allocateDirect(chunk.capacity())
                        .put(chunk.duplicate())
                        .flip());
            }
            return new Chunks(direct, bytes);
        }

        @Override
        public long bytes() {
            return bytes;
        }

        @Override
        public Iterator<?> iterator() {
            return serializer.read(buffers.stream().map(Chunks::onHeap).iterator());
        }

        private static byte[] onHeap(ByteBuffer chunk) {
            if (chunk.hasArray()) {
                return chunk.array();
            }
            byte[] copy = new byte[chunk.remaining()];
            chunk.duplicate().get(copy);
            return copy;
        }
    }

    private final class OnDisk implements Form {
        private final Path path;
        private final long bytes;

        OnDisk(Path path, long bytes) {
            this.path = path;
            this.bytes = bytes;
        }

        @Override
        public long bytes() {
            return bytes;
        }

        @Override
        public Iterator<?> iterator() throws IOException {
            return RecordFile.open(path, serializer);
        }
    }
}
