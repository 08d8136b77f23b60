/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.schedule;

import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One rate divided among several streams: equally at first, then by what each wants. Who wants less than an equal share gets
 * that, and what it leaves goes in equal parts to those that want more; what nobody wants is spread over all. So nobody goes
 * short while another has more than it wants. The shares are whole records a second and never add up to more than the rate.
 *
 * <p>Each stream keeps {@link #least()}, though it wants nothing: a stream that is silent must be able to show that it has
 * something again. For one thread at a time.
 */
final class SharedRate {
    private static final int LEAST_PART = 10;

    private final long total;
    private final long least;
    private final Map<Integer, Long> shares = new HashMap<>();

    /** @param total records a second, at least one for each stream */
    SharedRate(long total, Collection<Integer> streamIds) {
        this.total = total;
        this.least = Math.max(1, ceilDiv(ceilDiv(total, LEAST_PART), Math.max(1, streamIds.size())));
        streamIds.forEach(id -> shares.put(id, total / streamIds.size()));
    }

    private static long ceilDiv(long a, long b) {
        return -Math.floorDiv(-a, b);
    }

    /** What each stream keeps: a tenth of its equal share, and one record a second. */
    long least() {
        return least;
    }

    long share(int streamId) {
        return shares.getOrDefault(streamId, 0L);
    }

    /** @param wanted for each stream */
    void divide(Map<Integer, Long> wanted) {
        List<Integer> modestFirst = wanted.keySet().stream()
                .sorted(Comparator.<Integer>comparingLong(id -> wanted.getOrDefault(id, 0L))
                        .thenComparing(Comparator.naturalOrder()))
                .toList();
        long left = total;
        int streams = modestFirst.size();
        for (int id : modestFirst) {
            long share = Math.min(left / streams, Math.max(least, wanted.getOrDefault(id, 0L)));
            shares.put(id, share);
            left -= share;
            streams--;
        }
        long spare = left / Math.max(1, modestFirst.size());
        modestFirst.forEach(id -> shares.merge(id, spare, Long::sum));
    }
}
