/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.Output;
import io.acequia.streaming.data.Time;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;

class KafkaSinkConfigTest {
    private static KafkaSink.Builder<String, String> builder() {
        return KafkaSink.builder(StringSerializer.class, StringSerializer.class);
    }

    @Test
    void allThatIsWrongIsToldAtOnce() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder()
                        .keysTopic(" ")
                        .property("transactional.id", "x")
                        .property("thread", new Object())
                        .build(null))
                .withMessage(
                        """
                        ACQ-2520 invalid Kafka sink of job 'null' (6 problems):
                          property 'thread' of java.lang.Object: must be serializable, as it goes to tasks
                          bootstrapServers: must be given, as host:port
                          job = null: must be given, a name that no other job of the cluster has
                          keysTopic =  : must be the name of a topic
                          records: must be given, a function that makes what is written
                          property 'transactional.id' = x: must not be set; the sink's transactions need their own""");
    }

    @Test
    void itsTextNamesTheJobAndNoProperty() {
        assertThat(builder()
                        .bootstrapServers("localhost:9092")
                        .job("orders")
                        .property("client.id", "hidden")
                        .build(row -> new ProducerRecord<>("topic", String.valueOf(row))))
                .hasToString("sink of job 'orders' to Kafka at localhost:9092");
    }

    /** Cannot be made: its constructor is private. */
    public static final class Hidden implements Serializer<String> {
        private Hidden() {}

        @Override
        public byte[] serialize(String topic, String data) {
            return new byte[0];
        }
    }

    @Test
    void aSerializerThatCannotBeMadeIsToldByName() {
        KafkaSink<String> sink = KafkaSink.builder(Hidden.class, StringSerializer.class)
                .bootstrapServers("localhost:9092")
                .job("orders")
                .build(row -> new ProducerRecord<>("topic", row));
        assertThatThrownBy(() -> sink.open(new Output.Key(new Time(1000), "rows", 0)))
                .hasMessageStartingWith("ACQ-2528 no serializer can be made of " + Hidden.class.getName());
    }

    @Test
    void brokersThatDoNotTellAboutTheTopicOfKeysAreNamed() {
        Connection away = new Connection(
                Map.of("bootstrap.servers", "127.0.0.1:1", "default.api.timeout.ms", 300, "request.timeout.ms", 300));
        Lane lane = new Lane(new Lane.Target(away, "orders", "keys"), "rows", 0);
        assertThatThrownBy(() -> CommittedKeys.of(lane, Duration.ofSeconds(1)))
                .hasMessageStartingWith("ACQ-2522 Kafka at 127.0.0.1:1 did not tell about the topic of keys 'keys': ");
    }

    @Test
    void theIdOfALaneHoldsItsNamesApart() {
        Lane.Target target = new Lane.Target(new Connection(Map.of()), "a/b", "keys");
        assertThat(new Lane(target, "c", 1).id()).isEqualTo("a%2Fb/c/1");
        assertThat(new Lane(target, "c/1", 0).id()).isEqualTo("a%2Fb/c%2F1/0");
    }
}
