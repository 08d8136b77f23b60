/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.operator;

import io.acequia.streaming.State;
import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.engine.Downstream;
import io.acequia.streaming.engine.StateOperator;
import io.acequia.streaming.engine.StateView;
import io.acequia.streaming.function.Function4;
import java.time.Duration;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Calls a function for each new value with the state of its key; then, with a time-out, for each key that had no value for so
 * long, which is removed. A key is due one time-out after the newest batch that had a value for it.
 */
public record MapWithStateOperator<K, V, S, U>(
        Site site, Function4<Time, K, Optional<V>, State<S>, Optional<U>> f, @Nullable Duration timeout)
        implements StateOperator<K, V, S, U> {
    @Override
    public void apply(
            TaskContext task, Time time, Iterator<Tuple2<K, V>> input, StateView<K, S> state, Downstream<U> out)
            throws Exception {
        Time due = timeout == null ? null : time.plus(timeout);
        while (input.hasNext()) {
            Tuple2<K, V> pair = input.next();
            StateView.Cell<K, S> cell = call(task, time, state, pair, out);
            if (due != null && cell.state() != null) {
                cell.dueAt(due);
            }
        }
        if (timeout != null) {
            Iterator<StateView.Cell<K, S>> idle = state.due(time);
            while (idle.hasNext()) {
                StateView.Cell<K, S> cell = idle.next();
                push(task, time, new Handle<>(cell, true), cell.key(), Optional.empty(), out);
                cell.remove();
            }
        }
    }

    private StateView.Cell<K, S> call(
            TaskContext task, Time time, StateView<K, S> state, Tuple2<K, V> pair, Downstream<U> out) throws Exception {
        StateView.Cell<K, S> cell;
        try {
            cell = KeyedState.cell(state, pair._1());
        } catch (Throwable t) {
            throw site.failure(task, t);
        }
        push(task, time, new Handle<>(cell, false), pair._1(), Optional.ofNullable(pair._2()), out);
        return cell;
    }

    private void push(TaskContext task, Time time, Handle<K, S> handle, K key, Optional<V> value, Downstream<U> out)
            throws Exception {
        Optional<U> result;
        try {
            result = f.call(time, key, value, handle);
            if (result == null) {
                throw new NullPointerException("ACQ-0721 the function returned null for key " + key
                        + ": return Optional.empty() to emit nothing");
            }
        } catch (Throwable t) {
            throw site.failure(task, t);
        } finally {
            handle.close();
        }
        if (result.isPresent()) {
            out.accept(result.get());
        }
    }

    /** The state that the function sees in one call. */
    private static final class Handle<K, S> implements State<S> {
        private final boolean timingOut;
        private StateView.@Nullable Cell<K, S> cell;
        private boolean removed;

        Handle(StateView.Cell<K, S> cell, boolean timingOut) {
            this.cell = cell;
            this.timingOut = timingOut;
        }

        void close() {
            cell = null;
        }

        private StateView.Cell<K, S> cell() {
            StateView.Cell<K, S> now = cell;
            if (now == null) {
                throw new IllegalStateException("ACQ-0720 a State was used outside of the call that it was given to:"
                        + " take its value out inside the function, and do not keep the State");
            }
            return now;
        }

        @Override
        public boolean exists() {
            return cell().state() != null;
        }

        @Override
        public S get() {
            S state = cell().state();
            if (state == null) {
                throw new NoSuchElementException(
                        "ACQ-0714 key " + cell().key() + " has no state: ask exists() first, or use getOption()");
            }
            return state;
        }

        @Override
        public Optional<S> getOption() {
            return Optional.ofNullable(cell().state());
        }

        @Override
        public void update(S value) {
            K key = cell().key();
            if (removed) {
                throw new IllegalStateException(
                        "ACQ-0715 the state of key " + key + " was removed in this call and cannot be updated");
            }
            if (timingOut) {
                throw new IllegalStateException("ACQ-0716 the state of key " + key
                        + " is timing out and cannot be updated: it goes after this call");
            }
            if (value == null) {
                throw new IllegalArgumentException(
                        "ACQ-0719 the state of key " + key + " cannot be null: use remove()");
            }
            cell().put(value);
        }

        @Override
        public void remove() {
            K key = cell().key();
            if (removed) {
                throw new IllegalStateException(
                        "ACQ-0717 the state of key " + key + " was removed in this call already");
            }
            if (timingOut) {
                throw new IllegalStateException("ACQ-0718 the state of key " + key
                        + " is timing out and cannot be removed: it goes by itself after this call");
            }
            removed = true;
            cell().remove();
        }

        @Override
        public boolean isTimingOut() {
            cell();
            return timingOut;
        }
    }
}
