/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.graph;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How long the RDDs of each node are kept, and which nodes are made in each batch. A node lives as long as a later batch may
 * ask for its RDD: as long as what is made of it lives, and further back by the length of its windows; but what is computed and
 * kept in its own batch needs its parents no longer than that.
 *
 * @param carried nodes to be made in each batch that has one, parents first
 * @param nodesByLength each node under the time for which its RDDs are kept
 * @param lookingBack states that take out what left since their last step, however long ago that was: nothing of that goes before
 */
public record Retention(
        List<StreamNode> carried,
        Map<Duration, List<StreamNode>> nodesByLength,
        List<? extends StateNode<?, ?, ?, ?>> lookingBack) {
    static final Retention NONE = new Retention(List.of(), Map.of(), List.of());

    public Retention {
        carried = List.copyOf(carried);
        nodesByLength = Map.copyOf(nodesByLength);
        lookingBack = List.copyOf(lookingBack);
    }

    /** The nodes in the order of their definition; each is kept for {@code least} at least. */
    static Retention of(List<StreamNode> nodes, List<OutputNode> outputs, Duration least) {
        Map<StreamNode, Duration> lengths = new HashMap<>();
        nodes.forEach(node -> lengths.put(node, node.leastKept(least)));
        for (int i = nodes.size() - 1; i >= 0; i--) {
            StreamNode node = nodes.get(i);
            boolean standsAlone = node.isKept() || node instanceof StateNode;
            Duration alive = standsAlone ? Duration.ZERO : lengths.getOrDefault(node, least);
            for (StreamNode.Need need : node.needs()) {
                lengths.merge(need.node(), alive.plus(need.back()), Retention::longer);
            }
        }
        Map<Duration, List<StreamNode>> byLength = new HashMap<>();
        lengths.forEach((node, length) ->
                byLength.computeIfAbsent(length, l -> new ArrayList<>()).add(node));
        Set<StreamNode> reached = new HashSet<>();
        outputs.forEach(output -> reach(output.input(), reached));
        List<StreamNode> carried = nodes.stream()
                .filter(node -> node.isCarried() && reached.contains(node))
                .toList();
        List<StateNode<?, ?, ?, ?>> lookingBack = new ArrayList<>();
        for (StreamNode node : carried) {
            if (node instanceof StateNode<?, ?, ?, ?> state
                    && node.needs().stream().anyMatch(need -> !need.back().isZero())) {
                lookingBack.add(state);
            }
        }
        return new Retention(carried, byLength, lookingBack);
    }

    private static Duration longer(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? b : a;
    }

    private static void reach(StreamNode node, Set<StreamNode> reached) {
        if (reached.add(node)) {
            node.needs().forEach(need -> reach(need.node(), reached));
        }
    }

    /** For how long the RDDs of a node are kept. */
    Duration lengthOf(StreamNode node) {
        for (Map.Entry<Duration, List<StreamNode>> each : nodesByLength.entrySet()) {
            if (each.getValue().contains(node)) {
                return each.getKey();
            }
        }
        return Duration.ZERO;
    }

    /** The longest time for which anything is kept. */
    public Duration longest() {
        return nodesByLength.keySet().stream().max(Duration::compareTo).orElse(Duration.ZERO);
    }
}
