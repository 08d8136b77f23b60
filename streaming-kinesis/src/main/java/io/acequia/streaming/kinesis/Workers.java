/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kinesis;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/**
 * Names under which the receivers of this JVM hold the leases of an application, each of one receiver at a time. The receiver that
 * comes after one whose connection broke takes over its name, and with it the leases, and need not wait until they have expired.
 */
final class Workers {
    static final String OF_JVM = "acequia-" + UUID.randomUUID();
    private static final Map<Group, BitSet> TAKEN = new HashMap<>();

    private Workers() {}

    /**
     * Receivers whose names must differ.
     *
     * @param prefix how their names begin
     */
    record Group(String region, String application, String prefix) {}

    /** Takes the first name that is free. */
    static synchronized Worker take(Group group) {
        BitSet taken = TAKEN.computeIfAbsent(group, any -> new BitSet());
        int number = taken.nextClearBit(1);
        taken.set(number);
        return new Worker(group, number);
    }

    private static synchronized void giveBack(Worker worker) {
        TAKEN.computeIfAbsent(worker.group, any -> new BitSet()).clear(worker.number);
    }

    /** A name that is taken. */
    record Worker(Group group, int number) {
        String name() {
            return group.prefix + "-" + number;
        }

        void giveBack() {
            Workers.giveBack(this);
        }
    }
}
