/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import java.io.Serializable;
import java.util.concurrent.atomic.LongAdder;

/**
 * What a reader of a topic has seen.
 *
 * @param records how many
 * @param length of all values together, in characters
 * @param hash sum of the hashes of all values, where the reader was asked for it; else 0
 */
record Tally(long records, long length, long hash) {
    static final Tally NOTHING = new Tally(0, 0, 0);

    Tally plus(Tally other) {
        return new Tally(records + other.records, length + other.length, hash + other.hash);
    }

    /** Without the hash: reading every character of it would be most of the work of a reader. */
    Tally touched() {
        return new Tally(records, length, 0);
    }

    /** Refuses to measure a contestant that has read something else. */
    void mustBe(Tally expected, String who) {
        if (!equals(expected)) {
            throw new IllegalStateException("ACQ-3152 the " + who + " has read " + this + " where the topic has "
                    + expected + ": a fast wrong answer is no answer");
        }
    }

    @Override
    public String toString() {
        return records + " records of " + length + " characters, hash " + hash;
    }

    /** Sums of several threads. */
    static final class Sums implements Serializable {
        private final LongAdder records = new LongAdder();
        private final LongAdder length = new LongAdder();
        private final LongAdder hash = new LongAdder();

        void add(long moreRecords, long moreLength, long moreHash) {
            records.add(moreRecords);
            length.add(moreLength);
            hash.add(moreHash);
        }

        long records() {
            return records.sum();
        }

        Tally takeAll() {
            return new Tally(records.sumThenReset(), length.sumThenReset(), hash.sumThenReset());
        }
    }
}
