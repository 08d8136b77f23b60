/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.graph;

import io.acequia.streaming.MapWithStateDStream;
import io.acequia.streaming.PairDStream;
import io.acequia.streaming.internal.operator.Site;

/** What {@code mapWithState} emits. */
final class StateStream<K, V, X, U> extends PlainStream<U> implements MapWithStateDStream<K, V, X, U> {
    private final StateNode<K, V, X, U> state;

    StateStream(StateNode<K, V, X, U> node) {
        super(node);
        this.state = node;
    }

    @Override
    public PairDStream<K, X> stateSnapshots() {
        return new PairStream<>(state.snapshots(Site.of("stateSnapshots")));
    }

    @Override
    public MapWithStateDStream<K, V, X, U> uid(String uid) {
        super.uid(uid);
        return this;
    }
}
