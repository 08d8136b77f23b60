/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.local;

import io.acequia.streaming.engine.Downstream;
import org.jspecify.annotations.Nullable;

/** The end of a job's chain, which takes the one record that is the result. */
final class Single<A> implements Downstream<A> {
    private @Nullable A record;
    private int count;

    @Override
    public void begin() {}

    @Override
    public void accept(A result) {
        record = result;
        count++;
    }

    @Override
    public void end() {}

    @Nullable
    A record(Object operator) {
        if (count != 1) {
            throw new IllegalStateException("ACQ-0517 the last operator of a job, "
                    + operator.getClass().getName() + ", pushed " + count
                    + " records in a partition: must be exactly 1");
        }
        return record;
    }
}
