/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.operator;

import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.engine.Downstream;
import io.acequia.streaming.engine.Operator;
import io.acequia.streaming.function.FlatMapFunction;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * Zero or more records for each. Where a record may be left out, its results are held back until its iterator has ended, so
 * that it is in or out as a whole.
 */
public record FlatMapOperator<T, R>(Site site, FlatMapFunction<T, R> f) implements Operator<T, R> {
    @Override
    public Downstream<T> attach(TaskContext task, Downstream<R> down) {
        return site.errors(task).tolerant() ? new HeldBack<>(this, task, down) : new Straight<>(this, task, down);
    }

    private static final class Straight<T, R> extends RecordStage<T, R> {
        private final FlatMapFunction<T, R> f;

        Straight(FlatMapOperator<T, R> operator, TaskContext task, Downstream<R> down) {
            super(operator.site, task, down);
            this.f = operator.f;
        }

        @Override
        public void accept(T record) throws Exception {
            Iterator<R> results;
            try {
                results = f.call(record);
            } catch (Throwable t) {
                errors.failed(record, t);
                return;
            }
            while (down.wantsMore()) {
                R result;
                try {
                    if (!results.hasNext()) {
                        return;
                    }
                    result = results.next();
                } catch (Throwable t) {
                    errors.failed(record, t);
                    return;
                }
                down.accept(result);
            }
        }
    }

    private static final class HeldBack<T, R> extends RecordStage<T, R> {
        private final FlatMapFunction<T, R> f;

        HeldBack(FlatMapOperator<T, R> operator, TaskContext task, Downstream<R> down) {
            super(operator.site, task, down);
            this.f = operator.f;
        }

        @Override
        public void accept(T record) throws Exception {
            List<R> held = new ArrayList<>();
            try {
                f.call(record).forEachRemaining(held::add);
            } catch (Throwable t) {
                errors.failed(record, t);
                return;
            }
            for (R result : held) {
                down.accept(result);
            }
        }
    }
}
