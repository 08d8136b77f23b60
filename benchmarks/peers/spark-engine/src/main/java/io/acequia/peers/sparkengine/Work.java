/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.peers.sparkengine;

import io.acequia.streaming.PairRDD;
import io.acequia.streaming.RDD;
import io.acequia.streaming.data.Tuple2;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;

/**
 * Jobs, each once on the engine and once on the RDDs of Spark, with as many partitions. What they come to does not depend on the order of
 * records.
 */
enum Work {
    /** A batch of almost nothing: what a batch costs before it has anything to do. */
    BATCH {
        @Override
        long onEngine(Jobs jobs) throws InterruptedException {
            return jobs.oneRecordBatch();
        }

        @Override
        long onSpark(Jobs jobs) {
            return jobs.spark()
                    .parallelize(List.of("word"), Jobs.CORES)
                    .mapToPair(word -> new scala.Tuple2<>(word, 1))
                    .reduceByKey(Integer::sum, Jobs.CORES)
                    .map(count -> (long) count._2())
                    .fold(0L, Long::sum);
        }
    },
    /** Lines of files in the order of their keys. */
    SORT {
        @Override
        long onEngine(Jobs jobs) {
            return keyed(jobs.engine().textFile(jobs.folder()))
                    .sortByKey(true, Jobs.FILES)
                    .keys()
                    .mapPartitions(keys -> List.of(inOrder(keys)).iterator())
                    .fold(0L, Long::sum);
        }

        @Override
        long onSpark(Jobs jobs) {
            return keyed(jobs.spark().textFile(jobs.folder()))
                    .sortByKey(true, Jobs.FILES)
                    .keys()
                    .mapPartitions(keys -> List.of(inOrder(keys)).iterator())
                    .fold(0L, Long::sum);
        }
    },
    /** Half of the files joined with the other half. */
    JOIN {
        @Override
        long onEngine(Jobs jobs) {
            return keyed(jobs.engine().textFile(jobs.folder() + "/part-[01]"))
                    .join(keyed(jobs.engine().textFile(jobs.folder() + "/part-[23]")), Jobs.FILES)
                    .map(pair -> (long) pair._1().hashCode()
                            + pair._2()._1().length()
                            - pair._2()._2().length())
                    .fold(0L, Long::sum);
        }

        @Override
        long onSpark(Jobs jobs) {
            return keyed(jobs.spark().textFile(jobs.folder() + "/part-[01]"))
                    .join(keyed(jobs.spark().textFile(jobs.folder() + "/part-[23]")), Jobs.FILES)
                    .map(pair -> (long) pair._1().hashCode()
                            + pair._2()._1().length()
                            - pair._2()._2().length())
                    .fold(0L, Long::sum);
        }
    },
    /** Lines of files, counted by the beginnings of keys. */
    REDUCE_FILES {
        @Override
        long onEngine(Jobs jobs) {
            return reduced(jobs.engine().textFile(jobs.folder()));
        }

        @Override
        long onSpark(Jobs jobs) {
            return reduced(jobs.spark().textFile(jobs.folder()));
        }
    },
    /** The same over one RDD of Spark that is in memory, which both read: nothing but the engine differs. */
    REDUCE {
        @Override
        long onEngine(Jobs jobs) {
            return reduced(jobs.engine().wrap(jobs.inMemory()));
        }

        @Override
        long onSpark(Jobs jobs) {
            return reduced(jobs.inMemory());
        }
    };

    private static final int KEY = 10;

    abstract long onEngine(Jobs jobs) throws InterruptedException;

    abstract long onSpark(Jobs jobs);

    private static long reduced(RDD<String> lines) {
        return lines.map(line -> line.substring(0, KEY))
                .filter(key -> key.charAt(KEY - 1) % 2 == 0)
                .mapToPair(key -> Tuple2.of(key.substring(0, KEY - 2), 1L))
                .reduceByKey(Long::sum, Jobs.FILES)
                .map(pair -> pair._1().hashCode() * pair._2())
                .fold(0L, Long::sum);
    }

    private static long reduced(JavaRDD<String> lines) {
        return lines.map(line -> line.substring(0, KEY))
                .filter(key -> key.charAt(KEY - 1) % 2 == 0)
                .mapToPair(key -> new scala.Tuple2<>(key.substring(0, KEY - 2), 1L))
                .reduceByKey(Long::sum, Jobs.FILES)
                .map(pair -> pair._1().hashCode() * pair._2())
                .fold(0L, Long::sum);
    }

    private static PairRDD<String, String> keyed(RDD<String> lines) {
        return lines.mapToPair(line -> Tuple2.of(line.substring(0, KEY), line));
    }

    private static JavaPairRDD<String, String> keyed(JavaRDD<String> lines) {
        return lines.mapToPair(line -> new scala.Tuple2<>(line.substring(0, KEY), line));
    }

    /** The sum of the hashes of keys; far from it when they are not in order. */
    private static long inOrder(Iterator<String> keys) {
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
