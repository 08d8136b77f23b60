/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kafka;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/**
 * How a limit is divided among partitions: by their share of what waits, and never to nothing for one that waits while there is
 * enough for all. What rounding leaves goes to those where most waits.
 */
final class Shares {
    private Shares() {}

    /**
     * Offsets to take from each partition.
     *
     * @param lags what waits in each partition, not negative
     * @param most for all together
     */
    static Map<TopicPartition, Long> of(Map<TopicPartition, Long> lags, long most) {
        long waiting = 0;
        for (long lag : lags.values()) {
            waiting = waiting > Long.MAX_VALUE - lag ? Long.MAX_VALUE : waiting + lag;
        }
        if (waiting <= most) {
            return lags;
        }
        List<Share> byLag = new ArrayList<>();
        lags.forEach((partition, lag) -> byLag.add(new Share(partition, lag)));
        byLag.sort(Comparator.comparingLong((Share each) -> each.lag).reversed());
        long left = most;
        for (Share each : byLag) {
            long share = (long) ((double) each.lag / waiting * most);
            each.count = Math.min(left, Math.min(each.lag, Math.max(each.lag > 0 ? 1 : 0, share)));
            left -= each.count;
        }
        Map<TopicPartition, Long> shares = new LinkedHashMap<>();
        for (Share each : byLag) {
            long more = Math.min(left, each.lag - each.count);
            shares.put(each.partition, each.count + more);
            left -= more;
        }
        return shares;
    }

    private static final class Share {
        private final TopicPartition partition;
        private final long lag;
        private long count;

        Share(TopicPartition partition, long lag) {
            this.partition = partition;
            this.lag = lag;
        }
    }
}
