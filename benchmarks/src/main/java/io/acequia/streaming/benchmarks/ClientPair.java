/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import io.acequia.streaming.DStream;
import io.acequia.streaming.StreamingContext;

/** A real server, and two ways to read the same messages from it: by a source, and by the bare client that the source stands on. */
interface ClientPair extends AutoCloseable {
    /** What is compared, as {@code QoS 1}; several pairs of a connector have different names. */
    String name();

    /** Lets the server, or the sender, have so many messages for the one that reads next, each of so many bytes. */
    void fill(int messages, int bytes) throws Exception;

    /** The lengths of what a source of a context reads, in bytes. */
    DStream<Integer> lengths(StreamingContext context) throws Exception;

    /** Whether the source acknowledges, so that its stream needs a log; the one without answers to nobody and keeps nothing. */
    default boolean acknowledges() {
        return true;
    }

    /**
     * Connects by the client alone, reads so many messages, acknowledges as the source does, and disconnects.
     *
     * @param all to be run when the last one has come
     */
    Tally readByHand(int messages, Runnable all) throws Exception;

    /** Ends the server. */
    @Override
    void close();
}
