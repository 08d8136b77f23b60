/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.store;

import io.acequia.streaming.data.StorageLevel;
import io.acequia.streaming.engine.Block;
import io.acequia.streaming.engine.BlockInfo;
import io.acequia.streaming.internal.engines.Refusals;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps received blocks until their batches are no longer needed: in memory while the budget allows it; beyond that a logged
 * block stays in its log alone, another one goes to disk if its level says so, and where it does not, its receiver must wait.
 * A block never moves: the oldest are read soonest, so it is the newest that do not fit which go to disk.
 *
 * <p>Threads: any. Blocks are written by their receivers and read by tasks.
 */
public final class BlockStore implements AutoCloseable {
    private final MemoryBudget budget;
    private final SpillDirectory directory;
    private final RecordSerializer serializer;
    private final Map<Id, Held<?>> blocks = new ConcurrentHashMap<>();

    /**
     * A store.
     *
     * @param directory where a directory for blocks is made when one is needed
     */
    public BlockStore(MemoryBudget budget, Path directory, RecordSerializer serializer) {
        this.budget = budget;
        this.directory = new SpillDirectory(directory);
        this.serializer = serializer;
    }

    /** Keeps a block; false when there is no room and the level has no disk. */
    public <T> boolean keep(BlockInfo info, List<? extends List<T>> records, StorageLevel level) throws IOException {
        if (level.usesMemory() && budget.take(info.bytes())) {
            blocks.put(Id.of(info), new InMemory<>(info, records));
            return true;
        }
        if (info.place() != null) {
            return true;
        }
        if (!level.usesDisk() && budget.canHold(info.bytes())) {
            return false;
        }
        blocks.put(Id.of(info), spilled(info, records));
        return true;
    }

    private <T> OnDisk<T> spilled(BlockInfo info, List<? extends List<T>> records) throws IOException {
        Path file = directory.newFile();
        boolean complete = false;
        try (RecordFile.Writer writer = new RecordFile.Writer(file, serializer)) {
            for (List<T> part : records) {
                for (T record : part) {
                    writer.add(record);
                }
            }
            writer.finish(false);
            complete = true;
        } finally {
            if (!complete) {
                directory.delete(file);
            }
        }
        return new OnDisk<>(info, file);
    }

    /** The records of a block; where it is not kept here, those of its log. */
    public <T> Block<T> block(BlockInfo info, Supplier<Block<T>> logged) {
        @SuppressWarnings("unchecked") // kept as what it is
        Held<T> held = (Held<T>) blocks.get(Id.of(info));
        if (held != null) {
            return held;
        }
        if (info.place() == null) {
            throw new IllegalStateException(
                    "ACQ-0644 block " + info.number() + " of stream " + info.streamId() + " is not here");
        }
        Held<T> inLog = new InLog<>(info, logged);
        blocks.put(Id.of(info), inLog);
        return inLog;
    }

    /** Lets a block go; {@code who} owned it, for the message to who comes too late. */
    public void release(BlockInfo info, String who) {
        Held<?> held = blocks.remove(Id.of(info));
        if (held != null) {
            held.release(who);
        }
    }

    /** How many blocks are kept, in any form. */
    public int size() {
        return blocks.size();
    }

    @Override
    public void close() {
        blocks.values().forEach(held -> held.release("block"));
        blocks.clear();
        directory.close();
    }

    private record Id(int streamId, long epoch, long number) {
        static Id of(BlockInfo info) {
            return new Id(info.streamId(), info.epoch(), info.number());
        }
    }

    private abstract static class Held<T> implements Block<T> {
        final BlockInfo info;
        private @Nullable String owner;

        Held(BlockInfo info) {
            this.info = info;
        }

        @Override
        public int count() {
            return info.count();
        }

        @Override
        public synchronized Iterator<T> iterator() {
            if (owner != null) {
                throw Refusals.released(owner, this);
            }
            return open();
        }

        final void release(String who) {
            synchronized (this) {
                if (owner != null) {
                    return;
                }
                owner = who;
            }
            free();
        }

        abstract Iterator<T> open();

        abstract void free();

        @Override
        public String toString() {
            return "block " + info.number() + " of stream " + info.streamId() + " of " + info.count() + " records";
        }
    }

    private final class InMemory<T> extends Held<T> {
        private volatile List<? extends List<T>> parts;

        InMemory(BlockInfo info, List<? extends List<T>> parts) {
            super(info);
            this.parts = parts;
        }

        @Override
        Iterator<T> open() {
            return new Walk<>(parts.iterator());
        }

        @Override
        void free() {
            parts = List.of();
            budget.give(info.bytes());
        }
    }

    private final class OnDisk<T> extends Held<T> {
        private final Path file;

        OnDisk(BlockInfo info, Path file) {
            super(info);
            this.file = file;
        }

        @Override
        Iterator<T> open() {
            try {
                return RecordFile.open(file, serializer);
            } catch (IOException e) {
                throw new UncheckedIOException("ACQ-0645 " + this + " cannot be read from " + file + ": " + e, e);
            }
        }

        @Override
        void free() {
            directory.delete(file);
        }
    }

    private static final class InLog<T> extends Held<T> {
        private final Supplier<Block<T>> logged;

        InLog(BlockInfo info, Supplier<Block<T>> logged) {
            super(info);
            this.logged = logged;
        }

        @Override
        Iterator<T> open() {
            return logged.get().iterator();
        }

        @Override
        void free() {}
    }

    private static final class Walk<T> implements Iterator<T> {
        private final Iterator<? extends List<T>> parts;
        private Iterator<T> part = Collections.emptyIterator();

        Walk(Iterator<? extends List<T>> parts) {
            this.parts = parts;
        }

        @Override
        public boolean hasNext() {
            while (!part.hasNext()) {
                if (!parts.hasNext()) {
                    return false;
                }
                part = parts.next().iterator();
            }
            return true;
        }

        @Override
        public T next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            return part.next();
        }
    }
}
