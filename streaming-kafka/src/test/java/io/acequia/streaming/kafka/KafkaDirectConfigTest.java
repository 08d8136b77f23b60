/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.acequia.streaming.data.Secret;
import io.acequia.streaming.kafka.KafkaDirectSource.Builder;
import io.acequia.streaming.kafka.KafkaDirectSource.OutOfRange;
import io.acequia.streaming.kafka.KafkaDirectSource.Start;
import java.time.Duration;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.Test;

class KafkaDirectConfigTest {
    private static Builder<String, String> builder() {
        return KafkaDirectSource.builder(StringDeserializer.class, StringDeserializer.class);
    }

    @Test
    void allProblemsAreToldAtOnce() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder()
                        .startAt(Start.COMMITTED)
                        .maxRatePerPartition(-1)
                        .readTimeout(Duration.ZERO)
                        .property("group.id", "mine")
                        .property("some.object", new Object())
                        .build())
                .withMessage(
                        """
                        ACQ-2508 invalid Kafka source 'kafka:' (7 problems):
                          property 'some.object' of java.lang.Object: must be serializable, as it goes to tasks
                          bootstrapServers: must be given, as host:port
                          topics = [], topicPattern = null: give one of them
                          startAt = COMMITTED: needs groupId(..)
                          maxRatePerPartition = -1: must be 0 or more
                          readTimeout = PT0S: must be positive
                          property 'group.id' = mine: must not be set; groupId(..), startAt(..) and outOfRange(..) say it""");
    }

    @Test
    void defaults() {
        KafkaDirectSource<String, String> source =
                builder().bootstrapServers("localhost:9092").topics("a", "b").build();

        assertThat(source.name()).isEqualTo("kafka:a,b");
        assertThat(source.groupId()).isEmpty();
        assertThat(source.startAt()).isEqualTo(Start.LATEST);
        assertThat(source.outOfRange()).isEqualTo(OutOfRange.FAIL);
        assertThat(source.maxRatePerPartition()).isZero();
        assertThat(source.readTimeout()).isEqualTo(Duration.ofSeconds(60));
        assertThat(source.planTimeout()).isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void noSecretIsPrinted() {
        KafkaDirectSource<String, String> source = builder()
                .bootstrapServers("localhost:9092")
                .topics("a")
                .property("sasl.jaas.config", Secret.of("password=hidden"))
                .property("ssl.key.password", "plain")
                .build();

        assertThat(source).hasToString("kafka:a of Kafka at localhost:9092");
    }
}
