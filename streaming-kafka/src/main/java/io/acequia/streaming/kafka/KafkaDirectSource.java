/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kafka;

import io.acequia.streaming.BatchContext;
import io.acequia.streaming.RDD;
import io.acequia.streaming.data.Secret;
import io.acequia.streaming.direct.DirectSource;
import io.acequia.streaming.direct.PlannerContext;
import io.acequia.streaming.direct.Split;
import io.acequia.streaming.direct.SplitPlanner;
import java.io.Serializable;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/**
 * Topics of Kafka, read by offset: for each batch the driver fixes a range of offsets for each partition, and tasks read exactly
 * those. Nothing is received or stored; where the stream stands is in the job's own checkpoint, so a batch that is repeated has the
 * same records in the same order, and an output that knows its key is written exactly once.
 *
 * <p>With a group, the offsets of batches that are done are committed to Kafka too, so that its tools show the lag; no consumer
 * joins the group. Records of transactions are read when they are committed, unless the property {@code isolation.level} says
 * otherwise. A {@link ConsumerRecord} cannot be shuffled or persisted: map it to what you need first.
 *
 * <pre>{@code
 * var orders = KafkaDirectSource.builder(StringDeserializer.class, StringDeserializer.class)
 *         .bootstrapServers("localhost:9092")
 *         .topics("orders")
 *         .build();
 * context.directStream(orders).map(ConsumerRecord::value).print();
 * }</pre>
 *
 * <p>Thread: immutable. Order: within a partition, as in Kafka.
 *
 * @param <K> type of the keys
 * @param <V> type of the values
 */
public final class KafkaDirectSource<K, V> implements DirectSource<ConsumerRecord<K, V>> {
    private final Settings settings;

    private KafkaDirectSource(Settings settings) {
        this.settings = settings;
    }

    /** Where the very first run begins; later ones go on where the checkpoint says. */
    public enum Start {
        /** At the first record that is there. */
        EARLIEST,
        /** Behind the last record that is there at the start. */
        LATEST,
        /** Where the group has committed, and at the first record where it has not. */
        COMMITTED,
        /** At the first record that is as new as {@link Builder#startTime}, and at the end where none is. */
        TIMESTAMP
    }

    /** What to do when offsets that are due were deleted, or a topic was cut, made anew or taken away. */
    public enum OutOfRange {
        /** The batch fails, and the job by its failure policy. */
        FAIL,
        /** Goes on at the first record that is there, with a warning. */
        EARLIEST,
        /** Goes on at the end, with a warning. */
        LATEST
    }

    private record Settings(
            String name,
            Connection connection,
            @Nullable String groupId,
            Topics topics,
            Start startAt,
            @Nullable Instant startTime,
            OutOfRange outOfRange,
            long maxRatePerPartition,
            Duration readTimeout,
            Duration planTimeout)
            implements Serializable {}

    /**
     * Begins a source.
     *
     * @param key class of the deserializer of keys, as {@code StringDeserializer.class}
     * @param value class of the deserializer of values
     */
    public static <K, V> Builder<K, V> builder(
            Class<? extends Deserializer<K>> key, Class<? extends Deserializer<V>> value) {
        return new Builder<>(key, value);
    }

    /**
     * The offsets that a batch reads, as they stand in Kafka's own tools: of the RDD that {@code foreachRDD} or {@code transform} of
     * the stream itself is given, before any operation.
     *
     * @throws IllegalArgumentException when the RDD is another one
     */
    public static List<OffsetRange> offsetRanges(RDD<?> batch) {
        return batch.splits()
                .map(splits -> splits.stream().map(KafkaDirectSource::range).toList())
                .orElseThrow(KafkaDirectSource::noBatch);
    }

    private static OffsetRange range(Split<?> split) {
        if (split instanceof KafkaSplit<?, ?> ours) {
            return ours.offsets();
        }
        throw noBatch();
    }

    private static IllegalArgumentException noBatch() {
        return new IllegalArgumentException(
                "ACQ-2530 the RDD reads no topic of Kafka itself: ask the RDD that foreachRDD or"
                        + " transform of the source's own stream gives, before map or any other operation");
    }

    /**
     * The records of ranges of offsets, one range in each partition, as for back-fills: outside of any stream, with the properties of
     * {@code source}, whose topics, start and limits do not matter. Read anew by each action; a record that cannot be deserialized
     * fails its task.
     */
    public static <K, V> RDD<ConsumerRecord<K, V>> rdd(
            BatchContext context, KafkaDirectSource<K, V> source, List<OffsetRange> ranges) {
        List<Split<ConsumerRecord<K, V>>> splits = new ArrayList<>();
        for (OffsetRange range : ranges) {
            splits.add(new KafkaSplit<>(source.connection(), range, source.readTimeout()));
        }
        return context.fromSplits(splits);
    }

    @Override
    public String name() {
        return settings.name;
    }

    @Override
    public SplitPlanner<ConsumerRecord<K, V>> newPlanner(PlannerContext context) throws Exception {
        return new KafkaPlanner<>(this, context);
    }

    Connection connection() {
        return settings.connection;
    }

    Optional<String> groupId() {
        return Optional.ofNullable(settings.groupId);
    }

    List<String> topics() {
        return settings.topics.names();
    }

    Optional<Pattern> topicPattern() {
        return settings.topics.pattern();
    }

    Start startAt() {
        return settings.startAt;
    }

    Optional<Instant> startTime() {
        return Optional.ofNullable(settings.startTime);
    }

    OutOfRange outOfRange() {
        return settings.outOfRange;
    }

    long maxRatePerPartition() {
        return settings.maxRatePerPartition;
    }

    Duration readTimeout() {
        return settings.readTimeout;
    }

    Duration planTimeout() {
        return settings.planTimeout;
    }

    @Override
    public String toString() {
        return settings.name + " of " + settings.connection;
    }

    /** What a source needs to know. Not for several threads. */
    public static final class Builder<K, V> {
        private final ClientProperties properties;
        private @Nullable String name;
        private @Nullable String groupId;
        private Topics topics = Topics.NONE;
        private Start startAt = Start.LATEST;
        private @Nullable Instant startTime;
        private OutOfRange outOfRange = OutOfRange.FAIL;
        private long maxRatePerPartition;
        private Duration readTimeout = Duration.ofSeconds(60);
        private Duration planTimeout = Duration.ofSeconds(10);

        private Builder(Class<?> key, Class<?> value) {
            properties = ClientProperties.ofConsumers(key, value);
        }

        /** The name in logs and status. Default: made of the topics. */
        public Builder<K, V> name(String given) {
            name = given;
            return this;
        }

        /** Brokers to ask first, as {@code one:9092,two:9092}. Needed. */
        public Builder<K, V> bootstrapServers(String servers) {
            return property(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, servers);
        }

        /** Group for which offsets are committed after each batch. Default: none, nothing is committed. */
        public Builder<K, V> groupId(String id) {
            groupId = id;
            return this;
        }

        /** The topics, which must exist; partitions that are added later are found. */
        public Builder<K, V> topics(String... names) {
            topics = topics.withNames(names);
            return this;
        }

        /** All topics whose whole name matches; those that are made later are found. */
        public Builder<K, V> topicPattern(String regex) {
            topics = topics.withRegex(regex);
            return this;
        }

        /** Where the very first run begins. Default: {@link Start#LATEST}. */
        public Builder<K, V> startAt(Start start) {
            startAt = start;
            return this;
        }

        /** The time for {@link Start#TIMESTAMP}, which it chooses. */
        public Builder<K, V> startTime(Instant time) {
            startTime = time;
            return startAt(Start.TIMESTAMP);
        }

        /** Default: {@link OutOfRange#FAIL}. */
        public Builder<K, V> outOfRange(OutOfRange policy) {
            outOfRange = policy;
            return this;
        }

        /** Records a second that one partition brings at most. Default: 0, as {@code streaming.direct.max.rate.per.partition} says. */
        public Builder<K, V> maxRatePerPartition(long recordsPerSecond) {
            maxRatePerPartition = recordsPerSecond;
            return this;
        }

        /** How long a task waits for a record before it fails. Default: 60 s. */
        public Builder<K, V> readTimeout(Duration atMost) {
            readTimeout = atMost;
            return this;
        }

        /** How long the driver waits for an answer of the brokers before planning fails, to be tried again. Default: 10 s. */
        public Builder<K, V> planTimeout(Duration atMost) {
            planTimeout = atMost;
            return this;
        }

        /**
         * Any property of Kafka's consumer, for TLS, logins and sizes; give passwords as {@link Secret}. Offset commits, the offset
         * reset and the group are not set here.
         */
        public Builder<K, V> property(String key, Object value) {
            properties.set(key, value);
            return this;
        }

        /** Makes the source; refuses all that is wrong at once. Does not connect. */
        public KafkaDirectSource<K, V> build() {
            String called = name != null ? name : "kafka:" + topics;
            return new KafkaDirectSource<>(new Settings(
                    called,
                    properties.ofSource(called, problems()),
                    groupId,
                    topics,
                    startAt,
                    startTime,
                    outOfRange,
                    maxRatePerPartition,
                    readTimeout,
                    planTimeout));
        }

        private List<String> problems() {
            List<String> wrong = properties.problems();
            topics.check(wrong);
            if (startAt == Start.COMMITTED && groupId == null) {
                wrong.add("startAt = COMMITTED: needs groupId(..)");
            }
            if (startAt == Start.TIMESTAMP && startTime == null) {
                wrong.add("startAt = TIMESTAMP: needs startTime(..)");
            }
            if (groupId != null && groupId.isBlank()) {
                wrong.add("groupId = '" + groupId + "': must not be blank");
            }
            if (maxRatePerPartition < 0) {
                wrong.add("maxRatePerPartition = " + maxRatePerPartition + ": must be 0 or more");
            }
            ClientProperties.checkPositive("readTimeout", readTimeout, wrong);
            ClientProperties.checkPositive("planTimeout", planTimeout, wrong);
            properties.checkOfSource(wrong);
            return wrong;
        }
    }
}
