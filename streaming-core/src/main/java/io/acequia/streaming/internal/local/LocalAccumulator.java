/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.local;

import io.acequia.streaming.data.Accumulator;
import io.acequia.streaming.function.Function2;
import io.acequia.streaming.internal.engines.Refusals;
import org.jspecify.annotations.Nullable;

/** A sum in this JVM. A copy that plain Java serialization made is cut off: it has its name and nothing to add to. */
final class LocalAccumulator<A> implements Accumulator<A> {
    private final String name;
    private final transient @Nullable LocalEngine engine;
    private final transient A zero;
    private final transient Function2<A, A, A> add;
    private transient A sum;

    LocalAccumulator(LocalEngine engine, String name, A zero, Function2<A, A, A> add) {
        this.engine = engine;
        this.name = name;
        this.zero = zero;
        this.add = add;
        this.sum = zero;
    }

    @Override
    public void add(A v) {
        LocalTask task = attached().currentTask();
        if (task == null) {
            addNow(v);
        } else {
            task.add(this, v);
        }
    }

    synchronized void addNow(A v) {
        sum = sum(sum, v);
    }

    A sum(A left, A right) {
        try {
            return add.call(left, right);
        } catch (Exception e) {
            throw Refusals.adding(name, e);
        }
    }

    @Override
    public A value() {
        attached();
        synchronized (this) {
            return sum;
        }
    }

    @Override
    public synchronized void reset() {
        attached();
        sum = zero;
    }

    @Override
    public String name() {
        return name;
    }

    private LocalEngine attached() {
        if (engine == null) {
            throw new IllegalStateException("ACQ-0502 accumulator '" + name
                    + "' is a serialized copy and belongs to no engine: use the one that the context made");
        }
        return engine;
    }

    @Override
    public String toString() {
        return "accumulator '" + name + "'";
    }
}
