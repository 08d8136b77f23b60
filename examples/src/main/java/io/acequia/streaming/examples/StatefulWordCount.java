/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.examples;

import io.acequia.streaming.DStream;
import io.acequia.streaming.MapWithStateDStream;
import io.acequia.streaming.PairRDD;
import io.acequia.streaming.State;
import io.acequia.streaming.StateSpec;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.data.Durations;
import io.acequia.streaming.data.Tuple2;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Counts the words of a text server since the start: {@code acequia run StatefulWordCount HOST PORT [FILE]}. Every second it
 * prints the words whose counts changed, and every ten seconds how many words there are. The file holds the counts to begin
 * with, in lines {@code WORD COUNT}.
 */
public final class StatefulWordCount {
    private StatefulWordCount() {}

    // tag::stateful-word-count
    /** The new count of each word that occurs in a batch; the counts begin with {@code initial}. */
    public static MapWithStateDStream<String, Integer, Integer, Tuple2<String, Integer>> runningCounts(
            DStream<String> lines, PairRDD<String, Integer> initial) {
        return lines.flatMap(line -> Arrays.asList(line.split(" ")).iterator())
                .mapToPair(word -> Tuple2.of(word, 1))
                .reduceByKey(Integer::sum)
                .mapWithState(StateSpec.function((String word, Optional<Integer> occurs, State<Integer> count) -> {
                            int sum = count.getOption().orElse(0) + occurs.orElse(0);
                            count.update(sum);
                            return Tuple2.of(word, sum);
                        })
                        .initialState(initial));
    }

    public static void main(String[] args) throws Exception {
        if (args.length != 2 && args.length != 3) {
            throw new IllegalArgumentException("usage: StatefulWordCount HOST PORT [FILE]");
        }
        StreamingConf conf = new StreamingConf().setAppName("StatefulWordCount");
        try (StreamingContext ssc = new StreamingContext(conf, Durations.seconds(1))) {
            PairRDD<String, Integer> initial = args.length == 3
                    ? ssc.batchContext().textFile(args[2]).mapToPair(StatefulWordCount::wordAndCount)
                    : ssc.batchContext().parallelizePairs(List.of());
            var counts = runningCounts(ssc.socketTextStream(args[0], Integer.parseInt(args[1])), initial);
            counts.uid("counts").print();
            counts.stateSnapshots().foreachRDD((words, time) -> {
                if (time.isMultipleOf(Durations.seconds(10))) {
                    System.out.println(time + ": " + words.count() + " words so far");
                }
            });
            ssc.start();
            ssc.awaitTermination();
        }
    }
    // end::stateful-word-count

    private static Tuple2<String, Integer> wordAndCount(String line) {
        String[] parts = line.split(" ", 2);
        return Tuple2.of(parts[0], Integer.parseInt(parts[1]));
    }
}
