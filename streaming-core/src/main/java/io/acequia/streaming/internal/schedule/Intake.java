/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.schedule;

import io.acequia.streaming.data.Time;
import io.acequia.streaming.internal.checkpoint.Allocation;
import io.acequia.streaming.internal.rdd.DatasetRdd;
import io.acequia.streaming.internal.rdd.RddScope;
import io.acequia.streaming.internal.rdd.Rdds;
import io.acequia.streaming.receiver.Rejected;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one source brought into one batch.
 *
 * @param rdd the records
 * @param records how many, as far as known without reading
 * @param position where in the source they stand, for people; may be empty
 * @param rejected what the source could not decode
 * @param allocation what it is in the journal; null when nothing of it can be recovered
 * @param isEmpty whether it is known to hold nothing
 * @param release lets go of the records once the batch is no longer remembered
 */
record Intake(
        DatasetRdd<?> rdd,
        long records,
        String position,
        List<Rejected> rejected,
        @Nullable Allocation allocation,
        boolean isEmpty,
        Runnable release) {
    /** What a source brings into a batch from before it was there. */
    static Intake nothing(Rdds rdds, Time time) {
        return new Intake(
                DatasetRdd.of(rdds.parallelize(List.of(), 1)).in(RddScope.of(time)),
                0,
                "",
                List.of(),
                null,
                true,
                () -> {});
    }
}
