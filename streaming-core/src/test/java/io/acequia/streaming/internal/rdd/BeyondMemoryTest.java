/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.rdd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.BatchContext;
import io.acequia.streaming.PairRDD;
import io.acequia.streaming.RDD;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.data.ByteSize;
import io.acequia.streaming.data.Partitioner;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.function.Ordering;
import java.lang.ref.Reference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Shuffles, sorts, groups and joins of records that take many times the memory that they may. */
class BeyondMemoryTest {
    private static final int RECORDS = 20_000;
    private static final int KEYS = 3_000;

    @TempDir
    static Path directory;

    private final BatchContext batch = new BatchContext(StreamingConf.withoutDefaults()
            .setMaster("local[2]")
            .setAppName("beyond")
            .set(StreamingConf.STORAGE_DIR, directory.toString())
            .set(StreamingConf.STORAGE_MEMORY, new ByteSize(128 << 10)));
    private final List<Tuple2<Integer, Integer>> pairs = new ArrayList<>();

    BeyondMemoryTest() {
        Random random = new Random(11);
        for (int i = 0; i < RECORDS; i++) {
            pairs.add(Tuple2.of(random.nextInt(KEYS), i));
        }
    }

    @AfterEach
    void stop() {
        batch.stop();
    }

    private PairRDD<Integer, Integer> rdd() {
        return batch.parallelizePairs(pairs, 3);
    }

    private static long filesOnDisk() throws Exception {
        try (Stream<Path> tree = Files.walk(directory)) {
            return tree.filter(Files::isRegularFile).count();
        }
    }

    @Test
    void aSortIsStable() throws Exception {
        PairRDD<Integer, Integer> sorted = rdd().sortByKey(true, 2);
        assertThat(sorted.collect())
                .isEqualTo(
                        pairs.stream().sorted(Comparator.comparing(Tuple2::_1)).toList());
        assertThat(filesOnDisk()).as("files of the shuffle").isPositive();
        assertThat(sorted.collect()).hasSize(RECORDS);
        batch.stop();
        assertThat(filesOnDisk()).isZero();
    }

    @Test
    void aSortThatIsPulledIsTheSame() {
        assertThat(rdd().sortByKey(true, 2).mapPartitions(part -> part).collect())
                .isEqualTo(
                        pairs.stream().sorted(Comparator.comparing(Tuple2::_1)).toList());
    }

    @Test
    void groupsHoldTheirValuesInOrder() {
        Map<Integer, List<Integer>> expected = new TreeMap<>();
        pairs.forEach(pair ->
                expected.computeIfAbsent(pair._1(), key -> new ArrayList<>()).add(pair._2()));
        assertThat(new TreeMap<>(rdd().groupByKey(2).collectAsMap())).isEqualTo(expected);
        assertThat(rdd().groupByKey(2).keys().collect()).hasSize(expected.size());
    }

    @Test
    void keysOfTheSameHashStayApart() {
        List<String> twins = List.of("AaAa", "BBBB", "AaBB", "BBAa");
        List<Tuple2<String, Integer>> many = new ArrayList<>();
        for (int i = 0; i < RECORDS; i++) {
            many.add(Tuple2.of(i % 8 < 4 ? twins.get(i % 4) : "key " + i, 1));
        }
        Map<String, Integer> sums = batch.parallelizePairs(many, 2)
                .combineByKey(value -> value, Integer::sum, Integer::sum, Partitioner.hash(2), false)
                .collectAsMap();
        assertThat(sums).hasSize(RECORDS / 2 + 4);
        twins.forEach(twin -> assertThat(sums).containsEntry(twin, RECORDS / 8));
    }

    @Test
    void sumsBeforeAndBehindTheShuffleAgree() {
        Map<Integer, Integer> expected = new TreeMap<>();
        pairs.forEach(pair -> expected.merge(pair._1(), pair._2(), Integer::sum));
        assertThat(new TreeMap<>(rdd().reduceByKey(Integer::sum, 2).collectAsMap()))
                .isEqualTo(expected);
    }

    @Test
    void joinsGiveEveryPairOfValues() {
        long expected = 0;
        Map<Integer, Long> counts = new TreeMap<>();
        pairs.forEach(pair -> counts.merge(pair._1(), 1L, Long::sum));
        for (long count : counts.values()) {
            expected += count * count;
        }
        assertThat(rdd().join(rdd(), 2).count()).isEqualTo(expected);
    }

    @Test
    void anEarlyEndLeavesNoRunOfASort() throws Exception {
        leavesNoRun(rdd().sortByKey(true, 1));
    }

    @Test
    void anEarlyEndLeavesNoRunOfGroups() throws Exception {
        leavesNoRun(rdd().groupByKey(1));
    }

    @Test
    void anEarlyEndLeavesNoRunOfACogroup() throws Exception {
        leavesNoRun(rdd().cogroup(rdd(), 1));
    }

    /** The shuffle is there after the first time: the second one puts runs aside only, and takes them away. */
    private static <T> void leavesNoRun(RDD<T> rdd) throws Exception {
        RDD<T> pulled = rdd.mapPartitions(part -> List.of(part.next()).iterator());
        assertThat(rdd.take(3)).hasSize(3);
        long filesOfShuffles = filesOnDisk();
        assertThat(filesOfShuffles).isPositive();
        assertThat(rdd.take(3)).hasSize(3);
        assertThat(pulled.collect()).hasSize(1);
        assertThat(filesOnDisk()).isEqualTo(filesOfShuffles);
        Reference.reachabilityFence(rdd);
    }

    @Test
    void combiningToNullIsRefusedAlsoBehindTheDisk() {
        assertThatThrownBy(() -> rdd().combineByKey(v -> v, Integer::sum, (x, y) -> null, Partitioner.hash(1), false)
                        .count())
                .hasStackTraceContaining("ACQ-0702 combining gave null for key ");
    }

    @Test
    void whatTheOrderThrowsNamesTheSort() {
        Ordering<Integer> bad = (a, b) -> {
            throw new IllegalStateException("no order");
        };
        assertThatThrownBy(() -> rdd().sortByKey(bad, 1).count())
                .isInstanceOfSatisfying(
                        Exception.class,
                        e -> assertThat(e).hasMessageContaining("sortByKey").hasStackTraceContaining("no order"));
    }

    /** Neither a record nor registered, so it cannot be written. */
    private static final class Opaque implements Comparable<Opaque>, java.io.Serializable {
        private final int number;

        Opaque(int number) {
            this.number = number;
        }

        @Override
        public int compareTo(Opaque other) {
            return Integer.compare(number, other.number);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Opaque that && that.number == number;
        }

        @Override
        public int hashCode() {
            return Objects.hash(number);
        }
    }

    @Test
    void recordsThatCannotGoToDiskStayInMemory() throws Exception {
        List<Opaque> many = new ArrayList<>();
        for (int i = RECORDS; i > 0; i--) {
            many.add(new Opaque(i));
        }
        List<Opaque> sorted =
                batch.parallelize(many, 2).sortBy(each -> each, true, 2).collect();
        assertThat(sorted).hasSize(RECORDS).isSorted();
        assertThat(batch.parallelize(many, 2).groupBy(each -> each.number % 2).count())
                .isEqualTo(2);
        assertThat(filesOnDisk()).isZero();
    }
}
