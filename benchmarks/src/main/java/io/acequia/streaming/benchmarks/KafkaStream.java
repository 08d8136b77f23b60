/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.benchmarks.Tally.Sums;
import io.acequia.streaming.direct.DirectSource;
import io.acequia.streaming.kafka.KafkaDirectSource;
import io.acequia.streaming.listener.BatchInfo;
import io.acequia.streaming.testkit.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * The contestant under test: a direct stream on two workers whose batches are due as soon as the one before is done, by a manual
 * clock. Records are counted by the output of their batch. A turn ends when a listener hears of the batch with the last ones.
 */
final class KafkaStream implements AutoCloseable {
    static final String WORKERS = "local[" + TwoThreads.COUNT + "]";
    static final Duration INTERVAL = Duration.ofSeconds(1);

    private final ManualClock clock = new ManualClock(Instant.EPOCH);
    private final Batches batches = new Batches();
    private final Sums sums = new Sums();
    private final StreamingContext context;
    private volatile boolean withHash;

    KafkaStream(DirectSource<ConsumerRecord<String, String>> source) {
        StreamingConf conf =
                new StreamingConf().setMaster(WORKERS).setAppName("kafka").set(StreamingConf.MULTIPLE_CONTEXTS, true);
        context = new StreamingContext(conf, INTERVAL, clock);
        context.addStreamingListener(batches);
        Sums all = sums;
        context.directStream(source).map(ConsumerRecord::value).foreachRDD(rdd -> {
            boolean hashes = withHash;
            rdd.foreachPartition(values -> count(values, hashes, all));
        });
        context.start();
    }

    /** @param mostPerBatch records of one partition in a batch; 0 for as many as there are */
    static KafkaDirectSource<String, String> source(FilledTopic topic, long mostPerBatch) {
        return KafkaDirectSource.builder(StringDeserializer.class, StringDeserializer.class)
                .bootstrapServers(topic.bootstrap())
                .topics(topic.name())
                .startAt(KafkaDirectSource.Start.EARLIEST)
                .maxRatePerPartition(mostPerBatch / INTERVAL.toSeconds())
                // Consumers are kept for the next batch by what they are made of: those of one stream are no other's.
                .property("acequia.bench", "most " + mostPerBatch)
                .build();
    }

    private static void count(Iterator<String> values, boolean withHash, Sums all) {
        long records = 0;
        long length = 0;
        long hash = 0;
        while (values.hasNext()) {
            String value = values.next();
            records++;
            length += value.length();
            hash += withHash ? value.hashCode() : 0;
        }
        all.add(records, length, hash);
    }

    /** Reads so many records, in as many batches as it takes. */
    Tally read(long records, boolean hashes) throws InterruptedException {
        withHash = hashes;
        while (sums.records() < records) {
            long before = sums.records();
            clock.advance(INTERVAL);
            BatchInfo batch = batches.await(1).get(0);
            if (sums.records() == before) {
                throw new IllegalStateException(
                        "ACQ-3154 batch " + batch.batchTime() + " of the stream under test brought" + " nothing, where "
                                + (records - before) + " of " + records + " records are left: see the log");
            }
        }
        return sums.takeAll();
    }

    @Override
    public void close() {
        context.stop();
    }
}
