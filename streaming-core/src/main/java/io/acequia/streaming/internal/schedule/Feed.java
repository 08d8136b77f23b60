/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.schedule;

import io.acequia.streaming.data.Time;
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

    /** The context starts; the first batch is one interval after {@code zero}. */
    void start(Time zero) throws Exception;

    /** What the batch at {@code time} gets. A feed whose source fails here may be asked again for the same batch. */
    Intake plan(Time time) throws Exception;

    /** The batch is done and will not be repeated. */
    void completed(Time time) throws Exception;

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
