/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.peers.sparkengine;

import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.data.ByteSize;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.listener.BatchInfo;
import io.acequia.streaming.listener.StreamingListener;
import io.acequia.streaming.receiver.Receiver;
import io.acequia.streaming.receiver.Records;
import io.acequia.streaming.receiver.Source;
import io.acequia.streaming.receiver.UnreliableReceiver;
import io.acequia.streaming.testkit.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.stream.Collectors;

/** The word count on the engine for Spark. */
final class EngineWordCount extends WordCount {
    private static final Duration INTERVAL = Duration.ofSeconds(1);
    /** A line is less than that in memory: what may wait for a batch is no bound here. */
    private static final int MOST_LINE_BYTES = 256;

    private final ManualClock clock = new ManualClock(Instant.EPOCH);

    EngineWordCount(int cores, int lines) {
        StreamingConf conf = new StreamingConf()
                .setMaster("spark-local[" + cores + "]")
                .setAppName("W1")
                .set(StreamingConf.SOURCE_BUFFER, new ByteSize(2L * lines * MOST_LINE_BYTES));
        StreamingContext context = new StreamingContext(conf, INTERVAL, clock);
        context.addStreamingListener(new StreamingListener() {
            @Override
            public void onBatchCompleted(BatchInfo batch) {
                ended(batch.failure().isEmpty());
            }
        });
        context.receiverStream(new Lines())
                .flatMap(line -> Arrays.asList(line.split(" ")).iterator())
                .mapToPair(word -> Tuple2.of(word, 1))
                .reduceByKey(Integer::sum)
                .foreachRDD(counts -> counted(
                        () -> counts.collect().stream()
                                .collect(Collectors.toMap(count -> count._1(), count -> (long) count._2())),
                        () -> counts.map(count -> (long) count._2()).fold(0L, Long::sum)));
        context.start();
    }

    @Override
    void tick() {
        clock.advance(INTERVAL);
    }

    private record Lines() implements Source<String> {
        @Override
        public String name() {
            return "ready lines";
        }

        @Override
        public Receiver<String> newReceiver() {
            return new UnreliableReceiver<>() {
                @Override
                public void connect() {}

                @Override
                public Records<String> read(int maxRecords, Duration maxWait) throws InterruptedException {
                    return Records.of(ReadyLines.here().next(maxRecords, maxWait.toMillis()));
                }

                @Override
                public void close() {}
            };
        }
    }
}
