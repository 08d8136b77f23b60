/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.peers.spark.migrating;

import java.util.Arrays;
import java.util.Collections;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.Optional;
import org.apache.spark.streaming.Durations;
import org.apache.spark.streaming.State;
import org.apache.spark.streaming.StateSpec;
import org.apache.spark.streaming.api.java.JavaMapWithStateDStream;
import org.apache.spark.streaming.api.java.JavaStreamingContext;
import scala.Tuple2;

/** As it was for Spark: the first program of docs/migrating-from-spark.md. */
public final class StatefulWordCount {
    private StatefulWordCount() {}

    // tag::stateful-word-count-for-spark
    public static void main(String[] args) throws Exception {
        SparkConf conf = new SparkConf().setAppName("StatefulWordCount");
        JavaStreamingContext ssc = new JavaStreamingContext(conf, Durations.seconds(1));
        ssc.checkpoint("checkpoints");
        JavaPairRDD<String, Integer> initial = ssc.sparkContext().parallelizePairs(Collections.emptyList());

        JavaMapWithStateDStream<String, Integer, Integer, Tuple2<String, Integer>> counts = ssc.socketTextStream(
                        args[0], Integer.parseInt(args[1]))
                .flatMap(line -> Arrays.asList(line.split(" ")).iterator())
                .mapToPair(word -> new Tuple2<>(word, 1))
                .reduceByKey(Integer::sum)
                .mapWithState(StateSpec.function((String word, Optional<Integer> occurs, State<Integer> count) -> {
                            int sum = (count.exists() ? count.get() : 0) + occurs.orElse(0);
                            count.update(sum);
                            return new Tuple2<>(word, sum);
                        })
                        .initialState(initial));
        counts.print();
        counts.stateSnapshots().foreachRDD((words, time) -> {
            if (time.isMultipleOf(Durations.seconds(10))) {
                System.out.println(time + ": " + words.count() + " words so far");
            }
        });
        ssc.start();
        ssc.awaitTermination();
    }
    // end::stateful-word-count-for-spark
}
