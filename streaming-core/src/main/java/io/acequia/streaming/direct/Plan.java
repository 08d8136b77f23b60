/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.direct;

import java.util.List;

/**
 * What one batch reads.
 *
 * @param splits in the order in which their records should come
 * @param position where the planner stands after this batch, in a form of its own; goes to the checkpoint
 * @param <T> type of the records
 */
public record Plan<T>(List<Split<T>> splits, String position) {
    public Plan {
        splits = List.copyOf(splits);
    }
}
