/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.local;

import io.acequia.streaming.internal.engines.Refusals;
import java.util.Iterator;

/** How a settled dataset is computed: not at all, what was kept of it is all there is. */
record Forgotten<T>(int partitionCount) implements Root<T> {
    @Override
    public Iterator<T> open(int partition, LocalTask task) {
        throw Refusals.gone(partition);
    }
}
