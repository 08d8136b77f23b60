/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.data.Secret;
import io.acequia.streaming.kafka.KafkaDirectSource.OutOfRange;
import io.acequia.streaming.kafka.KafkaDirectSource.Start;
import io.acequia.streaming.receiver.Receiver;
import java.time.Duration;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.Test;

class KafkaSourceConfigTest {
    private static KafkaSource.Builder<String, String, String> builder() {
        return KafkaSource.builder(StringDeserializer.class, StringDeserializer.class, ConsumerRecord::value);
    }

    @Test
    void allProblemsAreToldAtOnce() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder()
                        .topics("a")
                        .topicPattern("(")
                        .startAt(Start.TIMESTAMP)
                        .connectTimeout(Duration.ZERO)
                        .property("enable.auto.commit", true)
                        .property("auto.offset.reset", "latest")
                        .property("group.protocol", "consumer")
                        .property("value.deserializer", StringDeserializer.class)
                        .build())
                .withMessage(
                        """
                        ACQ-2508 invalid Kafka source 'kafka:(' (10 problems):
                          property 'value.deserializer': must not be set; builder(..) is given the class
                          bootstrapServers: must be given, as host:port
                          topics = [a], topicPattern = (: give one of them
                          topicPattern = (: must be a regular expression: Unclosed group
                          groupId: must be given
                          startAt = TIMESTAMP: needs startTime(..)
                          connectTimeout = PT0S: must be positive
                          property 'group.protocol' = consumer: must be classic, where a receiver takes over at once from one whose connection broke
                          property 'enable.auto.commit' = true: must not be set; groupId(..), startAt(..) and outOfRange(..) say it
                          property 'auto.offset.reset' = latest: must not be set; groupId(..), startAt(..) and outOfRange(..) say it""");
    }

    @Test
    void defaults() {
        KafkaSource<String, String, String> source = builder()
                .bootstrapServers("localhost:9092")
                .groupId("readers")
                .topics("a", "b")
                .build();

        assertThat(source.name()).isEqualTo("kafka:a,b");
        assertThat(source.startAt()).isEqualTo(Start.COMMITTED);
        assertThat(source.startTime()).isEmpty();
        assertThat(source.outOfRange()).isEqualTo(OutOfRange.FAIL);
        assertThat(source.connectTimeout()).isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void noSecretIsPrinted() {
        KafkaSource<String, String, String> source = builder()
                .name("orders")
                .bootstrapServers("localhost:9092")
                .groupId("readers")
                .topics("a")
                .property("sasl.jaas.config", Secret.of("password=hidden"))
                .property("ssl.key.password", "plain")
                .build();

        assertThat(source).hasToString("orders of group readers of Kafka at localhost:9092");
    }

    /** Cannot be made: it has no constructor without arguments. */
    private record Unusable(String of) implements Deserializer<String> {
        @Override
        public String deserialize(String topic, byte[] data) {
            return of;
        }
    }

    @Test
    void aDeserializerThatCannotBeUsedIsRefused() throws Exception {
        try (Receiver<String> receiver = KafkaSource.builder(
                        StringDeserializer.class, Unusable.class, ConsumerRecord::value)
                .bootstrapServers("localhost:9092")
                .groupId("readers")
                .topics("a")
                .build()
                .newReceiver()) {
            assertThatThrownBy(receiver::connect)
                    .hasMessageStartingWith("ACQ-2516 ")
                    .hasMessageContainingAll("Unusable cannot be used as value.deserializer");
        }
    }
}
