/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import io.acequia.streaming.testkit.SimulatedStorage.Operation;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;

/** Which operations of a {@link SimulatedStorage} fail, by their numbers. Guarded by the storage. */
final class FaultPlan {
    private final Map<Operation, Map<Integer, Fault>> planned = new EnumMap<>(Operation.class);
    private final Map<Operation, Integer> counts = new EnumMap<>(Operation.class);
    private long all;
    private long powerOffAt = Long.MAX_VALUE;

    /** What happens to an operation. */
    enum Fault {
        NONE,
        BROKEN,
        FULL,
        POWER_OFF
    }

    /** Plans for the n-th operation of a kind from now on, from 1. */
    void add(Operation operation, int nth, Fault fault) {
        planned.computeIfAbsent(operation, o -> new HashMap<>()).put(count(operation) + nth, fault);
    }

    void powerOffAfter(long nth) {
        powerOffAt = all + nth;
    }

    Fault next(Operation operation) {
        int nth = counts.merge(operation, 1, Integer::sum);
        all++;
        return all >= powerOffAt
                ? Fault.POWER_OFF
                : planned.getOrDefault(operation, Map.of()).getOrDefault(nth, Fault.NONE);
    }

    int count(Operation operation) {
        return counts.getOrDefault(operation, 0);
    }

    long count() {
        return all;
    }
}
