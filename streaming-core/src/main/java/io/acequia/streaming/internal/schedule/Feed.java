/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.schedule;

import io.acequia.streaming.data.Time;
import io.acequia.streaming.internal.checkpoint.Allocation;
import io.acequia.streaming.internal.graph.InputNode;
import io.acequia.streaming.listener.ContextStatus;
import java.time.Duration;
import java.util.Optional;

/**
 * Brings the records of one source into batches. {@code start}, {@code plan}, {@code completed} and the stops are called by
 * one thread at a time.
 */
interface Feed {
    InputNode node();

    /** The context starts; the first batch of its first run is one interval after {@code zero}. */
    void start(Time zero, Past past) throws Exception;

    /**
     * What earlier runs left of a source: where it stood, in a form of its own.
     *
     * @param until the last batch that the checkpoint covers; the start of the first run without one
     * @param covered after that batch
     * @param planned after the last batch that there was
     */
    record Past(Time until, Optional<String> covered, Optional<String> planned) {
        static Past none(Time zero) {
            return new Past(zero, Optional.empty(), Optional.empty());
        }
    }

    /** What a batch of an earlier run got, again. Before the first plan, in the order of times. */
    Intake replay(Time time, Allocation allocation) throws Exception;

    /** Where the source stands after the newest batch that is not after {@code time}; empty before there is one. */
    Optional<String> positionAt(Time time);

    /** What the batch at {@code time} gets. A feed whose source fails here may be asked again for the same batch. */
    Intake plan(Time time) throws Exception;

    /** The batch is done; with a checkpoint directory, a crash may have it repeated. */
    void completed(Time time) throws Exception;

    /** A checkpoint covers the batches up to this time. */
    default void covered(Time time) {}

    /** No checkpoint is kept from which batches up to this time would be repeated. */
    default void forgettable(Time time) {}

    /** So many records a second may come from now on; 0 is no limit. Any thread. */
    default void limit(long recordsPerSecond) {}

    /** No more input: what was received so far can still be planned. Blocks at most so long. */
    void stopReading(Duration atMost);

    /** Whether the source has given its last record, and all it gave is planned. */
    default boolean hasEnded() {
        return false;
    }

    /** The end; blocks at most so long. */
    void stop(Duration atMost);

    /** Gives back what planned batches could still need; the last call. */
    default void close() {}

    /** What was received and not planned. */
    Waiting waiting();

    /** What can be seen of a receiver; nothing of other sources. */
    Optional<ContextStatus.SourceStatus> status();

    /** Received and not planned. */
    record Waiting(long blocks, long records) {
        static final Waiting NONE = new Waiting(0, 0);
    }
}
