/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class FetchedTest {
    private static final TopicPartition ONE = new TopicPartition("t", 1);
    private static final TopicPartition TWO = new TopicPartition("t", 2);

    private final Fetched fetched = new Fetched();

    private void add(TopicPartition partition, long... offsets) {
        fetched.add(
                partition,
                LongStream.of(offsets)
                        .mapToObj(offset -> new ConsumerRecord<>(
                                partition.topic(), partition.partition(), offset, new byte[0], new byte[0]))
                        .toList());
    }

    private List<String> takeAll() {
        List<String> taken = new ArrayList<>();
        for (Fetched.Lot lot = fetched.first(); lot != null; lot = fetched.first()) {
            ConsumerRecord<byte[], byte[]> record = lot.peek();
            lot.remove();
            taken.add(lot.partition().partition() + "@" + (record == null ? null : record.offset()));
        }
        return taken;
    }

    @Test
    void recordsAreTakenInTheOrderOfComing() {
        add(ONE, 5, 6);
        add(TWO, 1);
        add(ONE);
        add(ONE, 9);

        assertThat(fetched.isEmpty()).isFalse();
        assertThat(takeAll()).containsExactly("1@5", "1@6", "2@1", "1@9");
        assertThat(fetched.isEmpty()).isTrue();
    }

    @Test
    void aPartitionIsKnownUntilItsLastRecordIsTaken() {
        add(ONE, 5, 6);
        add(TWO, 1);

        assertThat(fetched.has(ONE)).isTrue();
        fetched.first().remove();
        assertThat(fetched.has(ONE)).isTrue();
        fetched.first().remove();
        assertThat(fetched.has(ONE)).isFalse();
        assertThat(fetched.has(TWO)).isTrue();
    }

    @Test
    void whatIsDroppedIsNotTaken() {
        add(ONE, 5, 6);
        add(TWO, 1);
        add(ONE, 7);

        fetched.drop(ONE);
        assertThat(fetched.has(ONE)).isFalse();
        add(ONE, 6);
        assertThat(takeAll()).containsExactly("2@1", "1@6");
    }
}
