/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import io.acequia.streaming.data.Accumulator;
import io.acequia.streaming.data.Broadcast;
import io.acequia.streaming.data.Partitioner;
import io.acequia.streaming.data.StorageLevel;
import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.direct.Split;
import io.acequia.streaming.engine.Block;
import io.acequia.streaming.engine.BlockInfo;
import io.acequia.streaming.engine.Dataset;
import io.acequia.streaming.engine.Downstream;
import io.acequia.streaming.engine.DriverChannel;
import io.acequia.streaming.engine.Engine;
import io.acequia.streaming.engine.JobInfo;
import io.acequia.streaming.engine.Operator;
import io.acequia.streaming.engine.Operator2;
import io.acequia.streaming.engine.OperatorException;
import io.acequia.streaming.engine.ReceiverTask;
import io.acequia.streaming.engine.StateDataset;
import io.acequia.streaming.function.Function;
import io.acequia.streaming.function.Function2;
import io.acequia.streaming.storage.Storage;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** An engine that does everything as another does, but for one fault. */
final class WrongEngine implements Engine {
    private final Engine right;
    private final Fault fault;
    private final Map<String, StateDataset<?, ?>> states = new HashMap<>();

    /** What is wrong. */
    enum Fault {
        NONE,

        SHUFFLE_DROPS_THE_LAST_RECORD_OF_A_BUCKET_WITH_MORE_THAN_20,
        SHUFFLE_FORGETS_THAT_IT_PLACED,
        UNION_IN_WRONG_ORDER,
        COALESCE_LOSES_A_PARTITION,
        ZIP_SWAPS_ITS_SIDES,
        ZIP_FORGETS_WHAT_IS_LEFT_OVER,
        RUN_GIVES_RESULTS_IN_ORDER_OF_PARTITIONS,
        COUNTS_ARE_TOLD_TWICE,
        A_CHAIN_PASSES_OVER_NULL,
        A_KEPT_PARTITION_READ_AGAIN_LACKS_ITS_LAST_RECORD,
        A_CHECKPOINT_READ_AGAIN_IS_IN_REVERSE,
        BLOCKS_OF_A_GROUP_IN_WRONG_ORDER,
        A_SPLIT_ENDS_AFTER_ITS_FIRST_CHUNK,
        THE_REST_OF_A_LIST_IS_LOST_WHEN_IT_IS_CUT,

        SETTLE_COMPUTES_AGAIN,
        SETTLE_IS_LAZY,
        SETTLED_IS_COMPUTED_AGAIN_WHEN_IT_IS_GONE,
        SETTLE_TAKES_ANY_LEVEL,
        A_FAILED_SETTLE_KEEPS_NOTHING,
        A_STATE_OF_THE_SAME_NAME_IS_THE_SAME,
        A_STEP_IS_EAGER,
        A_STEP_ASKED_FOR_AGAIN_STEPS_AGAIN,
        A_STEP_READ_AGAIN_STEPS_AGAIN,
        A_FAILED_STEP_IS_NOT_ROLLED_BACK,
        ANY_ORDER_OF_TIMES,
        ANY_PLACING_OF_THE_INPUT,
        NEWEST_IS_WHAT_WAS_ASKED_FOR,
        A_REMOVAL_IS_FORGOTTEN,
        CELLS_LACK_THE_LAST,
        A_DUE_KEY_FIRES_TWICE,
        A_DUE_KEY_STAYS_DUE,
        THE_FIRST_DUE_TIME_STAYS,
        A_REMOVED_KEY_STAYS_DUE,
        A_NULL_STATE_IS_A_REMOVAL,
        EQUAL_HASHES_ARE_EQUAL_KEYS,
        THE_NEWEST_VERSION_FOR_AN_OLDER_ONE,
        ONE_VERSION_IS_REMEMBERED,
        EVERY_VERSION_IS_REMEMBERED,
        CHANGES_LACK_REMOVALS,
        CHANGES_HAVE_REMOVALS_LAST,
        CHANGES_LACK_DUE_TIMES,
        REMOVED_KEYS_ARE_COUNTED,
        CLOSE_KEEPS_EVERYTHING;

        /** Whether this is about settled datasets or keyed state, which random graphs have none of. */
        boolean isOfState() {
            return compareTo(SETTLE_COMPUTES_AGAIN) >= 0;
        }
    }

    WrongEngine(Engine right, Fault fault) {
        this.right = right;
        this.fault = fault;
    }

    @Override
    public <T> Dataset<T> parallelize(List<T> data, int partitions) {
        int size = fault == Fault.THE_REST_OF_A_LIST_IS_LOST_WHEN_IT_IS_CUT
                ? data.size() / partitions * partitions
                : data.size();
        return new Wrong<>(right.parallelize(data.subList(0, size), partitions));
    }

    @Override
    public <T> Dataset<T> fromBlocks(List<List<Block<T>>> groups) {
        List<List<Block<T>>> changed = new ArrayList<>();
        for (List<Block<T>> group : groups) {
            List<Block<T>> blocks = new ArrayList<>(group);
            if (fault == Fault.BLOCKS_OF_A_GROUP_IN_WRONG_ORDER) {
                Collections.reverse(blocks);
            }
            changed.add(blocks);
        }
        return new Wrong<>(right.fromBlocks(changed));
    }

    @Override
    public <T> Dataset<T> fromSplits(List<List<Split<T>>> groups) {
        List<List<Split<T>>> changed = new ArrayList<>();
        for (List<Split<T>> group : groups) {
            List<Split<T>> splits = new ArrayList<>();
            for (Split<T> split : group) {
                List<List<T>> chunks = ((Operators.Chunked<T>) split).chunks();
                boolean shortened = fault == Fault.A_SPLIT_ENDS_AFTER_ITS_FIRST_CHUNK && !chunks.isEmpty();
                splits.add(shortened ? new Operators.Chunked<>(chunks.subList(0, 1)) : split);
            }
            changed.add(splits);
        }
        return new Wrong<>(right.fromSplits(changed));
    }

    @Override
    public <T> Dataset<T> wrap(Object engineData) {
        return new Wrong<>(right.wrap(engineData));
    }

    @Override
    public <T> Broadcast<T> broadcast(T value) {
        return right.broadcast(value);
    }

    @Override
    public <A> Accumulator<A> accumulator(String name, A zero, Function2<A, A, A> add) {
        return right.accumulator(name, zero, add);
    }

    @Override
    public <T> ReceiverTask.Running launch(ReceiverTask<T> task, DriverChannel driver, StreamClock clock) {
        return right.launch(task, driver, clock);
    }

    @Override
    public <T> Block<T> block(ReceiverTask<T> task, BlockInfo info) {
        return right.block(task, info);
    }

    @Override
    public void release(BlockInfo info, String who) {
        right.release(info, who);
    }

    @Override
    public Storage storage(String uri) throws IOException {
        return right.storage(uri);
    }

    @Override
    public Capabilities capabilities() {
        return right.capabilities();
    }

    @Override
    public void awaitReady(Duration atMost) throws InterruptedException {
        right.awaitReady(atMost);
    }

    @Override
    public void cancel(Time batchTime) {
        right.cancel(batchTime);
    }

    @Override
    public int defaultParallelism() {
        return right.defaultParallelism();
    }

    @Override
    public long plans() {
        return right.plans();
    }

    @Override
    public boolean isInTask() {
        return right.isInTask();
    }

    @Override
    public void close() {
        right.close();
    }

    static <T> Dataset<T> right(Dataset<T> dataset) {
        return ((Wrong<T>) dataset).dataset;
    }

    /** Every partition as a list. */
    static <T> List<List<T>> all(Dataset<T> dataset) {
        try {
            return dataset.run(
                    new Operators.Collecting<>(),
                    IntStream.range(0, dataset.partitionCount()).toArray(),
                    new JobInfo(Optional.empty(), "wrong", "WrongEngine", (partition, name, n) -> {}));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public <K, S> StateDataset<K, S> state(String uid, Partitioner partitioner) {
        if (fault == Fault.A_STATE_OF_THE_SAME_NAME_IS_THE_SAME && states.containsKey(uid)) {
            @SuppressWarnings("unchecked")
            StateDataset<K, S> same = (StateDataset<K, S>) states.get(uid);
            return same;
        }
        StateDataset<K, S> state = new WrongState<>(this, right.state(uid, partitioner), fault);
        states.put(uid, state);
        return state;
    }

    /** A dataset of the other engine, as one of this. */
    <T> Dataset<T> wrong(Dataset<T> dataset) {
        return new Wrong<>(dataset);
    }

    /** The same; each time that it is read again it is made anew. */
    <T> Dataset<T> wrong(Dataset<T> dataset, Supplier<Dataset<T>> again) {
        Wrong<T> wrong = new Wrong<>(dataset);
        wrong.again = again;
        return wrong;
    }

    private final class Wrong<T> implements Dataset<T> {
        private Dataset<T> dataset;
        private @Nullable Supplier<Dataset<T>> again;
        private boolean kept;
        private boolean checkpointed;
        private int runs;

        Wrong(Dataset<T> dataset) {
            this.dataset = dataset;
        }

        private Dataset<T> wrapped(Dataset<T> result) {
            return result == dataset ? this : new Wrong<>(result);
        }

        @Override
        public <R> Dataset<R> transform(Operator<T, R> operator, boolean keepsPartitioning) {
            Dataset<T> from = fault == Fault.A_CHAIN_PASSES_OVER_NULL
                    ? dataset.transform(new Operators.Filtering<>(record -> record != null), true)
                    : dataset;
            return new Wrong<>(from.transform(operator, keepsPartitioning));
        }

        @Override
        public Dataset<T> partitionBy(Function<T, ?> key, Partitioner partitioner) {
            Dataset<T> placed = dataset.partitionBy(key, partitioner);
            if (placed == dataset) {
                return this;
            }
            return new Wrong<>(
                    switch (fault) {
                        case SHUFFLE_DROPS_THE_LAST_RECORD_OF_A_BUCKET_WITH_MORE_THAN_20 ->
                            placed.transform(new WithoutLast<>(20), true);
                        case SHUFFLE_FORGETS_THAT_IT_PLACED ->
                            placed.transform(new Operators.Filtering<>(record -> true), false);
                        default -> placed;
                    });
        }

        @Override
        public <U, R> Dataset<R> zip(Dataset<U> other, Operator2<T, U, R> operator, boolean keepsPartitioning) {
            return new Wrong<>(
                    switch (fault) {
                        case ZIP_SWAPS_ITS_SIDES ->
                            dataset.zip(right(other), new Swapping<>(operator), keepsPartitioning);
                        case ZIP_FORGETS_WHAT_IS_LEFT_OVER ->
                            dataset.transform(new WithoutLast<>(10), true)
                                    .zip(right(other), operator, keepsPartitioning);
                        default -> dataset.zip(right(other), operator, keepsPartitioning);
                    });
        }

        @Override
        public Dataset<T> union(List<Dataset<T>> others) {
            List<Dataset<T>> rights = new ArrayList<>();
            others.forEach(other -> rights.add(right(other)));
            if (fault == Fault.UNION_IN_WRONG_ORDER) {
                Collections.reverse(rights);
            }
            return new Wrong<>(dataset.union(rights));
        }

        @Override
        public Dataset<T> coalesce(int partitions) {
            Dataset<T> fewer = dataset.coalesce(partitions);
            if (fault != Fault.COALESCE_LOSES_A_PARTITION || fewer == dataset) {
                return wrapped(fewer);
            }
            List<List<T>> lists = all(dataset);
            lists.set(lists.size() - 1, List.of());
            List<List<Block<T>>> blocks = new ArrayList<>();
            lists.forEach(records -> blocks.add(List.of(new Operators.Received<>(records))));
            return new Wrong<>(right.fromBlocks(blocks).coalesce(partitions));
        }

        @Override
        public Dataset<T> settle(StorageLevel level, JobInfo job) throws Exception {
            kept = true;
            int[] partitions = IntStream.range(0, partitionCount()).toArray();
            switch (fault) {
                case SETTLE_COMPUTES_AGAIN -> dataset.run(new Operators.Collecting<>(), partitions, job);
                case SETTLE_IS_LAZY -> dataset.persist(level);
                case SETTLED_IS_COMPUTED_AGAIN_WHEN_IT_IS_GONE ->
                    dataset.persist(level).run(new Operators.Collecting<>(), partitions, job);
                case SETTLE_TAKES_ANY_LEVEL -> {
                    return wrapped(dataset.settle(level.usesDisk() ? level : StorageLevel.MEMORY_AND_DISK, job));
                }
                case A_FAILED_SETTLE_KEEPS_NOTHING -> {
                    try {
                        return wrapped(dataset.settle(level, job));
                    } catch (OperatorException | IOException e) {
                        dataset.unpersist();
                        throw e;
                    }
                }
                default -> {
                    return wrapped(dataset.settle(level, job));
                }
            }
            return this;
        }

        @Override
        public Dataset<T> persist(StorageLevel level) {
            kept = true;
            dataset.persist(level);
            return this;
        }

        @Override
        public Dataset<T> unpersist() {
            kept = false;
            dataset.unpersist();
            return this;
        }

        @Override
        public void checkpoint(URI directory) {
            checkpointed = true;
            dataset.checkpoint(directory);
        }

        @Override
        public <A> List<A> run(Operator<T, A> operator, int[] partitions, JobInfo job) throws Exception {
            runs++;
            if (again != null && runs > 1) {
                dataset = again.get();
            }
            return run(operator, partitions, job, runs > 1);
        }

        private <A> List<A> run(Operator<T, A> operator, int[] partitions, JobInfo job, boolean again)
                throws Exception {
            return switch (fault) {
                case RUN_GIVES_RESULTS_IN_ORDER_OF_PARTITIONS ->
                    dataset.run(operator, IntStream.of(partitions).sorted().toArray(), job);
                case COUNTS_ARE_TOLD_TWICE -> dataset.run(operator, partitions, toldTwice(job));
                case A_KEPT_PARTITION_READ_AGAIN_LACKS_ITS_LAST_RECORD ->
                    dataset.run(kept && again ? new WithoutLast<T>(0).andThen(operator) : operator, partitions, job);
                case A_CHECKPOINT_READ_AGAIN_IS_IN_REVERSE ->
                    dataset.run(
                            checkpointed && again ? new Reversing<T>().andThen(operator) : operator, partitions, job);
                default -> dataset.run(operator, partitions, job);
            };
        }

        private JobInfo toldTwice(JobInfo job) {
            return new JobInfo(job.batchTime(), job.output(), job.callSite(), (partition, name, n) -> {
                job.counts().add(partition, name, n);
                job.counts().add(partition, name, n);
            });
        }

        @Override
        public int partitionCount() {
            return dataset.partitionCount();
        }

        @Override
        public Optional<Partitioner> partitioner() {
            return dataset.partitioner();
        }

        @Override
        public <E> E unwrap(Class<E> type) {
            return dataset.unwrap(type);
        }
    }

    private record WithoutLast<T>(int from) implements Operator<T, T> {
        @Override
        public Downstream<T> attach(TaskContext task, Downstream<T> down) {
            return new Operators.Passing<>(down) {
                private final List<T> records = new ArrayList<>();

                @Override
                public void accept(T record) {
                    records.add(record);
                }

                @Override
                public void end() throws Exception {
                    int last = records.isEmpty() || records.size() <= from ? records.size() : records.size() - 1;
                    for (T record : records.subList(0, last)) {
                        down.accept(record);
                    }
                    down.end();
                }
            };
        }
    }

    private record Reversing<T>() implements Operator<T, T> {
        @Override
        public Downstream<T> attach(TaskContext task, Downstream<T> down) {
            return new Operators.Passing<>(down) {
                private final List<T> records = new ArrayList<>();

                @Override
                public void accept(T record) {
                    records.add(0, record);
                }

                @Override
                public void end() throws Exception {
                    for (T record : records) {
                        down.accept(record);
                    }
                    down.end();
                }
            };
        }
    }

    @SuppressWarnings("unchecked") // both sides of the graphs hold the same type
    private record Swapping<T, U, R>(Operator2<T, U, R> operator) implements Operator2<T, U, R> {
        @Override
        public void apply(TaskContext task, Iterator<T> left, Iterator<U> right, Downstream<R> out) throws Exception {
            operator.apply(task, (Iterator<T>) right, (Iterator<U>) left, out);
        }
    }
}
