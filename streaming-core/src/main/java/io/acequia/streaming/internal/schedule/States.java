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
import java.util.concurrent.ConcurrentHashMap;

/** The keyed states of a run, each made when its first batch asks for it. Safe for use by any thread. */
final class States {
    private final Engine engine;
    private final Map<StateNode<?, ?, ?, ?>, StateDataset<?, ?>> states = new ConcurrentHashMap<>();

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
            state.forget(last);
        }
    }

    /** The earliest of a time and the newest versions of these states; {@code zero} for one that has none. */
    Time slowest(List<? extends StateNode<?, ?, ?, ?>> nodes, Time time, Time zero) {
        Time slowest = time;
        for (StateNode<?, ?, ?, ?> node : nodes) {
            StateDataset<?, ?> state = states.get(node);
            Time newest = state == null ? zero : state.newest().orElse(zero);
            slowest = newest.compareTo(slowest) < 0 ? newest : slowest;
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
