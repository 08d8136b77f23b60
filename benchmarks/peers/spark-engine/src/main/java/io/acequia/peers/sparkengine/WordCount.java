/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.peers.sparkengine;

import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** A stream that counts the words of {@link ReadyLines}; its batches are due by a clock that stands still between them. */
abstract class WordCount {
    private final Batches batches = new Batches();
    private final LongAdder words = new LongAdder();
    private volatile boolean keeps;
    private volatile Map<String, Long> kept = Map.of();

    /** The next batch is due. */
    abstract void tick();

    /** For the listener: a batch has ended. */
    final void ended(boolean well) {
        batches.ended(well);
    }

    /** For the output: what a batch has counted, of which one is asked for. */
    final void counted(Supplier<Map<String, Long>> counts, LongSupplier sum) {
        if (keeps) {
            kept = counts.get();
        } else {
            words.add(sum.getAsLong());
        }
    }

    /** Returns when the listener has heard that the batch which was due has ended. */
    final void awaitBatch() throws InterruptedException {
        batches.awaitNext();
    }

    /** Whether batches keep all counts, or only how many words they stand for. */
    final void keep(boolean all) {
        keeps = all;
    }

    /** The counts of the last batch, when they are kept. */
    final Map<String, Long> counts() {
        return kept;
    }

    /** How many words were counted since this was asked last. */
    final long takeWords() {
        return words.sumThenReset();
    }
}
