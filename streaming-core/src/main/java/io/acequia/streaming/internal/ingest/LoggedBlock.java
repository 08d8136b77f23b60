/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.ingest;

import io.acequia.streaming.engine.Block;
import io.acequia.streaming.engine.BlockInfo;
import io.acequia.streaming.internal.store.BlockCodec;
import io.acequia.streaming.storage.Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;

/** A block that is read from its log each time. */
record LoggedBlock<T>(BlockInfo info, Storage storage, DataLog log, BlockCodec codec) implements Block<T> {
    @Override
    public int count() {
        return info.count();
    }

    @Override
    public Iterator<T> iterator() {
        try {
            return BlockRecord.read(info, storage, log, codec);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "ACQ-0670 block " + info.number() + " of stream " + info.streamId()
                            + " cannot be read from its log: " + e.getMessage(),
                    e);
        }
    }
}
