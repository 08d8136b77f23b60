/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import org.jspecify.annotations.Nullable;

/** What can be wrong around the program of {@link ExactProgram}; what comes with a lie is done by its storage. */
enum Mistake {
    // ---- what a job must survive, or end by

    /** A receiver that neither a wake-up nor an interrupt brings back. */
    STUBBORN_RECEIVER,
    /** A user function that needs more memory than there is. */
    MEMORY_OF_FUNCTION,
    /** A planner that does so on the thread that plans batches. */
    MEMORY_OF_PLANNER,

    // ---- seeded mistakes that a rig must notice

    LOG_OFF,
    /** What is repeated has another name. */
    COMMITTED_TWICE,
    ACKNOWLEDGED_EARLY,
    MOVED_ON_EARLY,
    /** What was received is deleted as soon as a checkpoint begins to be complete. */
    DELETED_EARLY(LyingStorages.Lie.DELETES_EARLY),
    /** What was planned is forgotten, so it is planned anew. */
    JOURNAL_FORGOTTEN(LyingStorages.Lie.FORGETS_JOURNAL);

    private final LyingStorages.@Nullable Lie lie;

    Mistake() {
        this.lie = null;
    }

    Mistake(LyingStorages.Lie lie) {
        this.lie = lie;
    }

    LyingStorages.@Nullable Lie lie() {
        return lie;
    }
}
