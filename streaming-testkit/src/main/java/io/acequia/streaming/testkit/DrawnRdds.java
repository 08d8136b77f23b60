/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import io.acequia.streaming.BatchContext;
import io.acequia.streaming.PairRDD;
import io.acequia.streaming.RDD;
import io.acequia.streaming.data.Tuple2;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;

/**
 * Random data as RDDs, and as the lists that they were made of: small numbers and words that come again. One in seven lists is
 * empty, and one in three RDDs has one partition; with more there may be more partitions than records. The same seed draws the same.
 */
final class DrawnRdds {
    private static final int MOST_PARTITIONS = 6;
    private static final int NUMBERS = 15;
    private static final List<String> WORDS = List.of("", "a", "b", "bb", "c", "Aa", "BB", "word");

    final Random random;
    /** A folder of this case alone, which is not there yet. */
    final Path folder;

    final List<Integer> numbers;
    final List<Integer> others;
    final List<Tuple2<String, Integer>> pairs;
    final List<Tuple2<String, Integer>> otherPairs;
    private final BatchContext batch;
    private final int mostRecords;

    DrawnRdds(BatchContext batch, long seed, int mostRecords, Path folder) {
        this.batch = batch;
        this.mostRecords = mostRecords;
        this.folder = folder;
        random = new Random(seed * 0x9E3779B97F4A7C15L);
        numbers = list(this::number);
        others = list(this::number);
        pairs = list(this::pair);
        otherPairs = list(this::pair);
    }

    private <T> List<T> list(Supplier<T> record) {
        int size = random.nextInt(7) == 0 ? 0 : 1 + random.nextInt(mostRecords);
        List<T> records = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            records.add(record.get());
        }
        return records;
    }

    int number() {
        return random.nextInt(2 * NUMBERS) - NUMBERS;
    }

    String word() {
        return WORDS.get(random.nextInt(WORDS.size()));
    }

    private Tuple2<String, Integer> pair() {
        return Tuple2.of(word(), number());
    }

    int partitions() {
        return random.nextInt(3) == 0 ? 1 : 1 + random.nextInt(MOST_PARTITIONS);
    }

    <T> RDD<T> rdd(List<T> records) {
        return batch.parallelize(records, partitions());
    }

    <K, V> PairRDD<K, V> pairs(List<Tuple2<K, V>> records) {
        return batch.parallelizePairs(records, partitions());
    }

    BatchContext batch() {
        return batch;
    }

    /** The values of each key, in order. */
    static <K, V> Map<K, List<V>> groups(List<Tuple2<K, V>> pairs) {
        Map<K, List<V>> groups = new LinkedHashMap<>();
        pairs.forEach(pair ->
                groups.computeIfAbsent(pair._1(), key -> new ArrayList<>()).add(pair._2()));
        return groups;
    }

    @Override
    public String toString() {
        return "numbers " + numbers + ", others " + others + ", pairs " + pairs + ", other pairs " + otherPairs;
    }
}
