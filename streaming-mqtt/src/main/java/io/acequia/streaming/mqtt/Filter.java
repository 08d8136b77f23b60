/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.mqtt;

import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is subscribed to. */
record Filter(String topics, int qos) implements Serializable {
    /** What is wrong with it; null when nothing is. */
    @Nullable
    String problem() {
        List<String> levels = List.of(topics.split("/", -1));
        if (levels.get(0).equals("$share")) {
            boolean named = levels.size() > 2 && isTopic(levels.get(1));
            levels = named ? levels.subList(2, levels.size()) : List.of("");
        }
        boolean wild = levels.stream().allMatch(level -> level.length() == 1 || level.isEmpty() || isTopic(level));
        if (levels.equals(List.of("")) || !wild || levels.indexOf("#") < levels.size() - 1 && levels.contains("#")) {
            return "subscribe('" + topics
                    + "'): must be a topic filter, with + for a whole level and # for the last ones,"
                    + " or $share/group/filter";
        }
        return qos == 0 || qos == 1
                ? null
                : "subscribe('" + topics + "', " + qos
                        + "): the QoS must be 0 or 1; 2 is not offered, 1 gives at least once";
    }

    /** Whether messages can be published there. */
    static boolean isTopic(String topic) {
        return !topic.isEmpty()
                && topic.chars().noneMatch(each -> each == '+' || each == '#' || each == 0)
                && topic.getBytes(StandardCharsets.UTF_8).length <= 65_535;
    }
}
