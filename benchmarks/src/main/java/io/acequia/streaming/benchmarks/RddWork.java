/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import io.acequia.streaming.BatchContext;
import io.acequia.streaming.PairRDD;
import io.acequia.streaming.RDD;
import io.acequia.streaming.data.Tuple2;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;

/**
 * What is done to the lines of {@link RddInput}. Each gives one number that does not depend on the order of records, but for the sort,
 * whose number is wrong when a partition is out of order. {@code benchmarks/peers/spark} has the same for Spark.
 */
enum RddWork {
    /** A chain without a shuffle. */
    CHAIN {
        @Override
        long run(BatchContext batch, Path in) {
            return batch.textFile(in.toString())
                    .map(String::length)
                    .filter(length -> length > 0)
                    .count();
        }
    },
    /** The lines of each beginning of a key, counted, where the key is even. */
    REDUCE {
        @Override
        long run(BatchContext batch, Path in) {
            return batch.textFile(in.toString())
                    .map(line -> line.substring(0, RddInput.KEY))
                    .filter(key -> key.charAt(RddInput.KEY - 1) % 2 == 0)
                    .mapToPair(key -> Tuple2.of(key.substring(0, RddInput.KEY - 2), 1L))
                    .reduceByKey(Long::sum)
                    .map(pair -> pair._1().hashCode() * pair._2())
                    .fold(0L, Long::sum);
        }
    },
    /** The lines in the order of their keys. */
    SORT {
        @Override
        long run(BatchContext batch, Path in) {
            return keyed(batch.textFile(in.toString()))
                    .sortByKey(true, RddInput.FILES)
                    .keys()
                    .mapPartitions(keys -> List.of(inOrder(keys)).iterator())
                    .fold(0L, Long::sum);
        }
    },
    /** How many lines each key has, by lists of them. */
    GROUP {
        @Override
        long run(BatchContext batch, Path in) {
            return keyed(batch.textFile(in.toString()))
                    .groupByKey()
                    .map(pair -> pair._1().hashCode() * (long) ((List<String>) pair._2()).size())
                    .fold(0L, Long::sum);
        }
    },
    /** The first half of the files with the second. */
    JOIN {
        @Override
        long run(BatchContext batch, Path in) {
            RDD<String> left = batch.textFile(in + "/part-[01]");
            RDD<String> right = batch.textFile(in + "/part-[23]");
            return keyed(left)
                    .join(keyed(right))
                    .map(pair -> (long) pair._1().hashCode()
                            + pair._2()._1().length()
                            - pair._2()._2().length())
                    .fold(0L, Long::sum);
        }
    };

    /** Those that a loop and Spark do too. */
    static final List<RddWork> COMPARED = List.of(REDUCE, SORT, JOIN);

    abstract long run(BatchContext batch, Path in);

    private static PairRDD<String, String> keyed(RDD<String> lines) {
        return lines.mapToPair(line -> Tuple2.of(line.substring(0, RddInput.KEY), line));
    }

    /** The sum of the hashes of keys; far from it when they are not in order. */
    static long inOrder(Iterator<String> keys) {
        long sum = 0;
        String last = "";
        while (keys.hasNext()) {
            String key = keys.next();
            sum += last.compareTo(key) <= 0 ? key.hashCode() : Long.MAX_VALUE / 2;
            last = key;
        }
        return sum;
    }
}
