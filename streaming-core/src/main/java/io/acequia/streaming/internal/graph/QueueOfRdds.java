/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.graph;

import io.acequia.streaming.RDD;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** The live queue of {@code queueStream}: what the program adds while the context runs is taken too. */
public record QueueOfRdds(Queue<RDD<?>> queue, boolean oneAtATime, @Nullable RDD<?> otherwise) {
    /** What the next batch takes: one RDD or all that wait; the default when none does. */
    public List<RDD<?>> take() {
        List<RDD<?>> taken = new ArrayList<>();
        synchronized (queue) {
            for (RDD<?> next = queue.poll(); next != null; next = oneAtATime ? null : queue.poll()) {
                taken.add(next);
            }
        }
        if (taken.isEmpty() && otherwise != null) {
            taken.add(otherwise);
        }
        return taken;
    }
}
