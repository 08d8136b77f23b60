/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming;

import io.acequia.streaming.data.ByteSize;
import io.acequia.streaming.data.Codec;
import io.acequia.streaming.data.TypedCodec;
import java.io.Serializable;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The settings of a context: a chain of setters, of which a context takes a copy. Each setting has a typed {@link Key} with a
 * default and a sentence; an unknown name is refused with the nearest known one.
 *
 * <p>The class is long because it is the one list of all settings: the documents, {@code acequia config} and the check of
 * names are made from its constants, so what a reader finds here is all there is. A key stands beside those of its subject, in
 * the order in which a record meets them: the context, batches, recovery and stop, receivers and their log, rates, sources,
 * memory. How texts become values, and how the settings of Spark are taken over, is in classes of their own.
 *
 * <p>Precedence: code, then system properties {@code streaming.*}, then environment variables ({@code
 * STREAMING_STOP_TIMEOUT} for {@code streaming.stop.timeout}), then the properties file named by the system property {@code
 * streaming.conf} or the variable {@code STREAMING_CONF}, then, for the master, what {@code spark-submit --master} says, then the
 * default. Not for use by several threads.
 */
public final class StreamingConf {
    private static final Logger LOG = LoggerFactory.getLogger(StreamingConf.class);
    private static final Map<String, Key<?>> KEYS = Collections.synchronizedMap(new LinkedHashMap<>());

    public static final Key<String> MASTER = key(
            "streaming.master",
            String.class,
            "local[*]",
            "Where batches run: local[n] or local[*], n worker threads; with streaming-spark also spark://host:port and its kin.");
    public static final Key<String> APP_NAME =
            key("streaming.app.name", String.class, "acequia", "Name of the application in logs and pages.");
    public static final Key<Integer> PARALLELISM = key(
            "streaming.parallelism",
            Integer.class,
            0,
            "Partitions of a dataset when nobody says otherwise; 0 takes the number of workers.");
    public static final Key<Integer> CONCURRENT_JOBS =
            key("streaming.concurrent.jobs", Integer.class, 1, "Batches that may run at the same time.");
    public static final Key<FailurePolicy> FAILURE_POLICY = key(
            "streaming.failure.policy",
            FailurePolicy.class,
            FailurePolicy.stop(),
            "What happens when an output fails: stop, continue, or retry(3, 1s, stop).");
    public static final Key<BacklogPolicy> BACKLOG_POLICY = key(
            "streaming.backlog.policy",
            BacklogPolicy.class,
            BacklogPolicy.QUEUE,
            "What happens when batches are slower than the interval: queue them, or merge what waits into one.");
    public static final Key<Integer> BACKLOG_MAX = key(
            "streaming.backlog.max",
            Integer.class,
            1000,
            "Batches that may wait; at the limit no further batch is planned, and the input waits with its source.");
    public static final Key<DownTimePolicy> DOWN_TIME_POLICY = key(
            "streaming.recovery.missed",
            DownTimePolicy.class,
            DownTimePolicy.SKIP_EMPTY,
            "Which of the batches missed while down are run after a recovery: replay, merge or skip-empty.");
    public static final Key<Boolean> RESCALE = key(
            "streaming.parallelism.rescale",
            Boolean.class,
            false,
            "Whether a recovered job may change its default parallelism, which is that of its first start; its state is divided anew.");
    public static final Key<Duration> CHECKPOINT_INTERVAL = key(
            "streaming.checkpoint.interval",
            Duration.class,
            Duration.ZERO,
            "How often the job is checkpointed; 0 takes the shortest that a stream asks for, else a multiple of the batch interval of 10 s or more.");
    public static final Key<Integer> CHECKPOINT_KEEP = key(
            "streaming.checkpoint.keep",
            Integer.class,
            3,
            "Checkpoints that are kept at least, to fall back on when the newest is damaged.");
    public static final Key<Duration> STOP_TIMEOUT = key(
            "streaming.stop.timeout",
            Duration.class,
            Duration.ofSeconds(30),
            "How long a graceful stop may take before it becomes a hard one.");
    public static final Key<Boolean> STOP_ON_SHUTDOWN = key(
            "streaming.stop.on.shutdown",
            Boolean.class,
            true,
            "Whether a signal to end the process stops the context gracefully first.");
    public static final Key<Long> STOP_AFTER_BATCHES = key(
            "streaming.stop.after.batches",
            Long.class,
            0L,
            "Stops the context after exactly so many batches; 0 runs for ever.");
    public static final Key<Boolean> STOP_WHEN_SOURCES_END = key(
            "streaming.stop.when.sources.end",
            Boolean.class,
            false,
            "Whether the context stops by itself, gracefully, once every source has ended and all it gave is processed.");
    public static final Key<Boolean> MULTIPLE_CONTEXTS = key(
            "streaming.contexts.multiple", Boolean.class, false, "Whether several contexts may be active in one JVM.");
    public static final Key<Boolean> LOG_ENABLED = key(
            "streaming.receiver.log",
            Boolean.class,
            true,
            "Whether received blocks go to the write-ahead log, where there is a checkpoint directory.");
    public static final Key<Duration> BLOCK_INTERVAL = key(
            "streaming.block.interval",
            Duration.class,
            Duration.ofMillis(200),
            "How long received records are collected into one block; at most a fifth of a batch.");
    public static final Key<ByteSize> BLOCK_SIZE = key(
            "streaming.block.size",
            ByteSize.class,
            ByteSize.mebibytes(1),
            "How large a block of received records grows before it is closed.");
    public static final Key<Integer> UNSETTLED_MAX = key(
            "streaming.receiver.unsettled.max",
            Integer.class,
            10_000,
            "Deliveries of one reliable receiver that may wait for their batch before it stops reading.");
    public static final Key<ByteSize> LOG_MAX_RECORD = key(
            "streaming.log.max.record",
            ByteSize.class,
            ByteSize.mebibytes(64),
            "The largest block that a write-ahead log takes; a single record beyond it is rejected.");
    public static final Key<ByteSize> LOG_ROLL_SIZE = key(
            "streaming.log.roll.size",
            ByteSize.class,
            ByteSize.mebibytes(64),
            "How large a segment of a write-ahead log grows before the next one begins.");
    public static final Key<Duration> LOG_ROLL_EVERY = key(
            "streaming.log.roll.every",
            Duration.class,
            Duration.ofMinutes(10),
            "How old a segment of a write-ahead log becomes before the next one begins.");
    public static final Key<Long> RECEIVER_MAX_RATE = key(
            "streaming.receiver.max.rate",
            Long.class,
            0L,
            "Records a second that one source may bring, at most; 0 sets no limit.");
    public static final Key<Long> RECEIVER_MAX_RATE_TOTAL = key(
            "streaming.receiver.max.rate.total",
            Long.class,
            0L,
            "Records a second that all receivers together may bring, at least 1 for each; 0 sets no limit.");
    public static final Key<Long> DIRECT_MAX_RATE_PER_PARTITION = key(
            "streaming.direct.max.rate.per.partition",
            Long.class,
            0L,
            "Records a second that one partition of a direct source may bring, at most; 0 sets no limit.");
    public static final Key<Boolean> BACKPRESSURE_ENABLED = key(
            "streaming.backpressure.enabled",
            Boolean.class,
            false,
            "Whether the rate of the sources follows the speed of the batches.");
    public static final Key<Long> BACKPRESSURE_INITIAL_RATE = key(
            "streaming.backpressure.initial.rate",
            Long.class,
            0L,
            "With back-pressure: records a second that a source may bring before its first estimate; 0 sets no limit.");
    public static final Key<Long> BACKPRESSURE_MIN_RATE = key(
            "streaming.backpressure.min.rate",
            Long.class,
            100L,
            "With back-pressure: records a second below which no estimate goes; at least 1.");
    public static final Key<Double> BACKPRESSURE_PROPORTIONAL = key(
            "streaming.backpressure.pid.proportional",
            Double.class,
            1.0,
            "With back-pressure: how much of the difference between rate and speed is taken back at once.");
    public static final Key<Double> BACKPRESSURE_INTEGRAL = key(
            "streaming.backpressure.pid.integral",
            Double.class,
            0.2,
            "With back-pressure: how much of what waits in the queue is taken back at once.");
    public static final Key<Double> BACKPRESSURE_DERIVED = key(
            "streaming.backpressure.pid.derived",
            Double.class,
            0.0,
            "With back-pressure: how much the change of that difference counts; it answers to noise, too.");
    public static final Key<Duration> RECEIVER_RETRY_FIRST = key(
            "streaming.receiver.retry.first",
            Duration.class,
            Duration.ofMillis(500),
            "Wait before a receiver connects anew; doubles with each failure in a row.");
    public static final Key<Duration> RECEIVER_RETRY_MOST = key(
            "streaming.receiver.retry.most",
            Duration.class,
            Duration.ofSeconds(30),
            "The longest wait before a receiver connects anew.");
    public static final Key<ByteSize> SOURCE_MAX_LINE = key(
            "streaming.source.max.line",
            ByteSize.class,
            ByteSize.mebibytes(1),
            "The longest line a text source accepts; longer ones are rejected and counted.");
    public static final Key<ByteSize> SOURCE_MAX_FRAME = key(
            "streaming.source.max.frame",
            ByteSize.class,
            ByteSize.mebibytes(64),
            "The longest block a raw socket source accepts; a longer one breaks the connection.");
    public static final Key<ByteSize> SOURCE_BUFFER = key(
            "streaming.source.buffer",
            ByteSize.class,
            new ByteSize(0),
            "What one receiver may hold that no batch has taken yet; beyond it, the receiver stops reading; 0 takes a"
                    + " quarter of streaming.storage.memory.");
    public static final Key<Integer> FILE_MAX_FILES = key(
            "streaming.file.max.files",
            Integer.class,
            10_000,
            "Files of one directory that one batch takes at most, oldest first.");
    public static final Key<ByteSize> FILE_MAX_BYTES = key(
            "streaming.file.max.bytes",
            ByteSize.class,
            new ByteSize(1L << 40),
            "Bytes of one directory that one batch takes at most, oldest file first; always at least one file.");
    public static final Key<Duration> FILE_REMEMBER = key(
            "streaming.file.remember",
            Duration.class,
            Duration.ofMinutes(1),
            "How old a file may be when it is first seen, and how long names of taken files are kept.");
    public static final Key<Boolean> FILE_NESTED = key(
            "streaming.file.nested", Boolean.class, false, "Whether file sources look into folders of the directory.");
    public static final Key<ByteSize> STORAGE_MEMORY = key(
            "streaming.storage.memory",
            ByteSize.class,
            new ByteSize(0),
            "Memory for persisted partitions and received blocks; 0 takes 40 % of the heap.");
    public static final Key<ByteSize> STATE_MEMORY = key(
            "streaming.state.memory",
            ByteSize.class,
            new ByteSize(0),
            "Memory for keyed state, what is beyond goes to disk by page; 0 takes 30 % of the heap.");
    public static final Key<String> STORAGE_DIR = key(
            "streaming.storage.dir",
            String.class,
            "",
            "Directory for spilled and persisted partitions; empty takes the temporary directory of the JVM.");
    public static final Key<String> UNSAFE_JAVA = key(
            "streaming.serialization.unsafe.java",
            String.class,
            "",
            "Exact names of classes, with commas between, that go to logs and disks by Java serialization; empty for none.");
    public static final Key<Boolean> SERIALIZE_CLOSURES = key(
            "streaming.test.serialize.closures",
            Boolean.class,
            false,
            "Whether the local engine copies every function through serialization, as a cluster would.");

    private final Map<String, String> code = new TreeMap<>();
    private final Map<String, OutsideSettings.Setting> outside;
    private final Set<Class<?>> registered = new LinkedHashSet<>();
    private final Map<String, TypedCodec<?>> codecs = new LinkedHashMap<>();
    private final Map<String, Class<?>> renamed = new LinkedHashMap<>();

    /** Loads system properties, environment and file. */
    public StreamingConf() {
        this(OutsideSettings.load());
    }

    private StreamingConf(Map<String, OutsideSettings.Setting> outside) {
        this.outside = outside;
    }

    /** Reads nothing from outside: for tests. */
    public static StreamingConf withoutDefaults() {
        return new StreamingConf(Map.of());
    }

    /**
     * Takes over the settings of a Spark Streaming program; logs what became of each.
     *
     * @throws IllegalArgumentException when a {@code spark.streaming.*} setting has no twin, with all of them
     */
    public static StreamingConf fromSpark(Map<String, String> sparkProperties) {
        return SparkSettings.translate(sparkProperties);
    }

    /** Every key, in the order of the documentation. */
    public static List<Key<?>> keys() {
        synchronized (KEYS) {
            return List.copyOf(KEYS.values());
        }
    }

    /** {@code local[n]} or {@code local[*]}; with other engines on the class path also their URLs. */
    public StreamingConf setMaster(String url) {
        return set(MASTER, url);
    }

    /** The name of the application. */
    public StreamingConf setAppName(String name) {
        return set(APP_NAME, name);
    }

    /**
     * Sets a key by its name.
     *
     * @throws IllegalArgumentException when there is no such key, with the nearest name; when the value has another form
     */
    public StreamingConf set(String key, String value) {
        Key<?> known = keyOf(key);
        SettingValues.parse(known, value);
        warnWhenHidden(known.name(), value);
        code.put(known.name(), value);
        return this;
    }

    /** Sets a key. */
    public <V> StreamingConf set(Key<V> key, V value) {
        String text = SettingValues.format(Objects.requireNonNull(value, key.name()));
        if (!SettingValues.parse(key, text).equals(value)) {
            throw new IllegalArgumentException("ACQ-0406 " + key.name() + " = " + value
                    + ": cannot be written as a setting; durations are whole milliseconds");
        }
        return set(key.name(), text);
    }

    /** The value in force. */
    @SuppressWarnings("unchecked")
    public <V> V get(Key<V> key) {
        return get(key.name()).map(text -> (V) SettingValues.parse(key, text)).orElse(key.defaultValue());
    }

    /** The value in force as text, when one is set. */
    public Optional<String> get(String key) {
        String name = keyOf(key).name();
        String set = code.get(name);
        if (set != null) {
            return Optional.of(set);
        }
        return Optional.ofNullable(outside.get(name)).map(OutsideSettings.Setting::value);
    }

    /** Whether a value is set, in code or outside. */
    public boolean contains(String key) {
        return get(key).isPresent();
    }

    /** Where the value in force comes from: {@code code}, {@code system property}, {@code environment}, a file, or {@code default}. */
    public String origin(Key<?> key) {
        if (code.containsKey(key.name())) {
            return "code";
        }
        OutsideSettings.Setting origin = outside.get(key.name());
        return origin == null ? "default" : origin.place();
    }

    /** Allows objects of these classes in logs, checkpoints and spilled partitions. */
    public StreamingConf registerClasses(Class<?>... types) {
        registered.addAll(List.of(types));
        return this;
    }

    /**
     * Writes values of exactly {@code type} with a codec, under an id that must stay the same.
     *
     * @throws IllegalArgumentException when the id or the type has a codec already
     */
    public <T> StreamingConf registerCodec(String id, Class<T> type, Codec<T> codec) {
        if (codecs.containsKey(id) || id.equals("unsafe-java")) {
            throw new IllegalArgumentException("ACQ-0547 the codec id '" + id + "' for " + type
                    + " is taken: logs name codecs by id, so give each its own");
        }
        codecs.forEach((other, typed) -> {
            if (typed.type() == type) {
                throw new IllegalArgumentException("ACQ-0548 " + type + " has the codec '" + other
                        + "' already: one class is written by one codec");
            }
        });
        codecs.put(id, new TypedCodec<>(type, codec));
        return this;
    }

    /**
     * Reads records of a class that had another name when they were written to a log or a checkpoint. The fields must be the same. What is
     * written from now on has the new name.
     *
     * @param earlierName as {@link Class#getName} gave it
     * @throws IllegalArgumentException when another class has been given for that name
     */
    public StreamingConf registerRenamed(String earlierName, Class<?> now) {
        Class<?> other = renamed.putIfAbsent(earlierName, now);
        if (other != null && other != now) {
            throw new IllegalArgumentException("ACQ-0594 '" + earlierName + "' cannot be the earlier name of " + now
                    + ": it is that of " + other + " already");
        }
        registered.add(now);
        return this;
    }

    /** The classes registered so far by names that they had earlier. */
    public Map<String, Class<?>> renamedClasses() {
        return Collections.unmodifiableMap(renamed);
    }

    /** The classes registered so far. */
    public Set<Class<?>> registeredClasses() {
        return Collections.unmodifiableSet(registered);
    }

    /** The codecs registered so far, by their ids. */
    public Map<String, TypedCodec<?>> registeredCodecs() {
        return Collections.unmodifiableMap(codecs);
    }

    /** Every key with the value in force, as text. */
    public Map<String, String> values() {
        Map<String, String> all = new TreeMap<>();
        for (Key<?> key : keys()) {
            all.put(key.name(), get(key.name()).orElseGet(() -> SettingValues.format(key.defaultValue())));
        }
        return all;
    }

    StreamingConf copy() {
        StreamingConf copy = new StreamingConf(outside);
        copy.code.putAll(code);
        copy.registered.addAll(registered);
        copy.codecs.putAll(codecs);
        copy.renamed.putAll(renamed);
        return copy;
    }

    private void warnWhenHidden(String name, String value) {
        OutsideSettings.Setting hidden = outside.get(name);
        if (hidden != null && !hidden.value().equals(value)) {
            LOG.warn("{} = {} set in code hides {} from {}", name, value, hidden.value(), hidden.place());
        }
    }

    static Key<?> keyOf(String name) {
        Key<?> key = KEYS.get(name);
        if (key == null) {
            throw new IllegalArgumentException("ACQ-0401 unknown setting '" + name + "': did you mean '"
                    + NearestName.of(name, keys().stream().map(Key::name).toList()) + "'?");
        }
        return key;
    }

    private static <V> Key<V> key(String name, Class<V> type, V defaultValue, String sentence) {
        Key<V> key = new Key<>(name, type, defaultValue, sentence);
        KEYS.put(name, key);
        return key;
    }

    /**
     * A setting.
     *
     * @param name begins with {@code streaming.}
     * @param type of the value; durations are written {@code 200ms, 30s, 5m, 1h}, sizes {@code 64 MiB}
     * @param defaultValue used when nothing is set
     * @param sentence what it does
     */
    public record Key<V>(String name, Class<V> type, V defaultValue, String sentence) {
        /** How its value is written, with the units that it may have: {@code a duration with its unit (ms, s, m, h, d)}. */
        public String form() {
            return SettingValues.form(type);
        }
    }

    /**
     * What happens when an output of a batch fails.
     *
     * @param kind what to do first
     * @param attempts for {@code RETRY}: how often, at least 1
     * @param backOff for {@code RETRY}: wait before each attempt
     * @param then for {@code RETRY}: what to do when all attempts failed, {@code STOP} or {@code CONTINUE}
     */
    public record FailurePolicy(Kind kind, int attempts, Duration backOff, Kind then) implements Serializable {
        public FailurePolicy {
            if (kind == Kind.RETRY && (attempts < 1 || backOff.isNegative() || then == Kind.RETRY)) {
                throw new IllegalArgumentException("ACQ-0403 retry(" + attempts + ", " + backOff + ", " + then
                        + "): attempts must be at least 1, the back-off not negative, and then stop or continue");
            }
        }

        /** The choices. */
        public enum Kind {
            STOP,
            RETRY,
            CONTINUE
        }

        /** The context stops; the batch stays pending. */
        public static FailurePolicy stop() {
            return new FailurePolicy(Kind.STOP, 0, Duration.ZERO, Kind.STOP);
        }

        /** The output counts as failed and the context goes on; data may be missing from that output. */
        public static FailurePolicy keepGoing() {
            return new FailurePolicy(Kind.CONTINUE, 0, Duration.ZERO, Kind.CONTINUE);
        }

        /** The output is tried again, with the same key. */
        public static FailurePolicy retry(int attempts, Duration backOff, Kind then) {
            return new FailurePolicy(Kind.RETRY, attempts, backOff, then);
        }

        /** As in a settings file: {@code stop}, {@code continue}, {@code retry(3, 1s, stop)}. */
        @Override
        public String toString() {
            return switch (kind) {
                case STOP -> "stop";
                case CONTINUE -> "continue";
                case RETRY ->
                    "retry(" + attempts + ", " + SettingValues.format(backOff) + ", " + SettingValues.format(then)
                            + ")";
            };
        }
    }

    /** What happens when batches are slower than the interval. */
    public enum BacklogPolicy {
        QUEUE,
        MERGE
    }

    /** Which of the batches missed while down are run. */
    public enum DownTimePolicy {
        REPLAY,
        MERGE,
        SKIP_EMPTY
    }
}
