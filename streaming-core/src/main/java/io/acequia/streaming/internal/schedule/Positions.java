/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.schedule;

import io.acequia.streaming.data.Time;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Where a source stood after each of its batches, back to what a checkpoint covers. Safe for use by any thread. */
final class Positions {
    private final TreeMap<Time, String> positions = new TreeMap<>();

    /** After the batches of an earlier run, as far as the checkpoint covers them. */
    synchronized void begin(Time until, Optional<String> covered) {
        covered.ifPresent(position -> positions.put(until, position));
    }

    synchronized void add(Time time, String position) {
        positions.put(time, position);
    }

    synchronized Optional<String> at(Time time) {
        return Optional.ofNullable(positions.floorEntry(time)).map(Map.Entry::getValue);
    }

    /** Nobody will ask for times before. */
    synchronized void covered(Time time) {
        Time newest = positions.floorKey(time);
        if (newest != null) {
            positions.headMap(newest, false).clear();
        }
    }
}
