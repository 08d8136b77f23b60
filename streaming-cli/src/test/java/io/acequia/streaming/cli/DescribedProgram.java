/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import io.acequia.streaming.PairDStream;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.data.StorageLevel;
import io.acequia.streaming.data.Tuple2;
import java.time.Duration;
import java.util.Optional;

/** A program whose graph has all kinds of boxes, and names with all that a form may take for its own; prints before it starts. */
public final class DescribedProgram {
    private DescribedProgram() {}

    public static void main(String[] args) throws InterruptedException {
        StreamingConf conf = new StreamingConf().setMaster("local[1]").setAppName("orders \"2026\"");
        try (StreamingContext ssc = new StreamingContext(conf, Duration.ofSeconds(1))) {
            ssc.checkpoint(args[0]);
            PairDStream<String, Integer> words = ssc.socketTextStream("127.0.0.1", 9)
                    .uid("lines")
                    .mapToPair(word -> Tuple2.of(word, 1))
                    .name("words <b>; \\ #1 & [x]\n`y`|{z}");
            words.<Integer>updateStateByKey((values, state) -> Optional.of(values.size()))
                    .uid("counts")
                    .foreachRDD(rdd -> {})
                    .uid("store");
            words.join(words.reduceByKeyAndWindow(Integer::sum, Duration.ofSeconds(4), Duration.ofSeconds(1)))
                    .persist(StorageLevel.MEMORY_ONLY)
                    .print();
            System.out.println("about to start");
            ssc.start();
            ssc.awaitTermination();
        }
    }
}
