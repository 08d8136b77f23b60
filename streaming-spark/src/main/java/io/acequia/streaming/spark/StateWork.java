/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import io.acequia.streaming.data.Time;
import io.acequia.streaming.engine.StateView;
import io.acequia.streaming.internal.engines.Refusals;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A partition of state while it is stepped: layers that nobody changes, and on top of them what this step changes. A look-up goes
 * through the layers from the newest; there are few. One thread.
 */
final class StateWork<K, S> implements StateView<K, S>, StateView.Cell<K, S> {
    private final String uid;
    private final SparkTask task;
    /** The newest first. */
    private final List<StateLayer<K, S>> layers;

    private final Map<K, StateLayer.Held<S>> changes = new HashMap<>();
    private long keys;
    private @Nullable K key;

    /** Work on these layers, the newest first, in which so many keys have a state. */
    StateWork(String uid, SparkTask task, List<StateLayer<K, S>> layers, long keys) {
        this.uid = uid;
        this.task = task;
        this.layers = layers;
        this.keys = keys;
    }

    Map<K, StateLayer.Held<S>> changes() {
        return changes;
    }

    long keys() {
        return keys;
    }

    @Override
    public Cell<K, S> cell(K wanted) {
        key = Objects.requireNonNull(wanted, "key");
        return this;
    }

    private StateLayer.@Nullable Held<S> find(K of) {
        StateLayer.Held<S> changed = changes.get(of);
        return changed != null ? changed : before(of);
    }

    private StateLayer.@Nullable Held<S> before(K of) {
        for (StateLayer<K, S> layer : layers) {
            StateLayer.Held<S> held = layer.get(of);
            if (held != null) {
                return held;
            }
        }
        return null;
    }

    @Override
    public Iterator<Cell<K, S>> cells() {
        List<StateLayer<K, S>> all = new ArrayList<>(layers.size() + 1);
        all.add(new StateLayer<>(new HashMap<>(changes)));
        all.addAll(layers);
        return new Watched<>(task, new Walk(all));
    }

    @Override
    public Iterator<Cell<K, S>> due(Time now) {
        List<StateLayer<K, S>> all = new ArrayList<>(layers.size() + 1);
        all.add(new StateLayer<>(new HashMap<>(changes)));
        all.addAll(layers);
        Map<K, Long> due = new HashMap<>();
        for (StateLayer<K, S> layer : all) {
            for (K each : layer.byDue()) {
                if (Objects.requireNonNull(layer.get(each)).due() > now.milliseconds()) {
                    break;
                }
                StateLayer.Held<S> newest = find(each);
                if (newest != null && newest.due() <= now.milliseconds()) {
                    due.put(each, newest.due());
                }
            }
        }
        List<K> taken = new ArrayList<>(due.keySet());
        taken.sort(Comparator.comparing(due::get));
        for (K each : taken) {
            changes.put(
                    each,
                    new StateLayer.Held<>(Objects.requireNonNull(find(each)).state(), StateLayer.NEVER));
        }
        Iterator<K> keysDue = taken.iterator();
        return new Watched<>(task, new Iterator<Cell<K, S>>() {
            @Override
            public boolean hasNext() {
                return keysDue.hasNext();
            }

            @Override
            public Cell<K, S> next() {
                return cell(keysDue.next());
            }
        });
    }

    @Override
    public K key() {
        return Objects.requireNonNull(key, "no cell yet");
    }

    @Override
    public @Nullable S state() {
        StateLayer.Held<S> held = find(key());
        return held == null ? null : held.state();
    }

    @Override
    public void put(S state) {
        Objects.requireNonNull(state, "state");
        StateLayer.Held<S> now = find(key());
        if (now == null || now.state() == null) {
            keys++;
            changes.put(key(), new StateLayer.Held<>(state, StateLayer.NEVER));
        } else {
            changes.put(key(), new StateLayer.Held<>(state, now.due()));
        }
    }

    @Override
    public void remove() {
        StateLayer.Held<S> now = find(key());
        if (now == null || now.state() == null) {
            return;
        }
        keys--;
        if (before(key()) == null) {
            changes.remove(key());
        } else {
            changes.put(key(), StateLayer.Held.removed());
        }
    }

    @Override
    public void dueAt(Time at) {
        StateLayer.Held<S> now = find(key());
        if (now == null || now.state() == null) {
            throw Refusals.notDue(key(), uid, at);
        }
        if (now.due() != at.milliseconds()) {
            changes.put(key(), new StateLayer.Held<>(now.state(), at.milliseconds()));
        }
    }

    /** Each key that has a state in these layers, the newest first, once; what is changed meanwhile is not met again. */
    private final class Walk implements Iterator<Cell<K, S>> {
        private final List<StateLayer<K, S>> all;
        private int layer = -1;
        private Iterator<Map.Entry<K, StateLayer.Held<S>>> entries =
                List.<Map.Entry<K, StateLayer.Held<S>>>of().iterator();
        private @Nullable K ready;

        Walk(List<StateLayer<K, S>> all) {
            this.all = all;
        }

        @Override
        public boolean hasNext() {
            while (ready == null) {
                if (entries.hasNext()) {
                    Map.Entry<K, StateLayer.Held<S>> entry = entries.next();
                    if (entry.getValue().state() != null && !isOfNewerLayer(entry.getKey())) {
                        ready = entry.getKey();
                    }
                } else if (++layer < all.size()) {
                    entries = all.get(layer).entries().iterator();
                } else {
                    return false;
                }
            }
            return true;
        }

        private boolean isOfNewerLayer(K of) {
            for (int newer = 0; newer < layer; newer++) {
                if (all.get(newer).get(of) != null) {
                    return true;
                }
            }
            return false;
        }

        @Override
        public Cell<K, S> next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            K now = Objects.requireNonNull(ready);
            ready = null;
            return cell(now);
        }
    }
}
