/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.ingest;

import io.acequia.streaming.engine.Block;
import io.acequia.streaming.engine.BlockInfo;
import io.acequia.streaming.engine.ReceiverTask;
import io.acequia.streaming.receiver.Source;
import io.acequia.streaming.storage.Storage;
import java.util.Optional;

/**
 * The receiving of one source, as it is sent to where it runs.
 *
 * @param <T> type of the records
 */
public record Reception<T>(int streamId, Source<T> source, ReceiverSettings settings) implements ReceiverTask<T> {
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
        return new LoggedBlock<>(block, storage, settings.log());
    }
}
