/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming;

import io.acequia.streaming.data.Partitioner;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.function.Function3;
import io.acequia.streaming.function.Function4;
import java.io.Serializable;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How {@code mapWithState} works: immutable, each method returns a new one. */
public final class StateSpec<K, V, X, U> implements Serializable {
    private final Function4<Time, K, Optional<V>, State<X>, Optional<U>> function;
    private final transient @Nullable PairRDD<K, X> initialState;
    private final @Nullable Partitioner partitioner;
    private final @Nullable Duration timeout;

    private StateSpec(
            Function4<Time, K, Optional<V>, State<X>, Optional<U>> function,
            @Nullable PairRDD<K, X> initialState,
            @Nullable Partitioner partitioner,
            @Nullable Duration timeout) {
        this.function = function;
        this.initialState = initialState;
        this.partitioner = partitioner;
        this.timeout = timeout;
    }

    /** The function that sees a key, its new value and its state; write the parameter types, X cannot be inferred. */
    public static <K, V, X, U> StateSpec<K, V, X, U> function(Function3<K, Optional<V>, State<X>, U> f) {
        Objects.requireNonNull(f, "f");
        return function((time, key, value, state) -> Optional.ofNullable(f.call(key, value, state)));
    }

    /** The same with the batch time; an empty result emits nothing. */
    public static <K, V, X, U> StateSpec<K, V, X, U> function(
            Function4<Time, K, Optional<V>, State<X>, Optional<U>> f) {
        return new StateSpec<>(Objects.requireNonNull(f, "f"), null, null, null);
    }

    /** State to begin with; for the time-out it counts as touched at the start. */
    public StateSpec<K, V, X, U> initialState(PairRDD<K, X> rdd) {
        return new StateSpec<>(function, Objects.requireNonNull(rdd, "rdd"), partitioner, timeout);
    }

    /**
     * Removes a key without new data for so long, in the first batch at that time or after, when that batch has none either:
     * after a last call with {@code isTimingOut}. Default: never.
     */
    public StateSpec<K, V, X, U> timeout(Duration idle) {
        if (idle.isZero() || idle.isNegative()) {
            throw new IllegalArgumentException(
                    "ACQ-0928 a time-out of " + idle + " for mapWithState: must be above 0; leave it out for none");
        }
        return new StateSpec<>(function, initialState, partitioner, idle);
    }

    /** In so many partitions. */
    public StateSpec<K, V, X, U> numPartitions(int n) {
        return partitioner(Partitioner.hash(n));
    }

    /** Placed by {@code p}. */
    public StateSpec<K, V, X, U> partitioner(Partitioner p) {
        return new StateSpec<>(function, initialState, Objects.requireNonNull(p, "partitioner"), timeout);
    }

    /** The function, in its long form. */
    public Function4<Time, K, Optional<V>, State<X>, Optional<U>> function() {
        return function;
    }

    /** The state to begin with, when there is one. */
    public Optional<PairRDD<K, X>> initialState() {
        return Optional.ofNullable(initialState);
    }

    /** How keys are placed, when the program says so. */
    public Optional<Partitioner> partitioner() {
        return Optional.ofNullable(partitioner);
    }

    /** After how long without new data a key is removed, when it ever is. */
    public Optional<Duration> timeout() {
        return Optional.ofNullable(timeout);
    }
}
