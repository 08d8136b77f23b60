/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kafka;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.common.TopicPartition;

/**
 * Where a planner stands: the offsets that are due, and the ids of the topics, since a topic that is made anew has the same name
 * and may have as many offsets. As text, in a checkpoint: {@code orders/0@4711 orders/1@4700 orders=Yq7Ur5P1QGyVtLm3yhZuBg}. No
 * topic's name has a blank, and none has an equals sign.
 */
record Position(SortedMap<TopicPartition, Long> offsets, Map<String, String> ids) {
    static Position parse(String text) {
        List<String> offsets = new ArrayList<>();
        Map<String, String> ids = new TreeMap<>();
        for (String each : text.split(" ", -1)) {
            int equals = each.indexOf('=');
            if (equals < 0) {
                offsets.add(each);
            } else {
                ids.put(each.substring(0, equals), each.substring(equals + 1));
            }
        }
        return new Position(Offsets.parse(String.join(" ", offsets)), ids);
    }

    /** Those of these topics that had another id. */
    Set<String> madeAnew(Map<String, String> found) {
        Set<String> anew = new TreeSet<>();
        found.forEach((topic, id) -> {
            if (!ids.getOrDefault(topic, id).equals(id)) {
                anew.add(topic);
            }
        });
        return anew;
    }

    /**
     * The position after this one. What was not found stays as it is: it may be an answer that left something out, and when it comes
     * back it goes on from there, or is told to be another topic by its id. Nothing stays of a topic that was made anew.
     */
    Position then(Map<TopicPartition, Long> due, Map<String, String> found) {
        Set<String> anew = madeAnew(found);
        SortedMap<TopicPartition, Long> all = new TreeMap<>(offsets);
        all.keySet().removeIf(each -> anew.contains(each.topic()));
        all.putAll(due);
        Map<String, String> known = new TreeMap<>(ids);
        known.putAll(found);
        return new Position(all, known);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(Offsets.text(offsets));
        new TreeMap<>(ids).forEach((topic, id) -> text.append(text.isEmpty() ? "" : " ")
                .append(topic)
                .append('=')
                .append(id));
        return text.toString();
    }
}
