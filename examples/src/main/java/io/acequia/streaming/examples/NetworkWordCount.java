/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.examples;

import io.acequia.streaming.DStream;
import io.acequia.streaming.PairDStream;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.data.Durations;
import io.acequia.streaming.data.Tuple2;
import java.util.Arrays;

/**
 * Counts the words of a text server, every second: {@code acequia run NetworkWordCount HOST PORT}, with {@code nc -lk 9999} for
 * a server; or {@code acequia run NetworkWordCount --demo}, which brings one.
 */
public final class NetworkWordCount {
    private NetworkWordCount() {}

    // tag::word-count
    public static PairDStream<String, Integer> count(DStream<String> lines) {
        return lines.flatMap(line -> Arrays.asList(line.split(" ")).iterator())
                .mapToPair(word -> Tuple2.of(word, 1))
                .reduceByKey(Integer::sum);
    }

    public static void main(String[] args) throws Exception {
        if (args.length != 2) {
            throw new IllegalArgumentException("usage: NetworkWordCount HOST PORT");
        }
        StreamingConf conf = new StreamingConf().setAppName("NetworkWordCount");
        try (StreamingContext ssc = new StreamingContext(conf, Durations.seconds(1))) {
            count(ssc.socketTextStream(args[0], Integer.parseInt(args[1]))).print();
            ssc.start();
            ssc.awaitTermination();
        }
    }
    // end::word-count
}
