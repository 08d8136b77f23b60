/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.ingest;

import io.acequia.streaming.engine.Block;
import io.acequia.streaming.receiver.Rejected;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a batch took from a receiver.
 *
 * @param blocks in the order in which their records were received
 * @param records how many records they hold
 * @param rejected what could not be decoded meanwhile
 * @param settling how the source learns what became of it; does nothing for an unreliable receiver
 */
public record Taken<T>(List<Block<T>> blocks, long records, List<Rejected> rejected, Settling settling) {
    /** The batch is done: reliable deliveries are acknowledged, on the receiver's thread. Any thread; does not block. */
    public void ack() {
        settling.settle(null);
    }

    /** The batch will not be done: reliable deliveries are given back. Any thread; does not block. */
    public void nack(Throwable cause) {
        settling.settle(cause);
    }

    /** Lets the records go: the blocks can no longer be read; {@code who} owned them, such as {@code RDD of batch 1000 ms}. */
    public void release(String who) {
        for (Block<T> block : blocks) {
            if (block instanceof ReceivedBlock<T> received) {
                received.release(who);
            }
        }
    }

    /** Settles all deliveries of a batch; the first call counts. */
    @FunctionalInterface
    public interface Settling {
        /** @param failure null when all went well */
        void settle(@Nullable Throwable failure);
    }
}
