/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.graph;

import io.acequia.streaming.PairRDD;
import io.acequia.streaming.data.Durations;
import io.acequia.streaming.data.Partitioner;
import io.acequia.streaming.data.StorageLevel;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.engine.Dataset;
import io.acequia.streaming.engine.StateDataset;
import io.acequia.streaming.engine.StateOperator;
import io.acequia.streaming.internal.operator.LoadStateOperator;
import io.acequia.streaming.internal.operator.Site;
import io.acequia.streaming.internal.rdd.DatasetPairRdd;
import io.acequia.streaming.internal.rdd.DatasetRdd;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A node with keyed state: each batch steps it once, whatever the outputs ask for. Its RDD is either what the steps give or
 * the state itself. The state is the run's, not the node's.
 */
public final class StateNode<K, V, S, R> extends StreamNode {
    /** Before the class of the states, in a shape that has it. */
    private static final String AS = " as ";

    private final StateOperator<K, V, S, R> operator;
    private final Partitioner partitioner;
    private final Input<K, V> input;
    private final List<Need> needs;
    private final boolean emits;
    private @Nullable PairRDD<K, S> initial;
    private @Nullable Duration timeout;
    private @Nullable Class<?> type;
    private String stateShape = "";

    /** What a batch brings, placed as the state is; {@code before} is the version that the batch finds. */
    @FunctionalInterface
    interface Input<K, V> {
        DatasetPairRdd<K, V> of(Batch batch, Optional<Time> before) throws Exception;
    }

    /**
     * A node.
     *
     * @param needs what {@code input} asks for
     * @param emits whether the RDD is what the operator pushes; else it is the state
     */
    StateNode(
            StreamNode parent,
            Site site,
            Duration slide,
            Partitioner partitioner,
            StateOperator<K, V, S, R> operator,
            List<Need> needs,
            Input<K, V> input,
            boolean emits) {
        super(parent.graph(), site, List.of(parent), slide);
        this.partitioner = partitioner;
        this.operator = operator;
        this.needs = List.copyOf(needs);
        this.input = input;
        this.emits = emits;
    }

    /** Has these states before the first batch; they count as touched at the start, for {@code timeout}. */
    StateNode<K, V, S, R> initially(@Nullable PairRDD<K, S> rdd, @Nullable Duration timeout) {
        this.initial = rdd;
        this.timeout = timeout;
        return this;
    }

    /** Whether state of this shape can be taken up: a class is compared when both say it. */
    public boolean takesUp(String shape) {
        return shape.equals(stateShape)
                || (shape.contains(AS) != stateShape.contains(AS)
                        && withoutClass(shape).equals(withoutClass(stateShape)));
    }

    private static String withoutClass(String shape) {
        int at = shape.indexOf(AS);
        return at < 0 ? shape : shape.substring(0, at);
    }

    /** What must be the same in a program that takes the state up. */
    public String stateShape() {
        return stateShape;
    }

    void keeps(Class<?> type) {
        this.type = type;
    }

    void stateStoredAs(String operation) {
        Duration back = needs.stream().map(Need::back).max(Duration::compareTo).orElse(Duration.ZERO);
        stateShape = back.isZero()
                ? operation + (type == null ? "" : AS + type.getName())
                : operation + " of " + Durations.text(back.minus(slide())) + " every " + Durations.text(slide());
    }

    public Partitioner partitioner() {
        return partitioner;
    }

    @Override
    List<Need> needs() {
        return needs;
    }

    @Override
    public boolean isCarried() {
        return true;
    }

    /** The last two versions can be read. */
    @Override
    Duration leastKept(Duration least) {
        Duration two = slide().plus(graph().batchInterval());
        return least.compareTo(two) < 0 ? two : least;
    }

    @Override
    public boolean keepsItself() {
        return emits;
    }

    @Override
    public DatasetRdd<?> make(Batch batch) throws Exception {
        StateDataset<K, S> state = batch.state(this);
        if (initial != null && state.newest().isEmpty()) {
            load(state, batch, initial);
        }
        if (!emits && state.newest().filter(batch.time()::equals).isPresent()) {
            return stateOf(batch);
        }
        DatasetPairRdd<K, V> brought = input.of(batch, state.newest());
        DatasetRdd<R> results = settled(state.step(batch.time(), brought.dataset(), operator), batch);
        return emits ? results : stateOf(batch);
    }

    private void load(StateDataset<K, S> state, Batch batch, PairRDD<K, S> rdd) {
        DatasetPairRdd<K, S> placed = (DatasetPairRdd<K, S>) rdd.partitionBy(partitioner);
        settled(state.step(batch.zero(), placed.dataset(), new LoadStateOperator<K, S>(site(), timeout)), batch);
    }

    private <T> DatasetRdd<T> settled(Dataset<T> step, Batch batch) {
        return graph().rdds().of(step, batch.scope()).settled(site(), StorageLevel.MEMORY_AND_DISK);
    }

    /** The state as it is after the batch. */
    DatasetPairRdd<K, S> stateOf(Batch batch) {
        return graph().rdds().pairsOf(batch.<K, S>state(this).at(batch.time()), batch.scope());
    }

    /** A node whose RDDs are the state. */
    StreamNode snapshots(Site site) {
        return new StreamNode(graph(), site, List.of(this), slide()) {
            @Override
            Duration leastKept(Duration least) {
                return StateNode.this.leastKept(least);
            }

            @Override
            public DatasetRdd<?> make(Batch batch) {
                batch.rddOf(StateNode.this, batch.time());
                return stateOf(batch);
            }
        };
    }
}
