/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.ingest;

import io.acequia.streaming.receiver.Position;
import io.acequia.streaming.receiver.Rejected;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How far each shard of a source has been taken in, by which a repeated delivery is recognised. For one thread at a time. */
final class SourcePositions {
    private final Map<String, Long> until = new HashMap<>();

    /** Whether all of it has been taken in. */
    boolean hold(Position at) {
        Long held = until.get(at.shard());
        return held != null && at.until() <= held;
    }

    /**
     * The records of a delivery that have not been taken in.
     *
     * @throws IllegalStateException when some have and nobody can tell which
     */
    <T> List<T> fresh(Position at, List<T> records, List<Rejected> rejected, String source) {
        long held = until.getOrDefault(at.shard(), Long.MIN_VALUE);
        if (at.from() >= held) {
            return records;
        }
        if (!rejected.isEmpty() || at.until() - at.from() != records.size()) {
            throw new IllegalStateException(
                    "ACQ-0647 source '" + source + "' delivered [" + at.from() + ", " + at.until()
                            + ") of shard '" + at.shard() + "', of which all before " + held + " was taken in, with "
                            + records.size() + " records and " + rejected.size()
                            + " rejected: they don't match one to one, so nobody can tell which are new; a delivery must begin"
                            + " where the last one ended, or hold one record for each position");
        }
        return records.subList((int) (held - at.from()), records.size());
    }

    /** All of it is taken in now. */
    void advance(Position at) {
        until.merge(at.shard(), at.until(), Math::max);
    }

    /** The end of each shard. */
    Map<String, Long> all() {
        return new HashMap<>(until);
    }
}
