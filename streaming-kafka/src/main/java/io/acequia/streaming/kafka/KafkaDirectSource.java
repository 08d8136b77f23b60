/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kafka;

import io.acequia.streaming.data.Secret;
import io.acequia.streaming.direct.DirectSource;
import io.acequia.streaming.direct.PlannerContext;
import io.acequia.streaming.direct.SplitPlanner;
import java.io.Serializable;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
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
            List<String> topics,
            @Nullable String topicPattern,
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
        return settings.topics;
    }

    Optional<Pattern> topicPattern() {
        return Optional.ofNullable(settings.topicPattern).map(Pattern::compile);
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
        private final Map<String, Serializable> properties = new TreeMap<>();
        private final List<String> problems = new ArrayList<>();
        private @Nullable String name;
        private @Nullable String groupId;
        private List<String> topics = List.of();
        private @Nullable String topicPattern;
        private Start startAt = Start.LATEST;
        private @Nullable Instant startTime;
        private OutOfRange outOfRange = OutOfRange.FAIL;
        private long maxRatePerPartition;
        private Duration readTimeout = Duration.ofSeconds(60);
        private Duration planTimeout = Duration.ofSeconds(10);

        private Builder(Class<?> key, Class<?> value) {
            properties.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, key);
            properties.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, value);
            properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
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
            topics = List.of(names);
            return this;
        }

        /** All topics whose whole name matches; those that are made later are found. */
        public Builder<K, V> topicPattern(String regex) {
            topicPattern = regex;
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
            if (value instanceof Serializable serializable) {
                properties.put(key, serializable);
            } else {
                problems.add("property '" + key + "' = " + value + ": must be serializable, as it goes to tasks");
            }
            return this;
        }

        /** Makes the source; refuses all that is wrong at once. Does not connect. */
        public KafkaDirectSource<K, V> build() {
            List<String> wrong = problems();
            String called =
                    name != null ? name : "kafka:" + (topicPattern != null ? topicPattern : String.join(",", topics));
            if (!wrong.isEmpty()) {
                throw new IllegalArgumentException("ACQ-2508 invalid Kafka source '" + called + "' (" + wrong.size()
                        + (wrong.size() == 1 ? " problem" : " problems") + "):\n  " + String.join("\n  ", wrong));
            }
            return new KafkaDirectSource<>(new Settings(
                    called,
                    new Connection(properties),
                    groupId,
                    topics,
                    topicPattern,
                    startAt,
                    startTime,
                    outOfRange,
                    maxRatePerPartition,
                    readTimeout,
                    planTimeout));
        }

        private List<String> problems() {
            List<String> wrong = new ArrayList<>(problems);
            if (blank(properties.get(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG))) {
                wrong.add("bootstrapServers: must be given, as host:port");
            }
            if (topics.isEmpty() == (topicPattern == null)) {
                wrong.add("topics = " + topics + ", topicPattern = " + topicPattern + ": give one of them");
            }
            if (topicPattern != null) {
                try {
                    Pattern.compile(topicPattern);
                } catch (PatternSyntaxException e) {
                    wrong.add(
                            "topicPattern = " + topicPattern + ": must be a regular expression: " + e.getDescription());
                }
            }
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
            mustBePositive("readTimeout", readTimeout, wrong);
            mustBePositive("planTimeout", planTimeout, wrong);
            for (String ours : List.of(
                    ConsumerConfig.GROUP_ID_CONFIG,
                    ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                    ConsumerConfig.AUTO_OFFSET_RESET_CONFIG)) {
                if (properties.containsKey(ours)) {
                    wrong.add("property '" + ours + "' = " + properties.get(ours)
                            + ": must not be set; groupId(..), startAt(..) and outOfRange(..) say it");
                }
            }
            return wrong;
        }

        private static boolean blank(@Nullable Object value) {
            return value == null || value.toString().isBlank();
        }

        private static void mustBePositive(String key, Duration value, List<String> wrong) {
            if (value.isNegative() || value.isZero()) {
                wrong.add(key + " = " + value + ": must be positive");
            }
        }
    }
}
