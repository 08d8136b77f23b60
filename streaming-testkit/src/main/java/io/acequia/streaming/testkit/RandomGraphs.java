/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import io.acequia.streaming.data.Partitioner;
import io.acequia.streaming.data.StorageLevel;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.direct.Split;
import io.acequia.streaming.engine.Block;
import io.acequia.streaming.engine.Dataset;
import io.acequia.streaming.engine.Engine;
import io.acequia.streaming.engine.JobInfo;
import io.acequia.streaming.engine.Operator;
import io.acequia.streaming.engine.Operator2;
import io.acequia.streaming.function.Function;
import io.acequia.streaming.function.Function2;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Graphs of datasets made from a seed, to be run by an engine and compared with a naive model: lists of lists, computed on
 * one thread while the graph is drawn. Partitions are part of the model, so where a record is and what stands before it are
 * compared exactly, as are the number of partitions, the partitioner and what tasks counted.
 *
 * <p>Drawing: the same seed gives the same graph in every run. Records are numbers, strings and nulls. Each step is drawn
 * with its model, so a step that would make too many records becomes a limit. The newest dataset is taken half of the time,
 * which makes chains long; the rest of the time any, which makes them branch.
 *
 * <p>What only the contract tells the model: {@code partitionBy} by an equal partitioner and {@code coalesce} to no fewer
 * partitions are the dataset itself, and share what is kept.
 *
 * <p>Running: the steps in order, then every dataset twice, so that what was kept or checkpointed is read again; in a quarter
 * of the graphs these last jobs run at the same time.
 */
public final class RandomGraphs {
    private static final int LEAST_OPERATORS = 3;
    private static final int MOST_OPERATORS = 12;
    private static final int MOST_PARTITIONS = 16;
    private static final int MOST_RECORDS = 2_000;
    private static final int ROOT_RECORDS = 240;

    private RandomGraphs() {}

    /** What a step of a graph does. */
    public enum Primitive {
        MAP,
        FILTER,
        FLAT_MAP,
        FOLD,
        HEAD,
        LIMIT,
        PARTITION_BY,
        ZIP,
        UNION,
        COALESCE,
        PERSIST,
        UNPERSIST,
        CHECKPOINT,
        RUN,
        PARALLELIZE,
        FROM_BLOCKS,
        FROM_SPLITS
    }

    /** The graph of a seed. */
    public static Graph graph(long seed) {
        return new Drawing(seed).draw();
    }

    /** A graph, and what must come out of it. Used by one thread. */
    public static final class Graph {
        private final long seed;
        private final Map<String, String> settings;
        private final boolean concurrent;
        private final List<Step> steps;
        private final List<Model> models;
        private final List<Primitive> primitives;
        private final List<StorageLevel> levels;

        private Graph(Drawing drawn, Map<String, String> settings, boolean concurrent) {
            this.seed = drawn.seed;
            this.settings = Map.copyOf(settings);
            this.concurrent = concurrent;
            this.steps = List.copyOf(drawn.steps);
            this.models = List.copyOf(drawn.models);
            this.primitives = List.copyOf(drawn.primitives);
            this.levels = List.copyOf(drawn.levels);
        }

        /** Settings of the engine that make this graph hard: little memory in a third of them, copied functions in another. */
        public Map<String, String> settings() {
            return settings;
        }

        /** Whether its last jobs run at the same time. */
        public boolean isConcurrent() {
            return concurrent;
        }

        /** What its steps do, in order. */
        public List<Primitive> primitives() {
            return primitives;
        }

        /** The levels at which it keeps datasets, in order. */
        public List<StorageLevel> levels() {
            return levels;
        }

        /**
         * Runs the graph and compares. Blocks until its jobs have ended.
         *
         * @param directory where it may write checkpoints
         * @throws AssertionError when anything differs from the model, or a job failed; its first line tells the seed
         */
        public void run(Engine engine, Path directory) {
            try {
                new Execution(this, engine, directory.resolve("graph-" + seed)).run();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError(this + "\nwas interrupted", e);
            } catch (Exception e) {
                throw new AssertionError(this + "\nfailed: " + e, e);
            }
        }

        /** A line to reproduce it, and its steps. */
        @Override
        public String toString() {
            return "RandomGraphs.graph(" + seed + "L).run(engine, directory) with " + settings
                    + (concurrent ? ", last jobs at the same time" : "")
                    + steps.stream().map(Step::text).collect(Collectors.joining("\n  ", "\n  ", ""));
        }
    }

    private interface Work {
        void on(Execution execution) throws Exception;
    }

    private record Step(String text, Work work) {}

    /**
     * What a dataset must hold.
     *
     * @param same number of the first dataset that is the same object by contract
     */
    private record Model(int same, List<List<@Nullable Object>> partitions, Optional<Partitioner> placed) {
        int size() {
            return partitions.stream().mapToInt(List::size).sum();
        }
    }

    /** Draws a graph, step by step, each with its model. */
    private static final class Drawing {
        final long seed;
        final Random random;
        final List<Step> steps = new ArrayList<>();
        final List<Model> models = new ArrayList<>();
        final List<Primitive> primitives = new ArrayList<>();
        final List<StorageLevel> levels = new ArrayList<>();
        private final Map<Integer, StorageLevel> kept = new HashMap<>();
        private final Set<Integer> checkpointed = new HashSet<>();

        Drawing(long seed) {
            this.seed = seed;
            this.random = new Random(seed * 0x9E3779B97F4A7C15L);
        }

        Graph draw() {
            int operators = LEAST_OPERATORS + random.nextInt(MOST_OPERATORS - LEAST_OPERATORS + 1);
            List<Primitive> roots = List.of(Primitive.PARALLELIZE, Primitive.FROM_BLOCKS, Primitive.FROM_SPLITS);
            step(roots.get(random.nextInt(roots.size())));
            while (primitives.size() < operators) {
                int drawn = random.nextInt(Primitive.values().length + 1);
                step(drawn < Primitive.values().length ? Primitive.values()[drawn] : Primitive.PERSIST);
            }
            Map<String, String> settings = new HashMap<>();
            int mode = random.nextInt(3);
            if (mode == 0) {
                settings.put("streaming.storage.memory", (200 + random.nextInt(2_000)) + "B");
            } else if (mode == 1) {
                settings.put("streaming.test.serialize.closures", "true");
            }
            return new Graph(this, settings, random.nextInt(4) == 0);
        }

        private void step(Primitive primitive) {
            switch (primitive) {
                case MAP -> map();
                case FILTER -> filter();
                case FLAT_MAP -> flatMap();
                case FOLD -> fold();
                case HEAD -> head();
                case LIMIT -> limit();
                case PARTITION_BY -> partitionBy();
                case ZIP -> zip();
                case UNION -> union();
                case COALESCE -> coalesce();
                case PERSIST -> persist();
                case UNPERSIST -> unpersist();
                case CHECKPOINT -> checkpoint();
                case RUN -> runSome();
                case PARALLELIZE -> parallelize();
                case FROM_BLOCKS -> fromBlocks();
                case FROM_SPLITS -> fromSplits();
            }
        }

        // Narrow operators

        @SuppressWarnings("NullAway") // records may be null
        private void map() {
            long factor = 1 + random.nextInt(5);
            Function<@Nullable Object, @Nullable Object> function =
                    switch (random.nextInt(3)) {
                        case 0 -> record -> number(record) * factor + 1;
                        case 1 -> record -> "v" + number(record) % (100 * factor);
                        default -> record -> number(record) % (factor + 4) == 0 ? null : record;
                    };
            transform(Primitive.MAP, new Operators.Mapping<>(function), false, records -> {
                List<@Nullable Object> out = new ArrayList<>();
                for (Object record : records) {
                    out.add(function.call(record));
                }
                return out;
            });
        }

        private void filter() {
            int modulus = 2 + random.nextInt(3);
            Function<@Nullable Object, Boolean> keeps = record -> number(record) % modulus != 0;
            transform(Primitive.FILTER, new Operators.Filtering<>(keeps), random.nextBoolean(), records -> {
                List<@Nullable Object> out = new ArrayList<>();
                for (Object record : records) {
                    if (keeps.call(record)) {
                        out.add(record);
                    }
                }
                return out;
            });
        }

        private void flatMap() {
            int most = 2 + random.nextInt(2);
            Function<@Nullable Object, List<@Nullable Object>> copies =
                    record -> new ArrayList<>(Collections.nCopies((int) (number(record) % (most + 1)), record));
            transform(Primitive.FLAT_MAP, new Operators.FlatMapping<>(copies), random.nextBoolean(), records -> {
                List<@Nullable Object> out = new ArrayList<>();
                for (Object record : records) {
                    out.addAll(copies.call(record));
                }
                return out;
            });
        }

        private void fold() {
            long factor = 1 + random.nextInt(3);
            Function2<@Nullable Object, @Nullable Object, @Nullable Object> add =
                    (sum, record) -> (number(sum) * factor + number(record)) % 1_000_003;
            transform(Primitive.FOLD, new Operators.Folding<>(0L, add), false, records -> {
                Object sum = 0L;
                for (Object record : records) {
                    sum = add.call(sum, record);
                }
                return listOf(sum);
            });
        }

        private void head() {
            Object first = oneRecord();
            transform(Primitive.HEAD, new Operators.Heading<>(first), false, records -> {
                List<@Nullable Object> out = listOf(first);
                out.addAll(records);
                return out;
            });
        }

        private void limit() {
            int most = random.nextInt(12);
            transform(
                    Primitive.LIMIT,
                    new Operators.Limiting<>(most),
                    random.nextBoolean(),
                    records -> new ArrayList<>(records.subList(0, Math.min(most, records.size()))));
        }

        private void transform(
                Primitive primitive,
                Operator<@Nullable Object, @Nullable Object> operator,
                boolean keepsPartitioning,
                Function<List<@Nullable Object>, List<@Nullable Object>> model) {
            int parent = anyDataset();
            List<List<@Nullable Object>> partitions = new ArrayList<>();
            for (List<@Nullable Object> records : models.get(parent).partitions) {
                partitions.add(called(model, records));
            }
            add(
                    primitive,
                    "#" + parent + (keepsPartitioning ? " keeping its placement" : ""),
                    new Model(
                            models.size(),
                            partitions,
                            keepsPartitioning ? models.get(parent).placed : Optional.empty()),
                    execution -> execution.dataset(parent).transform(operator, keepsPartitioning));
        }

        // Operators on several partitions

        private void partitionBy() {
            int parent = anyDataset();
            Model before = models.get(parent);
            int modulus = 2 + random.nextInt(9);
            Function<@Nullable Object, @Nullable Object> key =
                    switch (random.nextInt(3)) {
                        case 0 -> record -> record;
                        case 1 -> record -> number(record) % modulus;
                        default -> record -> "key" + number(record) % modulus;
                    };
            Partitioner partitioner = before.placed.isPresent() && random.nextBoolean()
                    ? before.placed.get()
                    : partitioner(1 + random.nextInt(6));
            List<List<@Nullable Object>> partitions = empty(partitioner.numPartitions());
            for (List<@Nullable Object> records : before.partitions) {
                for (Object record : records) {
                    partitions
                            .get(partitioner.getPartition(called(key, record)))
                            .add(record);
                }
            }
            boolean inPlace = before.placed.equals(Optional.of(partitioner));
            add(
                    Primitive.PARTITION_BY,
                    "#" + parent + " by " + partitioner,
                    inPlace ? before : new Model(models.size(), partitions, Optional.of(partitioner)),
                    execution -> execution.dataset(parent).partitionBy(key, partitioner));
        }

        private Partitioner partitioner(int partitions) {
            return switch (random.nextInt(4)) {
                case 0, 1 -> Partitioner.hash(partitions);
                case 2 -> new Operators.ByRemainder(partitions);
                default -> new Operators.AllInOne(partitions, random.nextInt(partitions));
            };
        }

        private void zip() {
            int left = anyDataset();
            Model leftModel = models.get(left);
            List<Integer> fitting = IntStream.range(0, models.size())
                    .filter(i -> models.get(i).partitions.size() == leftModel.partitions.size()
                            && models.get(i).size() + leftModel.size() <= MOST_RECORDS)
                    .boxed()
                    .toList();
            if (fitting.isEmpty()) {
                limit();
                return;
            }
            int right = fitting.get(random.nextInt(fitting.size()));
            boolean keepsPartitioning = random.nextBoolean();
            int kind = random.nextInt(3);
            Operator2<@Nullable Object, @Nullable Object, @Nullable Object> operator =
                    switch (kind) {
                        case 0 -> new Operators.Alternating<>();
                        case 1 -> new Operators.Pairing<>((a, b) -> number(a) * 31 + number(b));
                        default -> new Operators.RightFirst<>();
                    };
            List<List<@Nullable Object>> partitions = new ArrayList<>();
            for (int p = 0; p < leftModel.partitions.size(); p++) {
                partitions.add(zipped(
                        kind,
                        leftModel.partitions.get(p),
                        models.get(right).partitions.get(p)));
            }
            add(
                    Primitive.ZIP,
                    "#" + left + " with #" + right + " " + operator.getClass().getSimpleName(),
                    new Model(models.size(), partitions, keepsPartitioning ? leftModel.placed : Optional.empty()),
                    execution -> execution.dataset(left).zip(execution.dataset(right), operator, keepsPartitioning));
        }

        private static List<@Nullable Object> zipped(
                int kind, List<@Nullable Object> left, List<@Nullable Object> right) {
            List<@Nullable Object> out = new ArrayList<>();
            if (kind == 2) {
                out.addAll(right);
                out.addAll(left);
                return out;
            }
            for (int i = 0; i < Math.max(left.size(), right.size()); i++) {
                if (kind == 1) {
                    if (i < left.size() && i < right.size()) {
                        out.add(number(left.get(i)) * 31 + number(right.get(i)));
                    }
                } else {
                    if (i < left.size()) {
                        out.add(left.get(i));
                    }
                    if (i < right.size()) {
                        out.add(right.get(i));
                    }
                }
            }
            return out;
        }

        private void union() {
            int first = anyDataset();
            List<Integer> others = new ArrayList<>();
            List<List<@Nullable Object>> partitions = new ArrayList<>(models.get(first).partitions);
            int size = models.get(first).size();
            for (int i = random.nextInt(4); i > 0; i--) {
                int other = anyDataset();
                Model model = models.get(other);
                if (partitions.size() + model.partitions.size() <= MOST_PARTITIONS
                        && size + model.size() <= MOST_RECORDS) {
                    others.add(other);
                    partitions.addAll(model.partitions);
                    size += model.size();
                }
            }
            add(
                    Primitive.UNION,
                    "#" + first + " and " + others,
                    new Model(models.size(), partitions, Optional.empty()),
                    execution -> execution
                            .dataset(first)
                            .union(others.stream().map(execution::dataset).toList()));
        }

        private void coalesce() {
            int parent = anyDataset();
            Model before = models.get(parent);
            int count = before.partitions.size();
            int fewer = 1 + random.nextInt(count + 1);
            List<List<@Nullable Object>> partitions = empty(fewer);
            for (int p = 0; p < fewer && fewer < count; p++) {
                for (int q = count * p / fewer; q < count * (p + 1) / fewer; q++) {
                    partitions.get(p).addAll(before.partitions.get(q));
                }
            }
            add(
                    Primitive.COALESCE,
                    "#" + parent + " to " + fewer,
                    fewer >= count ? before : new Model(models.size(), partitions, Optional.empty()),
                    execution -> execution.dataset(parent).coalesce(fewer));
        }

        // What is kept

        private void persist() {
            int dataset = anyDataset();
            StorageLevel drawn = StorageLevel.values()[random.nextInt(StorageLevel.values().length)];
            StorageLevel before = kept.putIfAbsent(models.get(dataset).same, drawn);
            StorageLevel level = before == null ? drawn : before;
            levels.add(level);
            act(Primitive.PERSIST, "#" + dataset + " " + level, execution -> {
                Dataset<@Nullable Object> same = execution.dataset(dataset).persist(level);
                execution.check("what persist returns", execution.dataset(dataset), same);
            });
        }

        private void unpersist() {
            if (kept.isEmpty()) {
                persist();
                return;
            }
            List<Integer> candidates = IntStream.range(0, models.size())
                    .filter(i -> kept.containsKey(models.get(i).same))
                    .boxed()
                    .toList();
            int dataset = candidates.get(random.nextInt(candidates.size()));
            kept.remove(models.get(dataset).same);
            act(Primitive.UNPERSIST, "#" + dataset, execution -> execution
                    .dataset(dataset)
                    .unpersist());
        }

        private void checkpoint() {
            int dataset = anyDataset();
            if (!checkpointed.add(models.get(dataset).same)) {
                runSome();
                return;
            }
            act(Primitive.CHECKPOINT, "#" + dataset, execution -> execution
                    .dataset(dataset)
                    .checkpoint(
                            execution.directory.resolve("dataset-" + dataset).toUri()));
        }

        private void runSome() {
            int dataset = anyDataset();
            List<Integer> chosen =
                    new ArrayList<>(range(models.get(dataset).partitions.size()));
            Collections.shuffle(chosen, random);
            int[] partitions = chosen.stream()
                    .limit(random.nextInt(chosen.size() + 1))
                    .mapToInt(p -> p)
                    .toArray();
            act(
                    Primitive.RUN,
                    "#" + dataset + " " + Arrays.toString(partitions),
                    execution -> execution.compare(dataset, partitions));
        }

        // Roots

        private void parallelize() {
            List<@Nullable Object> records = records(random.nextInt(ROOT_RECORDS));
            int count = 1 + random.nextInt(6);
            List<List<@Nullable Object>> partitions = new ArrayList<>();
            for (int p = 0; p < count; p++) {
                partitions.add(records.subList(records.size() * p / count, records.size() * (p + 1) / count));
            }
            add(
                    Primitive.PARALLELIZE,
                    records.size() + " records in " + count,
                    new Model(models.size(), partitions, Optional.empty()),
                    execution -> execution.engine.parallelize(records, count));
        }

        private void fromBlocks() {
            List<List<Block<@Nullable Object>>> groups = new ArrayList<>();
            List<List<@Nullable Object>> partitions = empty(1 + random.nextInt(5));
            for (List<@Nullable Object> partition : partitions) {
                List<Block<@Nullable Object>> group = new ArrayList<>();
                for (List<@Nullable Object> records : pieces()) {
                    partition.addAll(records);
                    group.add(new Operators.Received<>(records));
                }
                groups.add(group);
            }
            add(
                    Primitive.FROM_BLOCKS,
                    groups.size() + " groups",
                    new Model(models.size(), partitions, Optional.empty()),
                    execution -> execution.engine.fromBlocks(groups));
        }

        private void fromSplits() {
            List<List<Split<@Nullable Object>>> groups = new ArrayList<>();
            List<List<@Nullable Object>> partitions = empty(1 + random.nextInt(5));
            for (List<@Nullable Object> partition : partitions) {
                List<Split<@Nullable Object>> group = new ArrayList<>();
                for (int split = random.nextInt(3); split > 0; split--) {
                    List<List<@Nullable Object>> chunks = pieces();
                    chunks.removeIf(List::isEmpty);
                    chunks.forEach(partition::addAll);
                    group.add(new Operators.Chunked<>(chunks));
                }
                groups.add(group);
            }
            add(
                    Primitive.FROM_SPLITS,
                    groups.size() + " groups",
                    new Model(models.size(), partitions, Optional.empty()),
                    execution -> execution.engine.fromSplits(groups));
        }

        private List<List<@Nullable Object>> pieces() {
            List<List<@Nullable Object>> pieces = new ArrayList<>();
            for (int piece = random.nextInt(4); piece > 0; piece--) {
                pieces.add(records(random.nextInt(30)));
            }
            return pieces;
        }

        private List<@Nullable Object> records(int count) {
            List<@Nullable Object> values = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                values.add(random.nextInt(25) == 0 ? null : oneRecord());
            }
            return values;
        }

        private Object oneRecord() {
            long number = random.nextInt(1000);
            return random.nextInt(3) == 0 ? "w" + number : (Object) number;
        }

        // The steps

        private int anyDataset() {
            // The newest one half of the time, so that chains get long.
            return random.nextBoolean() ? models.size() - 1 : random.nextInt(models.size());
        }

        private void add(Primitive primitive, String text, Model model, Making making) {
            if (model.size() > MOST_RECORDS) {
                limit();
                return;
            }
            int number = models.size();
            models.add(model);
            act(primitive, text + " -> #" + number, execution -> execution.add(model, making.on(execution)));
        }

        private void act(Primitive primitive, String text, Work work) {
            primitives.add(primitive);
            steps.add(new Step(primitive + " " + text, work));
        }
    }

    private interface Making {
        Dataset<@Nullable Object> on(Execution execution);
    }

    /** A run of a graph by an engine. */
    private static final class Execution {
        final Graph graph;
        final Engine engine;
        final Path directory;
        private final List<Dataset<@Nullable Object>> datasets = new ArrayList<>();

        Execution(Graph graph, Engine engine, Path directory) {
            this.graph = graph;
            this.engine = engine;
            this.directory = directory;
        }

        void run() throws Exception {
            for (Step step : graph.steps) {
                step.work.on(this);
            }
            List<Callable<@Nullable Void>> last = new ArrayList<>();
            for (int round = 0; round < 2; round++) {
                for (int i = 0; i < datasets.size(); i++) {
                    int number = i;
                    last.add(() -> {
                        compare(
                                number,
                                range(graph.models.get(number).partitions.size()).stream()
                                        .mapToInt(p -> p)
                                        .toArray());
                        return null;
                    });
                }
            }
            if (graph.concurrent) {
                atTheSameTime(last);
            } else {
                for (Callable<@Nullable Void> job : last) {
                    job.call();
                }
            }
        }

        private static void atTheSameTime(List<Callable<@Nullable Void>> jobs) throws Exception {
            ExecutorService threads = Executors.newFixedThreadPool(3);
            try {
                for (Future<@Nullable Void> job : threads.invokeAll(jobs)) {
                    job.get();
                }
            } catch (ExecutionException e) {
                if (e.getCause() instanceof Error error) {
                    throw error;
                }
                throw e;
            } finally {
                threads.shutdownNow();
            }
        }

        Dataset<@Nullable Object> dataset(int number) {
            return datasets.get(number);
        }

        void add(Model model, Dataset<@Nullable Object> dataset) {
            String name = "dataset #" + datasets.size();
            datasets.add(dataset);
            check(name + ": number of partitions", model.partitions.size(), dataset.partitionCount());
            check(name + ": partitioner", model.placed, dataset.partitioner());
            if (model.same < datasets.size() - 1) {
                check(name + ": the dataset itself", datasets.get(model.same), dataset);
            }
        }

        void compare(int number, int[] partitions) throws Exception {
            Map<Integer, Long> counted = new HashMap<>();
            JobInfo job = new JobInfo(
                    Optional.of(new Time(1_000L + number)),
                    "graph " + graph.seed,
                    "RandomGraphs",
                    (partition, name, n) -> counted.merge(partition, n, Long::sum));
            List<List<@Nullable Object>> results = dataset(number).run(new Operators.Collecting<>(), partitions, job);
            check("dataset #" + number + ": number of results", partitions.length, results.size());
            for (int i = 0; i < partitions.length; i++) {
                String place = "dataset #" + number + " partition " + partitions[i];
                List<@Nullable Object> expected =
                        graph.models.get(number).partitions.get(partitions[i]);
                check(place, expected, results.get(i));
                check(place + ": count", (long) expected.size(), counted.remove(partitions[i]));
            }
            check("dataset #" + number + ": counts of other partitions", Map.of(), counted);
        }

        void check(String what, Object expected, @Nullable Object actual) {
            if (!Objects.equals(expected, actual)) {
                throw new AssertionError(graph + "\n" + what + "\n  must be " + expected + "\n  but was " + actual);
            }
        }
    }

    // Values

    /** A number of at least 0 for every record. */
    private static long number(@Nullable Object record) {
        if (record == null) {
            return 0;
        }
        return record instanceof Long number
                ? Math.floorMod(number, 1_000_003L)
                : record.toString().length();
    }

    private static List<Integer> range(int end) {
        return IntStream.range(0, end).boxed().toList();
    }

    private static List<@Nullable Object> listOf(@Nullable Object record) {
        List<@Nullable Object> list = new ArrayList<>();
        list.add(record);
        return list;
    }

    private static List<List<@Nullable Object>> empty(int partitions) {
        List<List<@Nullable Object>> lists = new ArrayList<>();
        for (int p = 0; p < partitions; p++) {
            lists.add(new ArrayList<>());
        }
        return lists;
    }

    private static <T extends @Nullable Object, R extends @Nullable Object> R called(Function<T, R> function, T v) {
        try {
            return function.call(v);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** How often each primitive stands in these graphs. */
    public static Map<Primitive, Integer> primitives(List<Graph> graphs) {
        Map<Primitive, Integer> counts = new EnumMap<>(Primitive.class);
        graphs.forEach(graph -> graph.primitives().forEach(primitive -> counts.merge(primitive, 1, Integer::sum)));
        return counts;
    }

    /** How often each level stands in these graphs. */
    public static Map<StorageLevel, Integer> levels(List<Graph> graphs) {
        Map<StorageLevel, Integer> counts = new EnumMap<>(StorageLevel.class);
        graphs.forEach(graph -> graph.levels().forEach(level -> counts.merge(level, 1, Integer::sum)));
        return counts;
    }
}
