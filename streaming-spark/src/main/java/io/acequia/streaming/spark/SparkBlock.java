/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import io.acequia.streaming.data.StorageLevel;
import io.acequia.streaming.engine.Block;
import io.acequia.streaming.engine.BlockInfo;
import io.acequia.streaming.engine.ReceiverTask;
import io.acequia.streaming.internal.engines.Concatenated;
import io.acequia.streaming.internal.engines.Refusals;
import io.acequia.streaming.internal.store.Storages;
import io.acequia.streaming.storage.Storage;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.SparkEnv;
import org.apache.spark.storage.BlockId;
import org.apache.spark.storage.BlockResult;
import org.apache.spark.storage.StreamBlockId;
import org.jspecify.annotations.Nullable;
import scala.Option;

/**
 * A received block, as it travels with a task that reads it: from the block manager of Spark when a machine still has it, else from
 * the log. Without a log it is gone with the machines that had it.
 */
final class SparkBlock<T> implements Block<T>, Serializable {
    private static final long serialVersionUID = 1;

    private final int blocksOf;
    private final BlockInfo info;
    private final ReceiverTask<T> task;
    private volatile @Nullable String released;

    SparkBlock(int blocksOf, BlockInfo info, ReceiverTask<T> task) {
        this.blocksOf = blocksOf;
        this.info = info;
        this.task = task;
    }

    private static BlockId id(int blocksOf, BlockInfo info) {
        return new StreamBlockId(blocksOf, info.epoch() << 32 | info.number());
    }

    /**
     * Keeps records where this task runs; whether there was room. What is in no log goes to the disk when memory is full, whatever the
     * level says: Spark would drop older blocks for it, and they are the only copy.
     */
    static <T> boolean keep(int blocksOf, BlockInfo info, List<? extends List<T>> records, StorageLevel level) {
        Iterator<T> all = new Concatenated<>(records, List::iterator);
        org.apache.spark.storage.StorageLevel kept = Levels.of(level);
        if (info.place() == null && !kept.useDisk()) {
            kept = org.apache.spark.storage.StorageLevel.apply(
                    true, kept.useMemory(), false, kept.deserialized(), kept.replication());
        }
        return SparkEnv.get()
                .blockManager()
                .putIterator(id(blocksOf, info), Scala.iterator(all), kept, true, Scala.tag());
    }

    void release(String who) {
        released = who;
        SparkEnv.get().blockManager().master().removeBlock(id(blocksOf, info));
    }

    @Override
    public int count() {
        return info.count();
    }

    @Override
    public Iterator<T> iterator() {
        return open(uri -> {
            try {
                return Storages.open(uri);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /** The records; the log is at a place that {@code storages} opens. */
    @SuppressWarnings("unchecked") // as they were received
    Iterator<T> open(java.util.function.Function<String, Storage> storages) {
        if (released != null) {
            throw Refusals.released(released, this);
        }
        Option<BlockResult> kept = SparkEnv.get().blockManager().get(id(blocksOf, info), Scala.<T>tag());
        if (kept.isDefined()) {
            return (Iterator<T>) Scala.java(kept.get().data());
        }
        if (info.place() == null) {
            throw new IllegalStateException("ACQ-2687 " + this
                    + " is gone with the machines that had it: a receiver loses nothing with a log, so give the context a"
                    + " checkpoint directory");
        }
        return task.logged(info, storages.apply(task.log().orElseThrow())).iterator();
    }

    @Override
    public String toString() {
        return "block " + info.number() + " of stream " + info.streamId() + " of " + info.count() + " records";
    }
}
