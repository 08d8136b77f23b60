/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.ingest;

import io.acequia.streaming.receiver.Position;
import io.acequia.streaming.receiver.Rejected;
import java.util.List;

/**
 * A closed block that is to be stored.
 *
 * @param parts the lists of the receiver, in the order of reading
 * @param count how many records they hold
 * @param bytes about how much heap they take
 * @param positions where in the source the records stand, at most one for each shard
 * @param owed the deliveries that end in this block or have records in it
 */
record Sealed<T>(
        List<List<T>> parts,
        int count,
        long bytes,
        List<Rejected> rejected,
        List<Position> positions,
        List<Owed> owed) {
    /** Whether there is something that must survive. */
    boolean holdsAnything() {
        return count > 0 || !rejected.isEmpty() || !positions.isEmpty();
    }
}
