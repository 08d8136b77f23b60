/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import io.acequia.streaming.internal.store.Failpoint;
import io.acequia.streaming.internal.store.Passages.Seen;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a process was about when it ended, by the places that it had passed. */
enum Phase {
    RECEIVING,
    STORING,
    PLANNING,
    PROCESSING,
    COMMITTING,
    CHECKPOINTING,
    RECOVERING;

    /** Where a process ended that left this behind; null when it had not begun. Recovery ends with the first new batch. */
    static @Nullable Phase of(Seen seen) {
        String last = seen.last();
        if (last == null) {
            return null;
        }
        return seen.counts().containsKey(Failpoint.BATCH_PLANNED.text()) ? of(last, seen.lastOfBatches()) : RECOVERING;
    }

    /** The places that are passed in this phase, and name it. */
    List<String> places() {
        return Failpoint.all().stream().filter(name -> of(name, null) == this).toList();
    }

    /** The journal is written in several phases: the place in the code that was passed before tells which. */
    private static Phase of(String place, @Nullable String before) {
        String area = place.substring(0, place.indexOf('.'));
        return switch (area) {
            case "receiver", "delivery" -> RECEIVING;
            case "block", "received" -> place.contains("reforce") ? RECOVERING : STORING;
            case "batch" -> place.equals(Failpoint.BATCH_DONE.text()) ? COMMITTING : PLANNING;
            case "output" -> place.equals(Failpoint.OUTPUT_COMMIT_BEFORE.text()) ? PROCESSING : COMMITTING;
            case "journal" -> {
                if (place.contains("reforce")) {
                    yield RECOVERING;
                }
                yield before == null || before.startsWith("batch.") ? PLANNING : COMMITTING;
            }
            case "checkpoint", "manifest", "processed" -> CHECKPOINTING;
            default -> RECOVERING;
        };
    }
}
