/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.ingest;

import io.acequia.streaming.internal.log.LogReader;
import io.acequia.streaming.internal.store.BlockCodec;
import io.acequia.streaming.storage.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** All records that are in the log of a source, released or not: for tools, which read and take no part. */
public final class LoggedRecords {
    private LoggedRecords() {}

    /**
     * Reads them in the order in which they were received.
     *
     * @param folder of the log
     * @param codec knows what they consist of
     * @throws io.acequia.streaming.internal.log.LogDamagedException when the log must not be trusted
     */
    public static List<Object> in(Storage storage, String folder, BlockCodec codec) throws IOException {
        List<Object> records = new ArrayList<>();
        LogReader.scan(storage, folder, Optional.empty(), (type, address, payload) -> {
            if (type == BlockLog.BLOCK) {
                BlockRecord block = BlockRecord.decode(payload);
                codec.decode(block.records(), block.count()).forEachRemaining(records::add);
            }
        });
        return records;
    }
}
