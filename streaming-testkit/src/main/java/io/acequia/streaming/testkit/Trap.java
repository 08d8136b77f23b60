/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Throws at one call of the function it stands in, and never again. Functions are copied through serialization, and their
 * copies run in several tasks; so the calls are counted in a place of this JVM, found by a token. Safe for use by any thread.
 */
record Trap(long token, int call, boolean deadly) implements Serializable {
    /** Throws never. */
    static final Trap NONE = new Trap(0, 0, false);

    private static final AtomicLong TOKENS = new AtomicLong();
    private static final Map<Long, Calls> CALLS = new ConcurrentHashMap<>();

    /**
     * A trap that throws at its call number {@code call}, from 1; to be removed when the run has ended.
     *
     * @param deadly whether what it throws ends the context, whatever its failure policy is
     */
    static Trap at(int call, boolean deadly) {
        Trap trap = new Trap(TOKENS.incrementAndGet(), call, deadly);
        CALLS.put(trap.token, new Calls());
        return trap;
    }

    /** Forgets the calls. */
    void remove() {
        CALLS.remove(token);
    }

    /** A call that knows neither its batch nor its key. */
    void step() {
        step(0, null);
    }

    /** A call for a key in a batch. */
    void step(int batch, @Nullable Object key) {
        Calls calls = token == 0 ? null : CALLS.get(token);
        if (calls != null) {
            calls.count(this, batch, key);
        }
    }

    /** Where it threw; null as long as it has not. */
    @Nullable
    Sprung sprung() {
        Calls calls = CALLS.get(token);
        return calls == null ? null : calls.sprung();
    }

    /** The batch in which a trap threw, and the keys of the calls before that in this batch. */
    record Sprung(int batch, List<Object> keys) {}

    /** Ends a context, as the end of its process would. */
    static final class Death extends VirtualMachineError {
        private static final long serialVersionUID = 1L;

        Death(String message) {
            super(message);
        }
    }

    private static final class Calls {
        private final Map<Integer, List<Object>> keys = new HashMap<>();
        private int count;
        private @Nullable Sprung sprung;

        synchronized void count(Trap trap, int batch, @Nullable Object key) {
            count++;
            if (count == trap.call) {
                sprung = new Sprung(batch, List.copyOf(keys.getOrDefault(batch, List.of())));
                String message = "a trap was sprung at call " + count + ", as the program wants";
                if (trap.deadly) {
                    throw new Death(message);
                }
                throw new IllegalStateException(message);
            }
            if (key != null && sprung == null) {
                keys.computeIfAbsent(batch, any -> new ArrayList<>()).add(key);
            }
        }

        synchronized @Nullable Sprung sprung() {
            return sprung;
        }
    }
}
