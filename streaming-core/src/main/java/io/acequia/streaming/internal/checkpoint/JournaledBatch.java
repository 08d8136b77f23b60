/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.checkpoint;

import io.acequia.streaming.data.Time;
import java.util.List;
import java.util.Set;

/**
 * A batch of an earlier run.
 *
 * @param time its time
 * @param allocations what its sources brought
 * @param ended uids of the outputs that are done, or failed under a policy that let them
 * @param done whether the whole batch is
 */
public record JournaledBatch(Time time, List<Allocation> allocations, Set<String> ended, boolean done) {
    public JournaledBatch {
        allocations = List.copyOf(allocations);
        ended = Set.copyOf(ended);
    }
}
