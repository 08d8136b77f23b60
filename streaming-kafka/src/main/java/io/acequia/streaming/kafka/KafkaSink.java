/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kafka;

import io.acequia.streaming.BatchSink;
import io.acequia.streaming.Output;
import io.acequia.streaming.data.Secret;
import io.acequia.streaming.function.Function;
import java.util.List;
import java.util.Objects;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/**
 * Writes each partition of each batch to Kafka exactly once: its records, and that they were written, are committed in one
 * transaction. Which batches were committed stands in a topic of its own, which is compacted, and is read back when a job starts, so a
 * batch that is repeated after a crash is not written again. Readers must have {@code isolation.level = read_committed}: others see
 * what was given up, too.
 *
 * <pre>{@code
 * counts.writeTo(KafkaSink.builder(StringSerializer.class, LongSerializer.class)
 *         .bootstrapServers("localhost:9092")
 *         .job("word-counts")
 *         .build(count -> new ProducerRecord<>("counts", count._1(), count._2())));
 * }</pre>
 *
 * <p>The transactional id of a partition is {@code job/output/partition}: the job's name is its own in the cluster, and stays the
 * same. While two processes write as one job, the later one of each partition wins, and the other one fails.
 *
 * <p>Thread: immutable; writers are for one thread. Order: within a partition of the batch as in the batch.
 *
 * @param <T> type of the records of the stream
 */
public final class KafkaSink<T> implements BatchSink<T> {
    private final Lane.Target target;
    private final Function<T, ? extends ProducerRecord<?, ?>> records;

    private KafkaSink(Lane.Target target, Function<T, ? extends ProducerRecord<?, ?>> records) {
        this.target = target;
        this.records = records;
    }

    /**
     * Begins a sink.
     *
     * @param key class of the serializer of keys, as {@code StringSerializer.class}
     * @param value class of the serializer of values
     */
    public static <K, V> Builder<K, V> builder(
            Class<? extends Serializer<K>> key, Class<? extends Serializer<V>> value) {
        return new Builder<>(key, value);
    }

    @Override
    public boolean alreadyCommitted(Output.Key key) throws Exception {
        LaneProducers.Claim claim = LaneProducers.claim(Lane.of(target, key), key.time());
        try {
            LaneProducer producer = LaneProducers.take(claim);
            boolean committed = producer.hasCommitted(key.time());
            LaneProducers.giveBack(claim, producer);
            return committed;
        } finally {
            LaneProducers.giveUp(claim);
        }
    }

    @Override
    public Writer<T> open(Output.Key key) throws Exception {
        return new KafkaWriter<>(KafkaTransaction.begin(Lane.of(target, key), key), records);
    }

    @Override
    public String toString() {
        return "sink of job '" + target.job() + "' to " + target.connection();
    }

    /** What a sink needs to know. Not for several threads. */
    public static final class Builder<K, V> {
        private static final List<String> OURS = List.of(
                ProducerConfig.TRANSACTIONAL_ID_CONFIG,
                ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
                ProducerConfig.ACKS_CONFIG);

        private final ClientProperties properties;
        private @Nullable String job;
        private String keysTopic = "acequia_batches";

        private Builder(Class<?> key, Class<?> value) {
            properties = ClientProperties.ofProducers(key, value);
        }

        /** Brokers to ask first, as {@code one:9092,two:9092}. Needed. */
        public Builder<K, V> bootstrapServers(String servers) {
            return property(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, servers);
        }

        /** The job's name: no other job of the cluster has it, and it stays the same for ever. Needed. */
        public Builder<K, V> job(String name) {
            job = name;
            return this;
        }

        /**
         * The compacted topic that says which batches were committed; made with one partition when it is missing, and shared by as
         * many jobs as like. Default: {@code acequia_batches}.
         */
        public Builder<K, V> keysTopic(String name) {
            keysTopic = name;
            return this;
        }

        /**
         * Any property of Kafka's producer, for TLS, logins, compression and sizes; give passwords as {@link Secret}. A partition of a
         * batch must be written within {@code transaction.timeout.ms}, by default 60 s.
         */
        public Builder<K, V> property(String key, Object value) {
            properties.set(key, value);
            return this;
        }

        /**
         * Makes the sink; refuses all that is wrong at once. Does not connect.
         *
         * @param records makes what is written for a record of the stream, in a task; must not return null
         */
        public <T> KafkaSink<T> build(Function<T, ProducerRecord<K, V>> records) {
            Connection connection =
                    properties.connection("ACQ-2520 invalid Kafka sink of job '" + job + "'", problems(records));
            return new KafkaSink<>(new Lane.Target(connection, Objects.requireNonNull(job), keysTopic), records);
        }

        private List<String> problems(@Nullable Object records) {
            List<String> wrong = properties.problems();
            if (ClientProperties.isBlank(job)) {
                wrong.add("job = " + job + ": must be given, a name that no other job of the cluster has");
            }
            if (ClientProperties.isBlank(keysTopic)) {
                wrong.add("keysTopic = " + keysTopic + ": must be the name of a topic");
            }
            if (records == null) {
                wrong.add("records: must be given, a function that makes what is written");
            }
            properties.checkOurs(OURS, "the sink's transactions need their own", wrong);
            return wrong;
        }
    }
}
