/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.schedule;

import io.acequia.streaming.data.Time;
import io.acequia.streaming.engine.Engine;
import io.acequia.streaming.engine.StateDataset;
import io.acequia.streaming.internal.graph.StateNode;
import io.acequia.streaming.listener.ContextStatus;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The keyed states of a run, each made when its first batch asks for it. Safe for use by any thread. */
final class States {
    private final Engine engine;
    private final Map<StateNode<?, ?, ?, ?>, StateDataset<?, ?>> states = new ConcurrentHashMap<>();
    private final Map<StateNode<?, ?, ?, ?>, Versions> versions = new ConcurrentHashMap<>();

    /** Which versions of a state there were, and from which on they must stay. Guarded by itself. */
    private static final class Versions {
        private final TreeSet<Time> stepped = new TreeSet<>();
        private @Nullable Time needed;
    }

    States(Engine engine) {
        this.engine = engine;
    }

    @SuppressWarnings("unchecked") // of the node's types
    <K, S> StateDataset<K, S> of(StateNode<K, ?, S, ?> node) {
        return (StateDataset<K, S>)
                states.computeIfAbsent(node, key -> engine.state(node.site().uid(), node.partitioner()));
    }

    /** The version of this batch and older ones need not be readable any more. */
    void forget(StateNode<?, ?, ?, ?> node, Time last) {
        StateDataset<?, ?> state = states.get(node);
        if (state != null) {
            state.forget(forgettable(node, last));
        }
    }

    private Time forgettable(StateNode<?, ?, ?, ?> node, Time last) {
        Versions known = versionsOf(node);
        synchronized (known) {
            Time needed = known.needed;
            Time until = needed == null || last.compareTo(needed) < 0 ? last : new Time(needed.milliseconds() - 1);
            Time newestForgotten = known.stepped.floor(until);
            if (newestForgotten != null) {
                known.stepped.headSet(newestForgotten, false).clear();
            }
            return until;
        }
    }

    private Versions versionsOf(StateNode<?, ?, ?, ?> node) {
        return versions.computeIfAbsent(node, any -> new Versions());
    }

    /** A state has got a version. */
    void stepped(StateNode<?, ?, ?, ?> node, Time time) {
        Versions known = versionsOf(node);
        synchronized (known) {
            known.stepped.add(time);
        }
    }

    /** The newest version that is not after {@code time}, which stays until {@link #needed} says otherwise. */
    Optional<Time> hold(StateNode<?, ?, ?, ?> node, Time time) {
        Versions known = versionsOf(node);
        synchronized (known) {
            Time version = known.stepped.floor(time);
            if (version != null && known.needed == null) {
                known.needed = version;
            }
            return Optional.ofNullable(version);
        }
    }

    /** Versions before this one may go; all but the newest two when it is null. */
    void needed(StateNode<?, ?, ?, ?> node, @Nullable Time from) {
        Versions known = versionsOf(node);
        synchronized (known) {
            known.needed = from;
        }
    }

    /**
     * The earliest of the newest versions of these states that are not after {@code time}; {@code zero} for one that has none. A
     * checkpoint of that time has these versions, even where batches after it have stepped on.
     */
    Time slowest(List<? extends StateNode<?, ?, ?, ?>> nodes, Time time, Time zero) {
        Time slowest = time;
        for (StateNode<?, ?, ?, ?> node : nodes) {
            Versions known = versionsOf(node);
            synchronized (known) {
                Time newest = known.stepped.floor(time);
                newest = newest == null ? zero : newest;
                slowest = newest.compareTo(slowest) < 0 ? newest : slowest;
            }
        }
        return slowest;
    }

    void close() {
        states.values().forEach(StateDataset::close);
    }

    List<ContextStatus.StateStatus> status() {
        List<ContextStatus.StateStatus> status = new ArrayList<>();
        states.forEach((node, state) -> {
            StateDataset.Usage usage = state.usage();
            status.add(new ContextStatus.StateStatus(
                    node.site().uid(),
                    node.displayName(),
                    usage.keys(),
                    usage.memoryBytes(),
                    usage.budgetBytes(),
                    usage.spilledPages(),
                    usage.spilledBytes()));
        });
        status.sort(Comparator.comparing(ContextStatus.StateStatus::uid));
        return status;
    }
}
