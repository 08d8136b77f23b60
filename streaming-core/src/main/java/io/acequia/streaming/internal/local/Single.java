/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.local;

import io.acequia.streaming.engine.Downstream;
import io.acequia.streaming.internal.engines.Refusals;
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
            throw Refusals.notOne(operator, count);
        }
        return record;
    }
}
