/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.ingest;

import io.acequia.streaming.receiver.Settlement;
import org.jspecify.annotations.Nullable;

/**
 * A delivery whose source waits to hear what became of it: safe when all blocks that hold a record of it are. Guarded by the
 * lock of its supervisor.
 */
final class Owed {
    private final Settlements connection;
    private final long number;
    private final Settlement settlement;
    private int blocks;
    private @Nullable Throwable failure;

    /**
     * A delivery.
     *
     * @param connection the connection that read it
     * @param number its place in the order of reading
     */
    Owed(Settlements connection, long number, Settlement settlement) {
        this.connection = connection;
        this.number = number;
        this.settlement = settlement;
    }

    long number() {
        return number;
    }

    /** So many more blocks hold it. */
    void owedTo(int more) {
        blocks += more;
    }

    /** One of its blocks is safe, or will not be; the last one settles it. */
    void settled(@Nullable Throwable why) {
        failure = failure == null ? why : failure;
        if (--blocks <= 0) {
            connection.settle(this, failure);
        }
    }

    /**
     * What is to be told.
     *
     * @param failure null when it is safe
     */
    record Outcome(Owed owed, @Nullable Throwable failure) {
        void tell() throws Exception {
            if (failure == null) {
                owed.settlement.ack();
            } else {
                owed.settlement.nack(failure);
            }
        }
    }
}
