/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.peers.sparkengine;

import java.util.Map;

/** A stream that counts the words of {@link ReadyLines}; its batches are due by a clock that stands still between them. */
interface WordCount {
    /** The next batch is due. */
    void tick();

    /** Returns when a listener has heard that the batch which was due has ended. */
    void awaitBatch() throws InterruptedException;

    /** Whether batches keep all counts, or only how many words they stand for. */
    void keep(boolean all);

    /** The counts of the last batch, when they are kept. */
    Map<String, Long> counts();

    /** How many words were counted since this was asked last. */
    long takeWords();
}
