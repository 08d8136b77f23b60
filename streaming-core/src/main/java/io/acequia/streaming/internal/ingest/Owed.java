/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.ingest;

import io.acequia.streaming.receiver.Settlement;
import org.jspecify.annotations.Nullable;

/**
 * A delivery whose source waits to hear what became of it.
 *
 * @param connection the connection that read it
 * @param number its place in the order of reading
 * @param settlement how to tell
 */
record Owed(Settlements connection, long number, Settlement settlement) {
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
