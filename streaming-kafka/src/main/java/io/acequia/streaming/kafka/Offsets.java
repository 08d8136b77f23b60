/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kafka;

import java.util.Comparator;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;

/** Offsets of partitions as text, as they stand in a journal: {@code orders/0@4711 orders/1@4700}. No topic's name has a blank. */
final class Offsets {
    static final Comparator<TopicPartition> ORDER =
            Comparator.comparing(TopicPartition::topic).thenComparing(TopicPartition::partition);

    private Offsets() {}

    static String text(Map<TopicPartition, Long> offsets) {
        SortedMap<TopicPartition, Long> sorted = new TreeMap<>(ORDER);
        sorted.putAll(offsets);
        StringBuilder text = new StringBuilder();
        sorted.forEach((partition, offset) -> text.append(text.isEmpty() ? "" : " ")
                .append(partition.topic())
                .append('/')
                .append(partition.partition())
                .append('@')
                .append(offset));
        return text.toString();
    }

    static SortedMap<TopicPartition, Long> parse(String text) {
        SortedMap<TopicPartition, Long> offsets = new TreeMap<>(ORDER);
        if (text.isEmpty()) {
            return offsets;
        }
        for (String each : text.split(" ", -1)) {
            int at = each.lastIndexOf('@');
            if (at < 0) {
                throw unreadable(text);
            }
            offsets.put(partition(each.substring(0, at), text), number(each.substring(at + 1), text));
        }
        return offsets;
    }

    static String text(OffsetRange range) {
        return range.topic() + "/" + range.partition() + "@" + range.from() + "-" + range.until();
    }

    static OffsetRange parseRange(String text) {
        int at = text.lastIndexOf('@');
        int dash = text.lastIndexOf('-');
        if (at < 0 || dash < at) {
            throw unreadable(text);
        }
        TopicPartition partition = partition(text.substring(0, at), text);
        return new OffsetRange(
                partition.topic(),
                partition.partition(),
                number(text.substring(at + 1, dash), text),
                number(text.substring(dash + 1), text));
    }

    private static TopicPartition partition(String text, String all) {
        int slash = text.lastIndexOf('/');
        if (slash <= 0) {
            throw unreadable(all);
        }
        return new TopicPartition(text.substring(0, slash), (int) number(text.substring(slash + 1), all));
    }

    private static long number(String text, String all) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw unreadable(all);
        }
    }

    private static IllegalArgumentException unreadable(String text) {
        return new IllegalArgumentException(
                "ACQ-2501 '" + text
                        + "' are no offsets of Kafka: the journal is of another source, or was changed; the form is topic/partition@offset");
    }
}
