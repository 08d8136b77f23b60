/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.schedule;

import io.acequia.streaming.data.Time;
import java.io.Serializable;

/** The right to read the ranges of a batch: ends when the batch is no longer remembered. */
final class Lease implements Serializable {
    private final Time batch;
    private volatile boolean ended;

    Lease(Time batch) {
        this.batch = batch;
    }

    void end() {
        ended = true;
    }

    void check() {
        if (ended) {
            throw new IllegalStateException("ACQ-1017 RDD of batch " + batch
                    + " was released; call remember(..) or persist it and keep it yourself");
        }
    }
}
