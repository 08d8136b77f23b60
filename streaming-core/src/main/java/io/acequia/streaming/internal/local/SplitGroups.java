/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.local;

import io.acequia.streaming.direct.Split;
import io.acequia.streaming.internal.engines.Concatenated;
import io.acequia.streaming.internal.engines.SplitRecords;
import java.util.Iterator;
import java.util.List;

/** Ranges of a direct source; a group of them is a partition. */
record SplitGroups<T>(List<List<Split<T>>> groups) implements Root<T> {
    @Override
    public int partitionCount() {
        return groups.size();
    }

    @Override
    public Iterator<T> open(int partition, LocalTask task) {
        return new Concatenated<>(groups.get(partition), split -> new SplitRecords<>(split.open(task)));
    }
}
