/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kafka;

import java.util.ArrayList;
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
        Map<TopicPartition, Long> shares = new LinkedHashMap<>();
        long left = most;
        List<TopicPartition> byLag = new ArrayList<>(lags.keySet());
        byLag.sort((a, b) -> Long.compare(lags.get(b), lags.get(a)));
        for (TopicPartition each : byLag) {
            long lag = lags.get(each);
            long share = Math.min(lag, (long) ((double) lag / waiting * most));
            share = lag > 0 ? Math.max(1, share) : 0;
            share = Math.min(share, left);
            shares.put(each, share);
            left -= share;
        }
        for (TopicPartition each : byLag) {
            long more = Math.min(left, lags.get(each) - shares.get(each));
            shares.merge(each, more, Long::sum);
            left -= more;
        }
        return shares;
    }
}
