/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OffsetsTest {
    @Test
    void offsetsAreReadBackAsTheyWereWritten() {
        Map<TopicPartition, Long> offsets = Map.of(
                new TopicPartition("orders-1", 12), 4711L,
                new TopicPartition("orders-1", 3), 0L,
                new TopicPartition("a.b_c", 0), Long.MAX_VALUE);

        String text = Offsets.text(offsets);

        assertThat(text).isEqualTo("a.b_c/0@9223372036854775807 orders-1/3@0 orders-1/12@4711");
        assertThat(Offsets.parse(text)).isEqualTo(offsets);
        assertThat(Offsets.parse(Offsets.text(Map.of()))).isEmpty();
    }

    @Test
    void aRangeIsReadBackAsItWasWritten() {
        OffsetRange range = new OffsetRange("orders-1", 3, 17, 42);

        assertThat(Offsets.text(range)).isEqualTo("orders-1/3@17-42");
        assertThat(Offsets.parseRange("orders-1/3@17-42")).isEqualTo(range);
        assertThat(range.length()).isEqualTo(25);
        assertThat(range).hasToString("orders-1/3 [17, 42)");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"orders", "orders/1", "orders@5", "/1@5", "orders/x@5", "orders/1@x", "orders/1@5 ", "files 1 2"
            })
    void whatIsOfAnotherSourceIsRefused(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Offsets.parse(text))
                .withMessageStartingWith("ACQ-2501 '" + text + "' are no offsets of Kafka");
    }

    @ParameterizedTest
    @ValueSource(strings = {"orders/1@5", "orders-1", "orders/1@5-x", "orders/1-2@7"})
    void whatIsNoRangeIsRefused(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Offsets.parseRange(text))
                .withMessageStartingWith("ACQ-2501 ");
    }

    @Test
    void aRangeThatCannotBeIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new OffsetRange("orders", 0, 5, 4))
                .withMessage(
                        "ACQ-2500 no range of offsets: orders/0 [5, 4): a partition and offsets are 0 or more, and until is"
                                + " not before from");
        assertThatIllegalArgumentException().isThrownBy(() -> new OffsetRange("orders", -1, 0, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new OffsetRange("orders", 0, -1, 0));
    }
}
