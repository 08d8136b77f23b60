/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.local;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** Finds the shuffles that a job needs and that did not run yet, parents first. Partitions that are kept need none. */
final class Stages {
    private final Map<LocalDataset<?>, BitSet> seen = new IdentityHashMap<>();
    private final List<Shuffled<?>> shuffles = new ArrayList<>();

    /** The shuffles that must run before these partitions can be computed, in order. */
    static List<Shuffled<?>> before(LocalDataset<?> dataset, int[] partitions) {
        BitSet wanted = new BitSet();
        for (int partition : partitions) {
            wanted.set(partition);
        }
        Stages stages = new Stages();
        stages.before(dataset, wanted);
        return stages.shuffles;
    }

    void before(LocalDataset<?> dataset, BitSet partitions) {
        if (!dataset.shape().shuffled()) {
            return;
        }
        BitSet missing = dataset.notKept(partitions);
        BitSet before = seen.get(dataset);
        if (before != null) {
            missing.andNot(before);
        }
        if (missing.isEmpty()) {
            return;
        }
        if (before == null) {
            seen.put(dataset, missing);
        } else {
            before.or(missing);
        }
        dataset.upstream((BitSet) missing.clone(), this);
    }

    /** After its parents have named theirs. */
    void add(Shuffled<?> shuffle) {
        shuffles.add(shuffle);
    }
}
