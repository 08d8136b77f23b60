/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.schedule;

import io.acequia.streaming.StreamingContext;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The contexts that are active in this JVM, with where each was started: with {@link InsteadOfStart} all that is static in core. */
final class ActiveContexts {
    private static final Map<StreamingContext, String> ACTIVE = new LinkedHashMap<>();

    private ActiveContexts() {}

    /** Enters a context; refused beside another one unless several are allowed. */
    static synchronized void enter(StreamingContext context, String startedAt, boolean severalAllowed) {
        if (!severalAllowed && !ACTIVE.isEmpty()) {
            throw new IllegalStateException("ACQ-1002 another streaming context is active in this JVM, started at "
                    + ACTIVE.values().iterator().next()
                    + ": stop it first, or set streaming.contexts.multiple = true");
        }
        ACTIVE.put(context, startedAt);
    }

    static synchronized void leave(StreamingContext context) {
        ACTIVE.remove(context);
    }

    static synchronized Optional<StreamingContext> any() {
        return ACTIVE.keySet().stream().findFirst();
    }
}
