/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming;

/** What {@code mapWithState} emits, and a view of the state itself. */
public interface MapWithStateDStream<K, V, X, U> extends DStream<U> {
    /** The whole state, in each batch. */
    PairDStream<K, X> stateSnapshots();

    @Override
    MapWithStateDStream<K, V, X, U> uid(String uid);
}
