/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.ingest;

import io.acequia.streaming.engine.Block;
import io.acequia.streaming.engine.BlockInfo;
import io.acequia.streaming.engine.ReceiverTask;
import io.acequia.streaming.internal.store.BlockCodec;
import io.acequia.streaming.receiver.Source;
import io.acequia.streaming.storage.Storage;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The receiving of one source, as it is sent to where it runs and to where its blocks are read.
 *
 * @param <T> type of the records
 */
public final class Reception<T> implements ReceiverTask<T> {
    private final int streamId;
    private final Source<T> source;
    private final ReceiverSettings settings;
    private transient @Nullable BlockCodec codec;

    public Reception(int streamId, Source<T> source, ReceiverSettings settings) {
        this.streamId = streamId;
        this.source = source;
        this.settings = settings;
    }

    @Override
    public int streamId() {
        return streamId;
    }

    Source<T> source() {
        return source;
    }

    ReceiverSettings settings() {
        return settings;
    }

    @Override
    public void run(Host<T> host) {
        ReceiverSupervisor<T> supervisor = new ReceiverSupervisor<>(this, host);
        host.control(supervisor);
        supervisor.run();
    }

    @Override
    public Optional<String> log() {
        return Optional.ofNullable(settings.log()).map(DataLog::uri);
    }

    @Override
    public Block<T> logged(BlockInfo block, Storage storage) {
        return new LoggedBlock<>(block, storage, dataLog(), codec());
    }

    /** Where its log is in the checkpoint directory. */
    public String logFolder() {
        return dataLog().folder();
    }

    DataLog dataLog() {
        return Objects.requireNonNull(settings.log(), "no log");
    }

    /** How records are written in the log; made where it is first used. */
    synchronized BlockCodec codec() {
        BlockCodec made = codec;
        if (made == null) {
            made = new BlockCodec(dataLog().vocabulary().serializer());
            codec = made;
        }
        return made;
    }
}
