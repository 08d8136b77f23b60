/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import io.acequia.streaming.receiver.Source;
import java.io.IOException;
import java.util.List;

/**
 * The system behind a source, real or fake, as a test drives it: one channel of it, that nobody else writes to or reads from.
 * {@link #publish}, {@link #cut} and {@link #heal} may come from any thread, also from the one that runs the receiver.
 *
 * @param <T> type of the records that the source gives
 */
public interface ExternalSystem<T> extends AutoCloseable {
    /** The source under test; each call gives one that reads the same channel. */
    Source<T> source();

    /**
     * Publishes records as a producer does, not by what {@link #cut} breaks. Returns when the system has them; one that keeps
     * nothing waits until a receiver is connected. Blocks as long as the system does.
     *
     * @param payloads short texts, each other than all before
     */
    void publish(List<String> payloads) throws Exception;

    /** The text that was published as this record. */
    String payloadOf(T record);

    /** Breaks the connections of receivers; until {@link #heal} none can be made, or none lives. Again has no effect. */
    void cut() throws Exception;

    /** Lets receivers connect again. */
    void heal() throws Exception;

    /**
     * Lets the source end behind what was published.
     *
     * @return false when this kind of source never ends; the default
     */
    default boolean end() throws Exception {
        return false;
    }

    /** Ends the channel, and gives back what this object holds. */
    @Override
    void close() throws IOException;

    /**
     * A system that is told which records are safe, and gives the others again.
     *
     * @param <T> type of the records that the source gives
     */
    interface Reliable<T> extends ExternalSystem<T> {
        /** How many of the published records no receiver has acknowledged. */
        long unacknowledged() throws Exception;
    }
}
