/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.examples;

import io.acequia.streaming.DStream;
import io.acequia.streaming.PairRDD;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.data.Broadcast;
import io.acequia.streaming.data.Durations;
import io.acequia.streaming.data.Tuple2;
import java.util.HashSet;
import java.util.Set;

/**
 * Leaves out what users on a black list say, of lines {@code USER TEXT}: {@code acequia run BlackListJoin HOST PORT FILE},
 * where each line of the file is a user.
 *
 * <p>Two ways: a join with an RDD, for a list too large for the memory of one machine, and a broadcast, for any other. Both go
 * through {@code transform}, which gives the RDD of each batch to a function that may combine it with any other RDD.
 */
public final class BlackListJoin {
    private BlackListJoin() {}

    // tag::black-list-join
    /** The list is an RDD: the lines of each batch are joined with it by user. */
    public static DStream<String> joined(DStream<String> lines, PairRDD<String, Boolean> blackList) {
        return lines.keyBy(BlackListJoin::userOf).transform(byUser -> byUser.leftOuterJoin(blackList)
                .filter(found -> found._2()._2().isEmpty())
                .map(found -> found._2()._1()));
    }
    // end::black-list-join

    // tag::black-list-broadcast
    /** The list is sent to each machine once: no line moves. */
    public static DStream<String> filtered(DStream<String> lines, Broadcast<Set<String>> blackList) {
        return lines.transform(batch -> batch.filter(line -> !blackList.value().contains(userOf(line))));
    }
    // end::black-list-broadcast

    /** What stands before the first blank. */
    private static String userOf(String line) {
        return line.split(" ", 2)[0];
    }

    public static void main(String[] args) throws Exception {
        if (args.length != 3) {
            throw new IllegalArgumentException("usage: BlackListJoin HOST PORT FILE");
        }
        StreamingConf conf = new StreamingConf().setAppName("BlackListJoin");
        try (StreamingContext ssc = new StreamingContext(conf, Durations.seconds(1))) {
            PairRDD<String, Boolean> blackList = ssc.batchContext()
                    .textFile(args[2])
                    .mapToPair(user -> Tuple2.of(user, true))
                    .cache();
            Set<String> users = new HashSet<>(blackList.keys().collect());
            DStream<String> lines = ssc.socketTextStream(args[0], Integer.parseInt(args[1]));
            joined(lines, blackList).name("joined").print();
            filtered(lines, ssc.batchContext().broadcast(users))
                    .name("filtered")
                    .print();
            ssc.start();
            ssc.awaitTermination();
        }
    }
}
