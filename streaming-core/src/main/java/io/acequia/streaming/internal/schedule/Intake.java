/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.schedule;

import io.acequia.streaming.internal.rdd.DatasetRdd;
import io.acequia.streaming.receiver.Rejected;
import java.util.List;

/**
 * What one source brought into one batch.
 *
 * @param rdd the records
 * @param records how many, as far as known without reading
 * @param position where in the source they stand, for people; may be empty
 * @param rejected what the source could not decode
 * @param release lets go of the records once the batch is no longer remembered
 */
record Intake(DatasetRdd<?> rdd, long records, String position, List<Rejected> rejected, Runnable release) {}
