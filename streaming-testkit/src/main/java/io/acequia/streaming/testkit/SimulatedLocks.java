/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import io.acequia.streaming.storage.Storage;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The locks of a {@link SimulatedStorage}, and how often each was taken. */
final class SimulatedLocks {
    private final Map<String, Long> epochs;
    private final Set<String> held = new HashSet<>();

    SimulatedLocks() {
        this(new HashMap<>());
    }

    private SimulatedLocks(Map<String, Long> epochs) {
        this.epochs = epochs;
    }

    synchronized Optional<Storage.Lock> take(String name) {
        return held.add(name) ? Optional.of(new Held(name, epochs.merge(name, 1L, Long::sum))) : Optional.empty();
    }

    private synchronized void free(String name) {
        held.remove(name);
    }

    /** All are free, and their counts go on. */
    synchronized SimulatedLocks afterTheProcess() {
        return new SimulatedLocks(new HashMap<>(epochs));
    }

    private final class Held implements Storage.Lock {
        private final String name;
        private final long epoch;
        private boolean ended;

        Held(String name, long epoch) {
            this.name = name;
            this.epoch = epoch;
        }

        @Override
        public long epoch() {
            return epoch;
        }

        @Override
        public void close() {
            if (!ended) {
                ended = true;
                free(name);
            }
        }
    }
}
