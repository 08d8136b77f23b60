/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.examples;

import io.acequia.streaming.DStream;
import io.acequia.streaming.PairDStream;
import io.acequia.streaming.RDD;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.data.Durations;
import io.acequia.streaming.data.Tuple2;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Feeds a stream from the program itself: whatever lies in a queue becomes a batch. For trying things out, and for data that
 * the program has at hand; the queue is gone with the process.
 */
public final class QueueStream {
    private QueueStream() {}

    // tag::queue-stream
    /** How many numbers end in each digit. */
    public static PairDStream<Integer, Integer> lastDigits(DStream<Integer> numbers) {
        return numbers.mapToPair(number -> Tuple2.of(number % 10, 1)).reduceByKey(Integer::sum);
    }

    public static void main(String[] args) throws Exception {
        StreamingConf conf = new StreamingConf().setAppName("QueueStream");
        try (StreamingContext ssc = new StreamingContext(conf, Durations.seconds(1))) {
            Queue<RDD<Integer>> queue = new ConcurrentLinkedQueue<>();
            lastDigits(ssc.queueStream(queue)).print();
            ssc.start();
            do {
                queue.add(ssc.batchContext().parallelize(oneTo(1000)));
            } while (!ssc.awaitTerminationOrTimeout(Duration.ofSeconds(1)));
        }
    }
    // end::queue-stream

    private static List<Integer> oneTo(int last) {
        return IntStream.rangeClosed(1, last).boxed().collect(Collectors.toList());
    }
}
