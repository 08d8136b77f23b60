/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.local;

import io.acequia.streaming.engine.Block;
import io.acequia.streaming.internal.engines.Concatenated;
import java.util.Iterator;
import java.util.List;

/** Received blocks; a group of them is a partition. */
record BlockGroups<T>(List<List<Block<T>>> groups) implements Root<T> {
    @Override
    public int partitionCount() {
        return groups.size();
    }

    @Override
    public Iterator<T> open(int partition, LocalTask task) {
        List<Block<T>> group = groups.get(partition);
        return group.size() == 1 ? group.get(0).iterator() : new Concatenated<>(group, Block::iterator);
    }
}
