/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.operator;

import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.engine.Downstream;

/** A stage that calls a function of the user for each record, with the error policy of its operator. */
abstract class RecordStage<T, R> extends Stage<T, R> {
    final RecordErrors errors;

    RecordStage(Site site, TaskContext task, Downstream<R> down) {
        super(down);
        this.errors = site.errors(task);
    }

    @Override
    public void end() throws Exception {
        down.end();
        errors.end();
    }

    @Override
    public void close() {
        try {
            errors.close();
        } finally {
            down.close();
        }
    }
}
