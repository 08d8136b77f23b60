/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import io.acequia.streaming.data.Time;
import io.acequia.streaming.internal.engines.Refusals;
import java.io.Serializable;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/** One version of a state, or a layer of all versions until then: which partitions have it. Changed on the driver, read in tasks. */
final class StateVersion implements Serializable {
    private static final long serialVersionUID = 1;

    private final String uid;
    private final Time time;
    private final int partitions;
    private int rdd;
    /** Never changed in place. */
    private volatile BitSet stepped = new BitSet();

    private volatile boolean forgotten;

    StateVersion(String uid, Time time, int partitions) {
        this.uid = uid;
        this.time = time;
        this.partitions = partitions;
    }

    /**
     * What a partition has of a version.
     *
     * @param changes the keys that the step touched; all keys in a layer of all
     * @param results what the step pushed
     * @param keys how many keys have a state
     */
    record Outcome<K, S, R>(StateLayer<K, S> changes, List<R> results, long keys) implements Serializable {}

    Time time() {
        return time;
    }

    int rdd() {
        return rdd;
    }

    void isIn(int number) {
        rdd = number;
    }

    boolean has(int partition) {
        return stepped.get(partition);
    }

    boolean isWhole() {
        return stepped.cardinality() == partitions;
    }

    void reached(int partition) {
        BitSet more = (BitSet) stepped.clone();
        more.set(partition);
        stepped = more;
    }

    void forget() {
        forgotten = true;
    }

    boolean isForgotten() {
        return forgotten;
    }

    /** The version with the partitions that have it now. */
    StateVersion asItIs() {
        StateVersion copy = new StateVersion(uid, time, partitions);
        copy.rdd = rdd;
        copy.stepped = stepped;
        return copy;
    }

    /** In a task: what a partition has of it; empty when it has not made the step. */
    <K, S, R> Optional<Outcome<K, S, R>> read(int partition) {
        if (!has(partition)) {
            return Optional.empty();
        }
        Optional<Outcome<K, S, R>> outcome = KeptBlocks.read(rdd, partition);
        if (outcome.isEmpty()) {
            throw new IllegalStateException(
                    "ACQ-2689 partition " + partition + " of state '" + uid + "' as of batch " + time
                            + " was lost with the machines that had it: start again, the state comes from the checkpoint");
        }
        return outcome;
    }

    IllegalStateException missing() {
        return missing(uid, time);
    }

    static IllegalStateException missing(String uid, Time time) {
        return Refusals.noVersion(uid, time, "");
    }
}
