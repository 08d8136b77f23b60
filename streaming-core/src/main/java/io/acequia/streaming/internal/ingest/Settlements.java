/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.ingest;

import io.acequia.streaming.internal.ingest.Owed.Outcome;
import io.acequia.streaming.receiver.Settlement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The deliveries of one connection that are not settled yet, and what is to be said of them. Guarded by the lock of its loop;
 * only the settlements themselves run outside of it, on the receiver's thread.
 */
final class Settlements {
    private List<Outcome> queued = new ArrayList<>();
    private long read;
    private long open;
    private boolean closed;

    Owed owe(Settlement settlement) {
        open++;
        return new Owed(this, read++, settlement);
    }

    /** Queues an outcome; of a closed connection, the source redelivers. */
    void settle(Owed owed, @Nullable Throwable failure) {
        if (!closed) {
            queued.add(new Outcome(owed, failure));
        }
    }

    boolean hasQueued() {
        return !queued.isEmpty();
    }

    boolean hasOpen() {
        return open > 0;
    }

    /** What is queued, in the order of reading; the caller tells each. */
    List<Outcome> take() {
        List<Outcome> taken = queued;
        queued = new ArrayList<>();
        taken.sort(Comparator.comparingLong(outcome -> outcome.owed().number()));
        open -= taken.size();
        return taken;
    }

    void close() {
        closed = true;
    }
}
