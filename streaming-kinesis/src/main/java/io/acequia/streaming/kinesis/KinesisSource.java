/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kinesis;

import io.acequia.streaming.BatchContext;
import io.acequia.streaming.RDD;
import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.direct.Split;
import io.acequia.streaming.function.Function;
import io.acequia.streaming.receiver.Receiver;
import io.acequia.streaming.receiver.Source;
import java.io.Serializable;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.kinesis.common.InitialPositionInStream;
import software.amazon.kinesis.common.InitialPositionInStreamExtended;
import software.amazon.kinesis.metrics.MetricsLevel;

/**
 * A stream of Amazon Kinesis, read by a reliable receiver. The receivers of one application share out the shards by leases in a table
 * of DynamoDB, which has the application's name; what is safe is written there, and what was not comes again.
 *
 * <p>Records that a producer packed into one (KPL) come one by one. They pass through a function first; one for which it throws or
 * gives null is rejected with its bytes, and the records around it come.
 *
 * <pre>{@code
 * var clicks = KinesisSource.builder(record -> new String(record.data(), UTF_8))
 *         .stream("clicks")
 *         .applicationName("click-count")
 *         .region("eu-central-1")
 *         .build();
 * context.receiverStream(clicks).print();
 * }</pre>
 *
 * <p>Guarantee: at least once. What a receiver had read and not acknowledged comes again after a broken connection, with a data log,
 * too: the numbers of Kinesis are longer than those by which a log recognises what it has.
 *
 * <p>Thread: immutable. Order: within a shard, except for what was given back; after a split or a merge, a shard begins when those that it came
 * from are safe.
 *
 * @param <T> type of the records that the function makes
 */
public final class KinesisSource<T> implements Source<T> {
    private final Settings settings;
    private final Mapping<T> mapping;

    private KinesisSource(Settings settings, Function<? super KinesisRecord, ? extends T> map) {
        this.settings = settings;
        this.mapping = new Mapping<>(settings.name, map);
    }

    /** Where a shard begins of which the application has acknowledged nothing. */
    public enum Start {
        /** With what comes after the source was built. */
        LATEST,
        /** With the oldest record that is there. */
        TRIM_HORIZON,
        /** With the first record from a time on. */
        TIMESTAMP
    }

    record Settings(
            String name,
            String stream,
            String applicationName,
            String region,
            Clients.Service kinesis,
            Clients.Service leaseTable,
            Clients.Service metrics,
            MetricsLevel metricsLevel,
            @Nullable Instant from,
            @Nullable String worker,
            Duration checkpointInterval,
            Duration pollInterval,
            Duration requestTimeout,
            Duration failover,
            int fetchSize,
            Clients.Factory factory)
            implements Serializable {
        /** The time of building stands for the end of the stream, which would move on with each connection. */
        InitialPositionInStreamExtended initialPosition() {
            return from == null
                    ? InitialPositionInStreamExtended.newInitialPosition(InitialPositionInStream.TRIM_HORIZON)
                    : InitialPositionInStreamExtended.newInitialPositionAtTimestamp(Date.from(from));
        }

        Workers.Group workers() {
            return new Workers.Group(region, applicationName, worker == null ? Workers.OF_JVM : worker);
        }
    }

    /** Begins a source of records as they are. */
    public static Builder<KinesisRecord> builder() {
        return builder(record -> record);
    }

    /**
     * Begins a source.
     *
     * @param map makes a record of the stream of a record of Kinesis; runs in the receiver, whose thread it holds
     */
    public static <T> Builder<T> builder(Function<? super KinesisRecord, ? extends T> map) {
        return new Builder<>(Objects.requireNonNull(map, "map"));
    }

    /**
     * The records of ranges, one range in each partition, as for back-fills and to process again what went wrong: outside of any stream,
     * with the stream, logins, function, poll interval and fetch size of {@code source}; no lease is taken. Read anew by each action. A
     * record that the function rejects fails its task, and so does a range of which records are gone, or that was never there.
     */
    public static <T> RDD<T> rdd(BatchContext context, KinesisSource<T> source, List<KinesisRange> ranges) {
        List<Split<T>> splits = new ArrayList<>();
        for (KinesisRange range : ranges) {
            splits.add(new RangeSplit<>(source.settings, source.mapping, range));
        }
        return context.fromSplits(splits);
    }

    @Override
    public String name() {
        return settings.name;
    }

    @Override
    public Receiver<T> newReceiver() {
        return new KinesisReceiver<>(settings, mapping, StreamClock.system());
    }

    Settings settings() {
        return settings;
    }

    @Override
    public String toString() {
        return settings.name + " of application " + settings.applicationName + " from " + settings.kinesis + " by "
                + settings.kinesis.credentials();
    }

    /** What a source needs to know. Not for several threads. */
    public static final class Builder<T> {
        private static final Pattern STREAM = Pattern.compile("[a-zA-Z0-9_.-]{1,128}");
        private static final Pattern TABLE = Pattern.compile("[a-zA-Z0-9_.-]{3,255}");
        private static final Duration SHORTEST_POLL = Duration.ofMillis(200);
        private static final Duration LONGEST_POLL = Duration.ofMinutes(4);
        private static final Duration SHORTEST_FAILOVER = Duration.ofSeconds(1);
        private static final int MOST_FETCHED = 10_000;

        private final Function<? super KinesisRecord, ? extends T> map;
        private @Nullable String name;
        private @Nullable String stream;
        private @Nullable String applicationName;
        private @Nullable String region;
        private @Nullable URI endpoint;
        private @Nullable URI leaseTableEndpoint;
        private @Nullable URI metricsEndpoint;
        private KinesisCredentials credentials = KinesisCredentials.defaultChain();
        private @Nullable KinesisCredentials leaseTableCredentials;
        private @Nullable KinesisCredentials metricsCredentials;
        private MetricsLevel metricsLevel = MetricsLevel.NONE;
        private Start startAt = Start.LATEST;
        private @Nullable Instant startTime;
        private @Nullable String worker;
        private Duration checkpointInterval = Duration.ofSeconds(1);
        private Duration pollInterval = Duration.ofSeconds(1);
        private Duration requestTimeout = Duration.ofSeconds(10);
        private Duration failover = Duration.ofSeconds(10);
        private int fetchSize = MOST_FETCHED;
        private Clients.Factory factory = new Clients.Factory();

        private Builder(Function<? super KinesisRecord, ? extends T> map) {
            this.map = map;
        }

        /** The name in logs and status. Default: made of the stream. */
        public Builder<T> name(String given) {
            name = given;
            return this;
        }

        /** The stream, which must exist. Needed. */
        public Builder<T> stream(String called) {
            stream = called;
            return this;
        }

        /**
         * The application whose receivers share out the shards: the name of the lease table, which is made when it is missing. Another
         * stream needs another application. Needed.
         */
        public Builder<T> applicationName(String called) {
            applicationName = called;
            return this;
        }

        /** The region of all services, as {@code eu-central-1}. Needed. */
        public Builder<T> region(String id) {
            region = id;
            return this;
        }

        /** Where Kinesis is. Default: the region says it. HTTP without TLS is for addresses of the same machine. */
        public Builder<T> endpoint(URI address) {
            endpoint = address;
            return this;
        }

        /** Where DynamoDB is, for the lease table. Default: the region says it. */
        public Builder<T> leaseTableEndpoint(URI address) {
            leaseTableEndpoint = address;
            return this;
        }

        /** Where CloudWatch is. Default: the region says it. */
        public Builder<T> metricsEndpoint(URI address) {
            metricsEndpoint = address;
            return this;
        }

        /** How to log in. Default: {@link KinesisCredentials#defaultChain()}. */
        public Builder<T> credentials(KinesisCredentials login) {
            credentials = login;
            return this;
        }

        /** How to log in to DynamoDB. Default: as to Kinesis. */
        public Builder<T> leaseTableCredentials(KinesisCredentials login) {
            leaseTableCredentials = login;
            return this;
        }

        /** How to log in to CloudWatch. Default: as to Kinesis. */
        public Builder<T> metricsCredentials(KinesisCredentials login) {
            metricsCredentials = login;
            return this;
        }

        /** What the consumer library tells CloudWatch, under the application's name. Default: {@link MetricsLevel#NONE}. */
        public Builder<T> metricsLevel(MetricsLevel level) {
            metricsLevel = level;
            return this;
        }

        /** Where a shard begins of which nothing is acknowledged. Default: {@link Start#LATEST}. */
        public Builder<T> startAt(Start start) {
            startAt = start;
            return this;
        }

        /** The time for {@link Start#TIMESTAMP}, which it chooses. */
        public Builder<T> startTime(Instant time) {
            startTime = time;
            return startAt(Start.TIMESTAMP);
        }

        /**
         * A name of this process that stays the same when it is started again, and that no other process of the application has: then it
         * has its shards back at once, and need not wait for {@link #failover}. Default: made anew by each process.
         */
        public Builder<T> worker(String called) {
            worker = called;
            return this;
        }

        /** How often the position of a shard is written at most: what lies between comes again after a crash. Default: 1 s. */
        public Builder<T> checkpointInterval(Duration atLeast) {
            checkpointInterval = atLeast;
            return this;
        }

        /**
         * How long to wait between two questions to a shard. Kinesis answers five a second, of all applications together. Default: 1 s,
         * at least 200 ms.
         */
        public Builder<T> pollInterval(Duration each) {
            pollInterval = each;
            return this;
        }

        /**
         * How long a call may take, to each of the services. One that takes longer ends the connection, and the source connects anew.
         * Default: 10 s.
         */
        public Builder<T> requestTimeout(Duration atMost) {
            requestTimeout = atMost;
            return this;
        }

        /** How long a receiver may be silent before others take its shards. Default: 10 s, at least 1 s. */
        public Builder<T> failover(Duration after) {
            failover = after;
            return this;
        }

        /** How many records one answer of Kinesis may bring. Default, and most: 10,000. */
        public Builder<T> fetchSize(int atMost) {
            fetchSize = atMost;
            return this;
        }

        /** For tests: other clients. */
        Builder<T> factory(Clients.Factory other) {
            factory = other;
            return this;
        }

        /** Makes the source; refuses all that is wrong at once. Does not connect. */
        public KinesisSource<T> build() {
            String called = name != null ? name : "kinesis:" + stream;
            List<String> wrong = problems();
            if (!wrong.isEmpty()) {
                throw new IllegalArgumentException("ACQ-2640 invalid Kinesis source '" + called + "' (" + wrong.size()
                        + (wrong.size() == 1 ? " problem" : " problems") + "):\n  " + String.join("\n  ", wrong));
            }
            KinesisCredentials ofTable = leaseTableCredentials == null ? credentials : leaseTableCredentials;
            KinesisCredentials ofMetrics = metricsCredentials == null ? credentials : metricsCredentials;
            return new KinesisSource<>(
                    new Settings(
                            called,
                            Objects.requireNonNull(stream),
                            Objects.requireNonNull(applicationName),
                            Objects.requireNonNull(region),
                            new Clients.Service("Kinesis", endpoint, credentials),
                            new Clients.Service("DynamoDB", leaseTableEndpoint, ofTable),
                            new Clients.Service("CloudWatch", metricsEndpoint, ofMetrics),
                            metricsLevel,
                            from(),
                            worker,
                            checkpointInterval,
                            pollInterval,
                            requestTimeout,
                            failover,
                            fetchSize,
                            factory),
                    map);
        }

        private @Nullable Instant from() {
            return switch (startAt) {
                case LATEST -> StreamClock.system().now();
                case TIMESTAMP -> startTime;
                case TRIM_HORIZON -> null;
            };
        }

        private List<String> problems() {
            List<String> wrong = new ArrayList<>();
            checkName("stream", stream, STREAM, wrong);
            checkName("applicationName", applicationName, TABLE, wrong);
            if (region == null || region.isBlank()) {
                wrong.add("region: must be given");
            }
            checkEndpoint("endpoint", endpoint, wrong);
            checkEndpoint("leaseTableEndpoint", leaseTableEndpoint, wrong);
            checkEndpoint("metricsEndpoint", metricsEndpoint, wrong);
            checkLogin("credentials", credentials, wrong);
            checkLogin("leaseTableCredentials", leaseTableCredentials, wrong);
            checkLogin("metricsCredentials", metricsCredentials, wrong);
            if (startAt == Start.TIMESTAMP && startTime == null) {
                wrong.add("startAt = TIMESTAMP: needs startTime(..)");
            }
            if (worker != null && worker.isBlank()) {
                wrong.add("worker: must not be blank");
            }
            checkRange("checkpointInterval", checkpointInterval, Duration.ZERO, Duration.ofHours(1), wrong);
            checkRange("pollInterval", pollInterval, SHORTEST_POLL, LONGEST_POLL, wrong);
            checkRange("requestTimeout", requestTimeout, Duration.ofMillis(100), Duration.ofHours(1), wrong);
            checkRange("failover", failover, SHORTEST_FAILOVER, Duration.ofHours(1), wrong);
            if (fetchSize < 1 || fetchSize > MOST_FETCHED) {
                wrong.add("fetchSize = " + fetchSize + ": must be from 1 to " + MOST_FETCHED);
            }
            return wrong;
        }

        private static void checkName(String key, @Nullable String value, Pattern pattern, List<String> wrong) {
            if (value == null) {
                wrong.add(key + ": must be given");
            } else if (!pattern.matcher(value).matches()) {
                wrong.add(key + " = " + value + ": must match " + pattern);
            }
        }

        private static void checkRange(String key, Duration value, Duration least, Duration most, List<String> wrong) {
            if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
                wrong.add(key + " = " + value + ": must be from " + least + " to " + most);
            }
        }

        private static void checkLogin(String key, @Nullable KinesisCredentials login, List<String> wrong) {
            if (login != null && login.isBlank()) {
                wrong.add(key + ": the name of the profile or key must not be blank");
            }
        }

        private static void checkEndpoint(String key, @Nullable URI address, List<String> wrong) {
            if (address == null) {
                return;
            }
            String host = address.getHost();
            if (host == null) {
                wrong.add(key + " = " + address + ": must be like https://host:port");
            } else if (!"https".equals(address.getScheme()) && !("http".equals(address.getScheme()) && isLocal(host))) {
                wrong.add(key + " = " + address + ": must begin with https://, unless the host is this machine");
            }
        }

        private static boolean isLocal(String host) {
            return host.equals("localhost") || host.startsWith("127.") || host.equals("[::1]");
        }
    }
}
