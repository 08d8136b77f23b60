/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.schedule;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/** Puts runs of neighbours into groups of about the same weight: the partitions of an input. */
final class Groups {
    private Groups() {}

    /** At most {@code most} groups, none of them empty unless there is nothing at all: then one empty group. */
    static <B> List<List<B>> of(List<B> items, int most, ToLongFunction<B> weight) {
        if (items.size() <= 1 || most == 1) {
            return List.of(items);
        }
        long total = 0;
        for (B item : items) {
            total += Math.max(1, weight.applyAsLong(item));
        }
        int count = Math.min(most, items.size());
        List<List<B>> groups = new ArrayList<>(count);
        List<B> group = new ArrayList<>();
        long passed = 0;
        for (int i = 0; i < items.size(); i++) {
            group.add(items.get(i));
            passed += Math.max(1, weight.applyAsLong(items.get(i)));
            int groupsAfter = count - groups.size() - 1;
            boolean full = passed * count >= total * (groups.size() + 1L);
            boolean mustLeaveOneEach = items.size() - i - 1 <= groupsAfter;
            if (groupsAfter > 0 && (full || mustLeaveOneEach)) {
                groups.add(group);
                group = new ArrayList<>();
            }
        }
        groups.add(group);
        return groups;
    }
}
