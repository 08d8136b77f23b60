/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.schedule;

import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.data.ByteSize;
import io.acequia.streaming.internal.graph.InputNode;
import io.acequia.streaming.internal.ingest.DataLog;
import io.acequia.streaming.internal.ingest.ReceiverSettings;
import io.acequia.streaming.internal.store.Vocabulary;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How the sources of a context are received, from its settings and from what the program says of each stream. */
final class Receptions {
    /** Short batches are made of blocks too: else a block would be a batch, and what a rate lets through at once half of one. */
    private static final int BLOCKS_A_BATCH = 5;

    private static final ByteSize LEAST_BUFFER = ByteSize.mebibytes(1);

    private Receptions() {}

    static ReceiverSettings settings(InputNode node, StreamingConf conf, @Nullable JobDirectory directory) {
        boolean logged = node.dataLog().orElseGet(() -> conf.get(StreamingConf.LOG_ENABLED));
        return new ReceiverSettings(
                conf.get(StreamingConf.RECEIVER_RETRY_FIRST),
                conf.get(StreamingConf.RECEIVER_RETRY_MOST),
                node.retries(),
                node.idleAlarm().orElse(Duration.ZERO),
                buffer(conf),
                shorter(conf.get(StreamingConf.BLOCK_INTERVAL), node.slide().dividedBy(BLOCKS_A_BATCH)),
                new ReceiverSettings.Blocks(
                        conf.get(StreamingConf.BLOCK_SIZE), node.storage(), conf.get(StreamingConf.UNSETTLED_MAX)),
                node.ackMode().orElse(null),
                logged && directory != null ? log(node, conf, directory) : null);
    }

    private static Duration shorter(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    private static ByteSize buffer(StreamingConf conf) {
        ByteSize set = conf.get(StreamingConf.SOURCE_BUFFER);
        if (set.bytes() > 0) {
            return set;
        }
        long memory = conf.get(StreamingConf.STORAGE_MEMORY).bytes();
        long all = memory > 0 ? memory : Runtime.getRuntime().maxMemory() / 100 * 40;
        return new ByteSize(Math.max(LEAST_BUFFER.bytes(), all / 4));
    }

    private static DataLog log(InputNode node, StreamingConf conf, JobDirectory directory) {
        return new DataLog(
                directory.uri(),
                JobDirectory.receivedFrom(node.site().uid()),
                directory.job(),
                conf.get(StreamingConf.LOG_MAX_RECORD),
                conf.get(StreamingConf.LOG_ROLL_SIZE),
                conf.get(StreamingConf.LOG_ROLL_EVERY),
                new Vocabulary(
                        conf.registeredClasses(),
                        conf.registeredCodecs(),
                        conf.get(StreamingConf.UNSAFE_JAVA),
                        conf.renamedClasses()));
    }
}
