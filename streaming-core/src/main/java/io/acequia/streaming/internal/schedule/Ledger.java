/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.schedule;

import io.acequia.streaming.data.Time;
import io.acequia.streaming.internal.checkpoint.Journal;
import io.acequia.streaming.internal.store.Failpoint;
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
        if (journal == null) {
            return;
        }
        if (batch.isReplayed()) {
            Failpoint.RECOVERY_REPLAYS.pass();
        } else {
            Failpoint.BATCH_PLANNED.pass();
            journal.allocated(batch.time(), batch.allocations());
            Failpoint.BATCH_ALLOCATED.pass();
        }
    }

    void outputDone(Time batch, String uid) throws IOException, InterruptedException {
        if (journal != null) {
            journal.outputDone(batch, uid);
            Failpoint.OUTPUT_DONE.pass();
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
            Failpoint.BATCH_DONE.pass();
        }
    }
}
