/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.schedule;

import io.acequia.streaming.data.Time;
import io.acequia.streaming.internal.checkpoint.Journal;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Says of each batch what becomes of it, in the journal when there is one. What an earlier run has written there is not written
 * again. Safe for use by any thread.
 */
final class Ledger {
    private final @Nullable JobDirectory directory;
    private final @Nullable Journal journal;

    Ledger(@Nullable JobDirectory directory, @Nullable Journal journal) {
        this.directory = directory;
        this.journal = journal;
    }

    /** From now on the batch exists. */
    void allocated(PlannedBatch batch) throws IOException, InterruptedException {
        if (directory != null) {
            directory.mustBeThere();
        }
        if (journal != null && !batch.isReplayed()) {
            journal.allocated(batch.time(), batch.allocations());
        }
    }

    void outputDone(Time batch, String uid) throws IOException, InterruptedException {
        if (journal != null) {
            journal.outputDone(batch, uid);
        }
    }

    void outputFailed(Time batch, String uid, Throwable why) throws IOException, InterruptedException {
        if (journal != null) {
            journal.outputFailed(batch, uid, why.toString());
        }
    }

    void done(PlannedBatch batch) throws IOException, InterruptedException {
        if (journal != null && !batch.wasDone()) {
            journal.batchDone(batch.time());
        }
    }
}
