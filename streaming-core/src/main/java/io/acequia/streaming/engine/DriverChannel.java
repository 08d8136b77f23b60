/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.engine;

import io.acequia.streaming.receiver.Rejected;
import java.io.IOException;
import java.io.Serializable;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The only way from a receiver to the driver: it asks, and what the driver wants of it rides on the answers, so nothing calls
 * a receiver from the driver. On one machine an ask is a call, on a cluster it is a message. Safe for use by any thread.
 */
public interface DriverChannel {
    /**
     * Sends a message and waits for the answer, and sends it again when there is none. A message that comes more than once counts once.
     *
     * @throws java.io.NotSerializableException when the message has an error that cannot be sent
     * @throws IOException when the driver is out of reach for so long that the receiver must end, and be run again
     */
    Reply ask(Message message) throws IOException;

    /** What a receiver has to say. */
    sealed interface Message extends Serializable {
        int streamId();

        /** The attempt that speaks; a message of an older one is refused. */
        long epoch();
    }

    /** A receiver begins; the answer gives the epoch of this attempt, and ends all attempts before it. */
    record Register(int streamId) implements Message {
        @Override
        public long epoch() {
            return -1;
        }
    }

    /**
     * A block is stored; the next batch may take it.
     *
     * @param rejected what could not be decoded among its records
     */
    record AddBlock(BlockInfo block, List<Rejected> rejected) implements Message {
        public AddBlock {
            rejected = List.copyOf(rejected);
        }

        @Override
        public int streamId() {
            return block.streamId();
        }

        @Override
        public long epoch() {
            return block.epoch();
        }
    }

    /**
     * How the receiver is; also the heartbeat.
     *
     * @param change the state it has just entered; null when it is as before
     */
    record Report(int streamId, long epoch, Counts counts, @Nullable Change change) implements Message {}

    /**
     * Sums since the receiver began, over all its connections.
     *
     * @param records records read
     * @param rejected what could not be decoded
     * @param duplicates records that were there already, by their position
     * @param held records read that are in no block that was added
     * @param restarts how often it was connected anew
     * @param idleAlarms how often the source was silent for too long
     * @param readingEnded whether no further read will come
     */
    record Counts(
            long records,
            long rejected,
            long duplicates,
            long held,
            long restarts,
            long idleAlarms,
            boolean readingEnded)
            implements Serializable {
        /** Nothing yet. */
        public static final Counts NONE = new Counts(0, 0, 0, 0, 0, 0, false);
    }

    /**
     * A change of state.
     *
     * @param phase the state now
     * @param attempt connection attempts since it was last active, from 1
     * @param retryAt when the next attempt is due, while retrying
     * @param error what went wrong, when something did
     * @param fatal whether the job must not go on, as when its log is broken
     */
    record Change(Phase phase, int attempt, @Nullable Instant retryAt, @Nullable Throwable error, boolean fatal)
            implements Serializable {
        /** The same with an error that has nothing but its text and its stack, for an error that cannot be sent. */
        public Change withPlainError() {
            if (error == null) {
                return this;
            }
            Throwable plain = new IllegalStateException(error.toString());
            plain.setStackTrace(error.getStackTrace());
            return new Change(phase, attempt, retryAt, plain, fatal);
        }
    }

    /** What a receiver is doing. */
    enum Phase {
        STARTING,
        ACTIVE,
        RETRYING,
        FAILED,
        STOPPED
    }

    /**
     * The driver's answer.
     *
     * @param accepted whether the message counts; it does not when its epoch is old
     * @param epoch the newest attempt
     * @param want what the receiver is to do
     * @param rate records a second that it may read; 0 is no limit
     * @param waitingBytes of the blocks that it added and no batch has taken
     * @param settled blocks of this epoch whose batch is done, since the last answer
     * @param neededFrom no record of its log with a lower number is needed any more
     * @param knownUntil the last record of its log that the driver knows of, 0 for none: a log that ends before it has lost
     *     something
     */
    record Reply(
            boolean accepted,
            long epoch,
            Want want,
            double rate,
            long waitingBytes,
            List<Settled> settled,
            long neededFrom,
            long knownUntil)
            implements Serializable {
        public Reply {
            settled = List.copyOf(settled);
        }
    }

    /** What the driver wants. */
    enum Want {
        /** Go on. */
        READ,
        /** Read no further, and end when what was read is settled. */
        SETTLE,
        /** End now. */
        END
    }

    /**
     * What became of a block.
     *
     * @param block its number
     * @param failure null when its batch is done; else why it will not be
     */
    record Settled(long block, @Nullable Throwable failure) implements Serializable {}
}
