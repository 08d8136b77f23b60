/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class PositionTest {
    private static Position position(Map<String, String> ids) {
        SortedMap<TopicPartition, Long> offsets = new TreeMap<>(Offsets.ORDER);
        offsets.put(new TopicPartition("orders", 0), 4711L);
        offsets.put(new TopicPartition("a-b.c_d", 10), 0L);
        return new Position(offsets, ids);
    }

    @Test
    void goesThroughText() {
        Position position = position(Map.of("orders", "Yq7Ur5P1QGyVtLm3yhZuBg", "a-b.c_d", "--7Ur5P1QGyVtLm3yhZu__"));

        assertThat(position)
                .hasToString("a-b.c_d/10@0 orders/0@4711 a-b.c_d=--7Ur5P1QGyVtLm3yhZu__ orders=Yq7Ur5P1QGyVtLm3yhZuBg");
        assertThat(Position.parse(position.toString())).isEqualTo(position);
    }

    @Test
    void needsNoIdsAndNoOffsets() {
        assertThat(Position.parse("a-b.c_d/10@0 orders/0@4711")).isEqualTo(position(Map.of()));
        assertThat(Position.parse("")).hasToString("");
        assertThat(Position.parse("empty=1")).hasToString("empty=1");
    }

    @Test
    void keepsWhatAnAnswerLeavesOut() {
        Position position = position(Map.of("orders", "a", "a-b.c_d", "b"));

        Position next = position.then(Map.of(new TopicPartition("orders", 0), 4800L), Map.of("orders", "a"));

        assertThat(next).hasToString("a-b.c_d/10@0 orders/0@4800 a-b.c_d=b orders=a");
        assertThat(next.madeAnew(Map.of("a-b.c_d", "c"))).containsExactly("a-b.c_d");
        assertThat(next.then(Map.of(new TopicPartition("a-b.c_d", 10), 7L), Map.of("a-b.c_d", "b")))
                .hasToString("a-b.c_d/10@7 orders/0@4800 a-b.c_d=b orders=a");
        assertThat(next.then(Map.of(new TopicPartition("a-b.c_d", 0), 1L), Map.of("a-b.c_d", "c")))
                .hasToString("a-b.c_d/0@1 orders/0@4800 a-b.c_d=c orders=a");
    }

    @Test
    void refusesWhatIsNoPosition() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Position.parse("orders/0 orders=1"))
                .withMessageStartingWith("ACQ-2501");
    }

    @Test
    void tellsWhichTopicsHaveAnotherId() {
        Position position = position(Map.of("orders", "1", "gone", "2"));

        assertThat(position.madeAnew(Map.of("orders", "1", "new", "3"))).isEmpty();
        assertThat(position.madeAnew(Map.of("orders", "4", "new", "3"))).containsExactly("orders");
    }
}
