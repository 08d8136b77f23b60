/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What became of the settings of Spark Streaming 1.5 to 3.x. */
final class SparkSettings {
    private static final Logger LOG = LoggerFactory.getLogger(SparkSettings.class);

    private static final Map<String, StreamingConf.Key<?>> TWINS = Map.ofEntries(
            Map.entry("spark.master", StreamingConf.MASTER),
            Map.entry("spark.app.name", StreamingConf.APP_NAME),
            Map.entry("spark.default.parallelism", StreamingConf.PARALLELISM),
            Map.entry("spark.local.dir", StreamingConf.STORAGE_DIR),
            Map.entry("spark.streaming.blockInterval", StreamingConf.BLOCK_INTERVAL),
            Map.entry("spark.streaming.concurrentJobs", StreamingConf.CONCURRENT_JOBS),
            Map.entry("spark.streaming.receiver.maxRate", StreamingConf.RECEIVER_MAX_RATE),
            Map.entry("spark.streaming.receiver.writeAheadLog.enable", StreamingConf.LOG_ENABLED),
            Map.entry("spark.streaming.backpressure.enabled", StreamingConf.BACKPRESSURE_ENABLED),
            Map.entry("spark.streaming.backpressure.initialRate", StreamingConf.BACKPRESSURE_INITIAL_RATE),
            Map.entry("spark.streaming.backpressure.pid.proportional", StreamingConf.BACKPRESSURE_PROPORTIONAL),
            Map.entry("spark.streaming.backpressure.pid.integral", StreamingConf.BACKPRESSURE_INTEGRAL),
            Map.entry("spark.streaming.backpressure.pid.derived", StreamingConf.BACKPRESSURE_DERIVED),
            Map.entry("spark.streaming.backpressure.pid.minRate", StreamingConf.BACKPRESSURE_MIN_RATE),
            Map.entry("spark.streaming.kafka.maxRatePerPartition", StreamingConf.DIRECT_MAX_RATE_PER_PARTITION),
            Map.entry("spark.streaming.gracefulStopTimeout", StreamingConf.STOP_TIMEOUT),
            Map.entry("spark.streaming.stopGracefullyOnShutdown", StreamingConf.STOP_ON_SHUTDOWN),
            Map.entry("spark.streaming.fileStream.minRememberDuration", StreamingConf.FILE_REMEMBER),
            Map.entry("spark.streaming.minRememberDuration", StreamingConf.FILE_REMEMBER));

    private SparkSettings() {}

    static StreamingConf translate(Map<String, String> sparkProperties) {
        StreamingConf conf = new StreamingConf();
        List<String> without = new ArrayList<>();
        new TreeMap<>(sparkProperties).forEach((name, value) -> {
            StreamingConf.Key<?> twin = TWINS.get(name);
            if (twin != null) {
                String text = withUnit(twin, value);
                conf.set(twin.name(), text);
                LOG.info("{} = {} becomes {} = {}", name, value, twin.name(), text);
            } else if (name.startsWith("spark.streaming.")) {
                without.add(name);
            } else {
                LOG.info("{} means nothing here and is left out", name);
            }
        });
        if (!without.isEmpty()) {
            throw new IllegalArgumentException(
                    "ACQ-0405 these Spark settings have no counterpart, remove them: " + String.join(", ", without));
        }
        return conf;
    }

    /** Spark reads durations without a unit as milliseconds, except the remember duration of files: seconds. */
    private static String withUnit(StreamingConf.Key<?> twin, String value) {
        if (twin.type() != java.time.Duration.class || !value.chars().allMatch(Character::isDigit)) {
            return value;
        }
        return twin == StreamingConf.FILE_REMEMBER ? value + "s" : value + "ms";
    }
}
