/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.schedule;

import io.acequia.streaming.StreamingContext.ContextState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The state of a context, moved by one method. */
final class Lifecycle {
    private static final Logger LOG = LoggerFactory.getLogger(Lifecycle.class);

    private final String name;
    private ContextState state = ContextState.INITIALIZED;

    Lifecycle(String name) {
        this.name = name;
    }

    synchronized ContextState state() {
        return state;
    }

    /**
     * Moves on.
     *
     * @throws IllegalStateException when {@code next} may not follow, with requested and actual state
     */
    synchronized void move(ContextState next) {
        if (!state.canBecome(next)) {
            throw new IllegalStateException(
                    "ACQ-1001 cannot move streaming context '" + name + "' to " + next + ": it is " + state);
        }
        LOG.debug("streaming context '{}' is {}, was {}", name, next, state);
        state = next;
    }

    /** Moves on from one state only; whether it did. */
    synchronized boolean moveFrom(ContextState expected, ContextState next) {
        if (state != expected) {
            return false;
        }
        move(next);
        return true;
    }
}
