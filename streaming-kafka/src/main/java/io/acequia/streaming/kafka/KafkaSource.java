/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kafka;

import io.acequia.streaming.data.Secret;
import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.function.Function;
import io.acequia.streaming.kafka.KafkaDirectSource.OutOfRange;
import io.acequia.streaming.kafka.KafkaDirectSource.Start;
import io.acequia.streaming.receiver.Receiver;
import io.acequia.streaming.receiver.Source;
import java.io.Serializable;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/**
 * Topics of Kafka, read by a reliable receiver in a consumer group: for many small topics, which need not cost a task each.
 * The group shares out the partitions among its members, as several receivers of the same source; what is safe is
 * committed, and what was not committed comes again.
 *
 * <p>Records pass through a function first, as a {@link ConsumerRecord} itself can neither be logged nor sent. One that the
 * deserializers or the function refuse, or for which the function gives null, is rejected with its bytes, and the records
 * around it come. Records of transactions are read when they are committed, unless the property {@code isolation.level}
 * says otherwise.
 *
 * <pre>{@code
 * var events = KafkaSource.builder(StringDeserializer.class, StringDeserializer.class, ConsumerRecord::value)
 *         .bootstrapServers("localhost:9092")
 *         .groupId("audit")
 *         .topicPattern("events\\..*")
 *         .build();
 * context.receiverStream(events).print();
 * }</pre>
 *
 * <p>Guarantee: at least once; what a data log has is not taken twice on the same receiver, but what moves to another
 * receiver before it is committed comes there again. Where records must count once, take {@link KafkaDirectSource}.
 *
 * <p>Thread: immutable. Order: within a partition, as in Kafka.
 *
 * @param <K> type of the keys
 * @param <V> type of the values
 * @param <T> type of the records that the function makes
 */
public final class KafkaSource<K, V, T> implements Source<T> {
    private final Settings<K, V, T> settings;

    private KafkaSource(Settings<K, V, T> settings) {
        this.settings = settings;
    }

    private record Settings<K, V, T>(
            String name,
            Connection connection,
            Function<? super ConsumerRecord<K, V>, ? extends T> map,
            String groupId,
            Topics topics,
            Start startAt,
            @Nullable Instant startTime,
            OutOfRange outOfRange,
            Duration connectTimeout)
            implements Serializable {}

    /**
     * Begins a source.
     *
     * @param key class of the deserializer of keys, as {@code StringDeserializer.class}
     * @param value class of the deserializer of values
     * @param map makes a record of the stream of a record of Kafka; runs in the receiver, whose thread it holds
     */
    public static <K, V, T> Builder<K, V, T> builder(
            Class<? extends Deserializer<K>> key,
            Class<? extends Deserializer<V>> value,
            Function<? super ConsumerRecord<K, V>, ? extends T> map) {
        return new Builder<>(key, value, Objects.requireNonNull(map, "map"));
    }

    @Override
    public String name() {
        return settings.name;
    }

    @Override
    public Receiver<T> newReceiver() {
        return new KafkaReceiver<>(this, StreamClock.system());
    }

    Connection connection() {
        return settings.connection;
    }

    Function<? super ConsumerRecord<K, V>, ? extends T> map() {
        return settings.map;
    }

    String groupId() {
        return settings.groupId;
    }

    Topics topics() {
        return settings.topics;
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

    Duration connectTimeout() {
        return settings.connectTimeout;
    }

    Memberships.Of membership() {
        return new Memberships.Of(settings.connection, settings.groupId, settings.topics);
    }

    @Override
    public String toString() {
        return settings.name + " of group " + settings.groupId + " of " + settings.connection;
    }

    /** What a source needs to know. Not for several threads. */
    public static final class Builder<K, V, T> {
        private final ClientProperties properties;
        private final Function<? super ConsumerRecord<K, V>, ? extends T> map;
        private @Nullable String name;
        private @Nullable String groupId;
        private Topics topics = Topics.NONE;
        private Start startAt = Start.COMMITTED;
        private @Nullable Instant startTime;
        private OutOfRange outOfRange = OutOfRange.FAIL;
        private Duration connectTimeout = Duration.ofSeconds(10);

        private Builder(Class<?> key, Class<?> value, Function<? super ConsumerRecord<K, V>, ? extends T> map) {
            this.properties = ClientProperties.ofConsumers(key, value);
            this.map = map;
        }

        /** The name in logs and status. Default: made of the topics. */
        public Builder<K, V, T> name(String given) {
            name = given;
            return this;
        }

        /** Brokers to ask first, as {@code one:9092,two:9092}. Needed. */
        public Builder<K, V, T> bootstrapServers(String servers) {
            return property(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, servers);
        }

        /** The group that the receivers are members of; what is safe is committed for it. Needed. */
        public Builder<K, V, T> groupId(String id) {
            groupId = id;
            return this;
        }

        /** The topics, which must exist; partitions that are added later are found. */
        public Builder<K, V, T> topics(String... names) {
            topics = topics.withNames(names);
            return this;
        }

        /** All topics whose whole name matches; those that are made later are found. */
        public Builder<K, V, T> topicPattern(String regex) {
            topics = topics.withRegex(regex);
            return this;
        }

        /**
         * Where a topic begins of which the group has committed nothing. Default: {@link Start#COMMITTED}, which means the
         * first record here, as {@link Start#EARLIEST} does: what is committed always counts. Topics and partitions that
         * come while the source is connected begin with their first record.
         */
        public Builder<K, V, T> startAt(Start start) {
            startAt = start;
            return this;
        }

        /** The time for {@link Start#TIMESTAMP}, which it chooses. */
        public Builder<K, V, T> startTime(Instant time) {
            startTime = time;
            return startAt(Start.TIMESTAMP);
        }

        /**
         * What to do when offsets that are due were deleted. Default: {@link OutOfRange#FAIL}, tried again with back-off.
         */
        public Builder<K, V, T> outOfRange(OutOfRange policy) {
            outOfRange = policy;
            return this;
        }

        /** How long connecting waits for an answer of the brokers, before it fails to be tried again. Default: 10 s. */
        public Builder<K, V, T> connectTimeout(Duration atMost) {
            connectTimeout = atMost;
            return this;
        }

        /**
         * Any property of Kafka's consumer, for TLS, logins and sizes; give passwords as {@link Secret}. Offset commits,
         * the offset reset, the group and the deserializers are not set here.
         */
        public Builder<K, V, T> property(String key, Object value) {
            properties.set(key, value);
            return this;
        }

        /** Makes the source; refuses all that is wrong at once. Does not connect. */
        public KafkaSource<K, V, T> build() {
            String called = name != null ? name : "kafka:" + topics;
            Connection connection = properties.ofSource(called, problems());
            return new KafkaSource<>(new Settings<>(
                    called,
                    connection,
                    map,
                    Objects.requireNonNull(groupId),
                    topics,
                    startAt,
                    startTime,
                    outOfRange,
                    connectTimeout));
        }

        private List<String> problems() {
            List<String> wrong = properties.problems();
            topics.check(wrong);
            if (ClientProperties.isBlank(groupId)) {
                wrong.add("groupId: must be given");
            }
            if (startAt == Start.TIMESTAMP && startTime == null) {
                wrong.add("startAt = TIMESTAMP: needs startTime(..)");
            }
            ClientProperties.checkPositive("connectTimeout", connectTimeout, wrong);
            properties.checkIs(
                    ConsumerConfig.GROUP_PROTOCOL_CONFIG,
                    "classic",
                    "where a receiver takes over at once from one whose connection broke",
                    wrong);
            properties.checkOfSource(wrong);
            return wrong;
        }
    }
}
