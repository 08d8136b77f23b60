/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingConf.FailurePolicy;
import io.acequia.streaming.StreamingConf.Key;
import io.acequia.streaming.data.ByteSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Section 9 of the semantics, inside one JVM: settings as text, by type and from outside. An engine subclasses it. */
@Timeout(60)
public abstract class ConfigSemantics {
    /** The settings under test: the engine is the master. */
    protected StreamingConf conf() {
        return TestStreams.defaults();
    }

    /** Runs with a system property, which is as before afterwards. */
    private static <R> R with(String property, String value, Supplier<R> action) {
        String before = System.getProperty(property);
        System.setProperty(property, value);
        try {
            return action.get();
        } finally {
            if (before == null) {
                System.clearProperty(property);
            } else {
                System.setProperty(property, before);
            }
        }
    }

    @Test
    @DisplayName("S9.1 code goes before a system property, that before the file, that before the default")
    void theNearestSettingWins(@TempDir Path dir) throws IOException {
        String key = StreamingConf.STOP_TIMEOUT.name();
        Path file = Files.writeString(dir.resolve("acequia.conf"), key + " = 3s\n");

        assertThat(new StreamingConf().get(StreamingConf.STOP_TIMEOUT)).isEqualTo(Duration.ofSeconds(30));
        with("streaming.conf", file.toString(), () -> {
            assertSetting(new StreamingConf(), 3, "file " + file);
            return with(key, "2s", () -> {
                assertSetting(new StreamingConf(), 2, "system property");
                assertSetting(new StreamingConf().set(key, "1s"), 1, "code");
                return "";
            });
        });
    }

    private static void assertSetting(StreamingConf conf, int seconds, String origin) {
        assertThat(conf.get(StreamingConf.STOP_TIMEOUT)).isEqualTo(Duration.ofSeconds(seconds));
        assertThat(conf.origin(StreamingConf.STOP_TIMEOUT)).isEqualTo(origin);
    }

    @Test
    @DisplayName("S9.2 keys begin with streaming. and new StreamingConf() loads the system properties streaming.*")
    void systemPropertiesAreLoaded() {
        assertThat(StreamingConf.keys()).extracting(Key::name).allMatch(name -> name.startsWith("streaming."));
        for (Key<?> key : StreamingConf.keys()) {
            String value = Objects.requireNonNull(conf().values().get(key.name()));
            assertThat(with(key.name(), value, () -> new StreamingConf().get(key.name())))
                    .as(key.name())
                    .contains(value);
            assertThat(with(key.name(), value, () -> StreamingConf.withoutDefaults()
                            .get(key.name())))
                    .as(key.name() + " without defaults")
                    .isEmpty();
        }
    }

    @Test
    @DisplayName("S9.3 every key has a type, a default and a sentence")
    void everyKeyExplainsItself() {
        assertThat(StreamingConf.keys()).hasSizeGreaterThan(20).allSatisfy(key -> {
            assertThat(key.name()).matches("streaming(\\.[a-z]+)+");
            assertThat(key.type().isInstance(key.defaultValue())).as(key.name()).isTrue();
            assertThat(key.sentence()).matches("[A-Z].{10,}\\.");
        });
        assertThat(StreamingConf.keys()).extracting(Key::name).doesNotHaveDuplicates();
    }

    @Test
    @DisplayName("S9.3 every default can be written as text with its unit and read back")
    void everyDefaultRoundTrips() {
        Map<String, String> texts = StreamingConf.withoutDefaults().values();
        assertThat(texts).hasSameSizeAs(StreamingConf.keys());
        for (Key<?> key : StreamingConf.keys()) {
            String text = Objects.requireNonNull(texts.get(key.name()));
            StreamingConf read = StreamingConf.withoutDefaults().set(key.name(), text);
            assertThat((Object) read.get(key)).as(key.name()).isEqualTo(key.defaultValue());
            if (key.type() == Duration.class) {
                assertThat(text).matches("\\d+(ms|s|m|h|d)");
            }
            if (key.type() == ByteSize.class) {
                assertThat(text).matches("\\d+ (B|KiB|MiB|GiB|TiB)");
            }
        }
    }

    @Test
    @DisplayName("S9.3 values of every type round trip")
    void valuesRoundTrip() {
        for (long ms : new long[] {0, 1, 999, 1000, 1500, 60_000, 90_000, 3_600_000, 86_400_000, 1_234_567_890}) {
            assertRoundTrip(StreamingConf.STOP_TIMEOUT, Duration.ofMillis(ms));
        }
        for (long bytes : new long[] {0, 1, 1023, 1024, 1025, 1 << 20, 3L << 30, 1L << 40, 5_000_000_000L}) {
            assertRoundTrip(StreamingConf.SOURCE_BUFFER, new ByteSize(bytes));
        }
        for (FailurePolicy policy : List.of(
                FailurePolicy.stop(),
                FailurePolicy.keepGoing(),
                FailurePolicy.retry(3, Duration.ofSeconds(1), FailurePolicy.Kind.STOP),
                FailurePolicy.retry(1, Duration.ZERO, FailurePolicy.Kind.CONTINUE))) {
            assertRoundTrip(StreamingConf.FAILURE_POLICY, policy);
        }
        for (StreamingConf.DownTimePolicy policy : StreamingConf.DownTimePolicy.values()) {
            assertRoundTrip(StreamingConf.DOWN_TIME_POLICY, policy);
        }
        for (StreamingConf.BacklogPolicy policy : StreamingConf.BacklogPolicy.values()) {
            assertRoundTrip(StreamingConf.BACKLOG_POLICY, policy);
        }
        assertRoundTrip(StreamingConf.MULTIPLE_CONTEXTS, true);
        assertRoundTrip(StreamingConf.PARALLELISM, Integer.MAX_VALUE);
        assertRoundTrip(StreamingConf.RECEIVER_MAX_RATE, Long.MAX_VALUE);
        for (double gain : new double[] {0, 0.1, 1e-9, 1, 12.5, Double.MAX_VALUE}) {
            assertRoundTrip(StreamingConf.BACKPRESSURE_INTEGRAL, gain);
        }
        assertRoundTrip(StreamingConf.APP_NAME, "a name, with = and ünicode");
    }

    private static <V> void assertRoundTrip(Key<V> key, V value) {
        StreamingConf conf = StreamingConf.withoutDefaults().set(key, value);
        assertThat(conf.get(key)).isEqualTo(value);
        StreamingConf again = StreamingConf.withoutDefaults()
                .set(key.name(), conf.get(key.name()).orElse(""));
        assertThat(again.get(key)).isEqualTo(value);
    }

    @Test
    @DisplayName("S9.3 a value of another form is refused with the key, the value and an example")
    void valuesOfAnotherFormAreRefused() {
        Map<String, String> wrong = Map.of(
                "streaming.stop.timeout", "soon",
                "streaming.block.interval", "200",
                "streaming.source.max.line", "1 MB or so",
                "streaming.backlog.max", "-1",
                "streaming.receiver.max.rate", "9999999999999999999",
                "streaming.backpressure.enabled", "yes",
                "streaming.backlog.policy", "drop",
                "streaming.failure.policy", "retry(0, 1s, stop)",
                "streaming.receiver.retry.most", "99999999999999999d",
                "streaming.storage.memory", "99999999999999 TiB");
        wrong.forEach((key, value) -> assertThatThrownBy(() -> conf().set(key, value))
                .as(key + " = " + value)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(key, value, "such as"));
    }

    @Test
    @DisplayName("S9.3 a duration finer than its text can say is refused, not cut")
    void durationsAreNotCut() {
        assertThatThrownBy(() -> conf().set(StreamingConf.STOP_TIMEOUT, Duration.ofNanos(1_500_000)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(StreamingConf.STOP_TIMEOUT.name());
    }

    @Test
    @DisplayName("S9.4 an unknown key is an error with the nearest known name: 20 of 20 slips find their key")
    void slipsFindTheirKey() {
        Map<String, String> slips = Map.ofEntries(
                Map.entry("streaming.mastre", "streaming.master"),
                Map.entry("streaming.appname", "streaming.app.name"),
                Map.entry("streaming.paralellism", "streaming.parallelism"),
                Map.entry("streaming.concurrentJobs", "streaming.concurrent.jobs"),
                Map.entry("streaming.failure.polcy", "streaming.failure.policy"),
                Map.entry("streaming.backlog.polici", "streaming.backlog.policy"),
                Map.entry("streaming.backlog.maximum", "streaming.backlog.max"),
                Map.entry("streaming.recovery.mised", "streaming.recovery.missed"),
                Map.entry("streaming.stop.time-out", "streaming.stop.timeout"),
                Map.entry("stop.timeout", "streaming.stop.timeout"),
                Map.entry("streaming.stop.onshutdown", "streaming.stop.on.shutdown"),
                Map.entry("streaming.stop.after.batch", "streaming.stop.after.batches"),
                Map.entry("streaming.context.multiple", "streaming.contexts.multiple"),
                Map.entry("streaming.blockInterval", "streaming.block.interval"),
                Map.entry("streaming.receiver.maxRate", "streaming.receiver.max.rate"),
                Map.entry("streaming.backPressure.enable", "streaming.backpressure.enabled"),
                Map.entry("Streaming.Source.Max.Line", "streaming.source.max.line"),
                Map.entry("streaming.sources.max.frame", "streaming.source.max.frame"),
                Map.entry("streaming.file.max-bytes", "streaming.file.max.bytes"),
                Map.entry("streaming.storage.dirs", "streaming.storage.dir"));
        assertThat(slips).hasSize(20);
        List<String> wrong = new ArrayList<>();
        slips.forEach((slip, key) -> assertThatThrownBy(() -> conf().set(slip, "1"))
                .as(slip)
                .isInstanceOf(IllegalArgumentException.class)
                .satisfies(e -> {
                    if (!String.valueOf(e.getMessage()).contains("did you mean '" + key + "'")) {
                        wrong.add(e.getMessage());
                    }
                })
                .hasMessageContaining("'" + slip + "'"));
        assertThat(wrong).isEmpty();
    }

    @Test
    @DisplayName("S9.4 an unknown key is refused wherever it comes from")
    void unknownKeysAreRefusedFromOutsideToo(@TempDir Path dir) throws IOException {
        Path file = Files.writeString(dir.resolve("acequia.conf"), "streaming.stop.timout = 3s\n");
        assertNearest(() -> with("streaming.stop.timout", "3s", StreamingConf::new));
        assertNearest(() -> with("streaming.conf", file.toString(), StreamingConf::new));
        assertNearest(() -> conf().get("streaming.stop.timout"));
        assertNearest(() -> conf().contains("streaming.stop.timout"));
    }

    private static void assertNearest(Supplier<?> action) {
        assertThatThrownBy(action::get)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'streaming.stop.timout': did you mean 'streaming.stop.timeout'?");
    }

    @Test
    @DisplayName("S9.4 a settings file that is not there is an error that names it")
    void aMissingFileIsAnError(@TempDir Path dir) {
        String missing = dir.resolve("missing.conf").toString();
        assertThatThrownBy(() -> with("streaming.conf", missing, StreamingConf::new))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(missing);
    }

    @Test
    @DisplayName("S9.5 keys of Spark map to ours, with the units that Spark gives them")
    void sparkKeysMapToOurs() {
        assertMaps("spark.master", "local[3]", StreamingConf.MASTER, "local[3]");
        assertMaps("spark.app.name", "words", StreamingConf.APP_NAME, "words");
        assertMaps("spark.default.parallelism", "8", StreamingConf.PARALLELISM, 8);
        assertMaps("spark.local.dir", "scratch", StreamingConf.STORAGE_DIR, "scratch");
        assertMaps("spark.streaming.blockInterval", "150ms", StreamingConf.BLOCK_INTERVAL, Duration.ofMillis(150));
        assertMaps("spark.streaming.blockInterval", "150", StreamingConf.BLOCK_INTERVAL, Duration.ofMillis(150));
        assertMaps("spark.streaming.concurrentJobs", "2", StreamingConf.CONCURRENT_JOBS, 2);
        assertMaps("spark.streaming.receiver.maxRate", "500", StreamingConf.RECEIVER_MAX_RATE, 500L);
        assertMaps("spark.streaming.receiver.writeAheadLog.enable", "false", StreamingConf.LOG_ENABLED, false);
        assertMaps("spark.streaming.backpressure.enabled", "true", StreamingConf.BACKPRESSURE_ENABLED, true);
        assertMaps("spark.streaming.backpressure.initialRate", "50", StreamingConf.BACKPRESSURE_INITIAL_RATE, 50L);
        assertMaps("spark.streaming.backpressure.pid.minRate", "10", StreamingConf.BACKPRESSURE_MIN_RATE, 10L);
        assertMaps("spark.streaming.backpressure.pid.integral", "0.3", StreamingConf.BACKPRESSURE_INTEGRAL, 0.3);
        assertMaps("spark.streaming.kafka.maxRatePerPartition", "7", StreamingConf.DIRECT_MAX_RATE_PER_PARTITION, 7L);
        assertMaps("spark.streaming.gracefulStopTimeout", "10000", StreamingConf.STOP_TIMEOUT, Duration.ofSeconds(10));
        assertMaps("spark.streaming.stopGracefullyOnShutdown", "false", StreamingConf.STOP_ON_SHUTDOWN, false);
        assertMaps(
                "spark.streaming.fileStream.minRememberDuration",
                "90s",
                StreamingConf.FILE_REMEMBER,
                Duration.ofSeconds(90));
        assertMaps("spark.streaming.minRememberDuration", "90", StreamingConf.FILE_REMEMBER, Duration.ofSeconds(90));
    }

    private static <V> void assertMaps(String spark, String text, Key<V> key, V value) {
        StreamingConf conf = StreamingConf.fromSpark(Map.of(spark, text));
        assertThat(conf.get(key)).as(spark + " = " + text).isEqualTo(value);
        assertThat(conf.origin(key)).isEqualTo("code");
    }

    @Test
    @DisplayName(
            "S9.5 streaming keys of Spark without a counterpart are refused all at once; other keys of Spark are left out")
    void sparkKeysWithoutCounterpartAreRefused() {
        assertThatThrownBy(() -> StreamingConf.fromSpark(Map.of(
                        "spark.streaming.unpersist", "true",
                        "spark.streaming.blockInterval", "200ms",
                        "spark.streaming.ui.retainedBatches", "100")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("spark.streaming.unpersist", "spark.streaming.ui.retainedBatches")
                .hasMessageNotContaining("blockInterval");
        assertThat(StreamingConf.fromSpark(Map.of("spark.executor.memory", "4g"))
                        .values())
                .isEqualTo(new StreamingConf().values());
    }
}
