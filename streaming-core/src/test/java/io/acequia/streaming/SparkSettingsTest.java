/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SparkSettingsTest {
    @Test
    void settingsWithATwinAreTakenOver() {
        StreamingConf conf = StreamingConf.fromSpark(Map.of(
                "spark.master", "local[3]",
                "spark.app.name", "counts",
                "spark.default.parallelism", "5",
                "spark.local.dir", "/scratch",
                "spark.streaming.concurrentJobs", "2",
                "spark.streaming.receiver.maxRate", "1000",
                "spark.streaming.receiver.writeAheadLog.enable", "false",
                "spark.streaming.backpressure.enabled", "true",
                "spark.streaming.stopGracefullyOnShutdown", "false"));
        assertThat(conf.get(StreamingConf.MASTER)).isEqualTo("local[3]");
        assertThat(conf.get(StreamingConf.APP_NAME)).isEqualTo("counts");
        assertThat(conf.get(StreamingConf.PARALLELISM)).isEqualTo(5);
        assertThat(conf.get(StreamingConf.STORAGE_DIR)).isEqualTo("/scratch");
        assertThat(conf.get(StreamingConf.CONCURRENT_JOBS)).isEqualTo(2);
        assertThat(conf.get(StreamingConf.RECEIVER_MAX_RATE)).isEqualTo(1000);
        assertThat(conf.get(StreamingConf.LOG_ENABLED)).isFalse();
        assertThat(conf.get(StreamingConf.BACKPRESSURE_ENABLED)).isTrue();
        assertThat(conf.get(StreamingConf.STOP_ON_SHUTDOWN)).isFalse();
    }

    @Test
    void theSettingsOfBackPressureAreTakenOver() {
        StreamingConf conf = StreamingConf.fromSpark(Map.of(
                "spark.streaming.backpressure.initialRate", "500",
                "spark.streaming.backpressure.pid.proportional", "0.8",
                "spark.streaming.backpressure.pid.integral", "0.1",
                "spark.streaming.backpressure.pid.derived", "0.05",
                "spark.streaming.backpressure.pid.minRate", "20",
                "spark.streaming.kafka.maxRatePerPartition", "1000"));
        assertThat(conf.get(StreamingConf.BACKPRESSURE_INITIAL_RATE)).isEqualTo(500);
        assertThat(conf.get(StreamingConf.BACKPRESSURE_PROPORTIONAL)).isEqualTo(0.8);
        assertThat(conf.get(StreamingConf.BACKPRESSURE_INTEGRAL)).isEqualTo(0.1);
        assertThat(conf.get(StreamingConf.BACKPRESSURE_DERIVED)).isEqualTo(0.05);
        assertThat(conf.get(StreamingConf.BACKPRESSURE_MIN_RATE)).isEqualTo(20);
        assertThat(conf.get(StreamingConf.DIRECT_MAX_RATE_PER_PARTITION)).isEqualTo(1000);
    }

    @Test
    void durationsWithoutAUnitAreMillisecondsButThoseOfFilesAreSeconds() {
        StreamingConf conf = StreamingConf.fromSpark(Map.of(
                "spark.streaming.blockInterval", "50",
                "spark.streaming.gracefulStopTimeout", "10000",
                "spark.streaming.fileStream.minRememberDuration", "60"));
        assertThat(conf.get(StreamingConf.BLOCK_INTERVAL)).isEqualTo(Duration.ofMillis(50));
        assertThat(conf.get(StreamingConf.STOP_TIMEOUT)).isEqualTo(Duration.ofSeconds(10));
        assertThat(conf.get(StreamingConf.FILE_REMEMBER)).isEqualTo(Duration.ofMinutes(1));
    }

    @Test
    void durationsWithAUnitKeepIt() {
        StreamingConf conf = StreamingConf.fromSpark(
                Map.of("spark.streaming.blockInterval", "2s", "spark.streaming.minRememberDuration", "5m"));
        assertThat(conf.get(StreamingConf.BLOCK_INTERVAL)).isEqualTo(Duration.ofSeconds(2));
        assertThat(conf.get(StreamingConf.FILE_REMEMBER)).isEqualTo(Duration.ofMinutes(5));
    }

    @Test
    void settingsThatMeanNothingHereAreLeftOut() {
        StreamingConf conf = StreamingConf.fromSpark(Map.of("spark.executor.memory", "4g", "my.own", "x"));
        assertThat(conf.values()).doesNotContainKeys("spark.executor.memory", "my.own");
        assertThat(conf.origin(StreamingConf.MASTER)).isEqualTo("default");
    }

    @Test
    void streamingSettingsWithoutATwinAreRefusedAllAtOnce() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StreamingConf.fromSpark(Map.of(
                        "spark.streaming.unpersist", "true",
                        "spark.streaming.kafka.minRatePerPartition", "100",
                        "spark.master", "local[2]")))
                .withMessage("ACQ-0405 these Spark settings have no counterpart, remove them: "
                        + "spark.streaming.kafka.minRatePerPartition, spark.streaming.unpersist");
    }

    @Test
    void aValueOfTheWrongFormIsRefusedUnderItsNameHere() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StreamingConf.fromSpark(Map.of("spark.streaming.concurrentJobs", "many")))
                .withMessageStartingWith("ACQ-0404 streaming.concurrent.jobs = 'many': must be ");
    }
}
