/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import io.acequia.streaming.PairDStream;
import io.acequia.streaming.RDD;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;

/** The child of W7: a word count in batches of 100 ms over a queue that is filled before the start. */
final class QueueProgram {
    private QueueProgram() {}

    public static void main(String[] arguments) throws Exception {
        List<String> lines = Files.readAllLines(Path.of(arguments[0]));
        int linesEachBatch = Integer.parseInt(arguments[1]);
        int batches = lines.size() / linesEachBatch;
        StreamingConf conf = new StreamingConf()
                .setMaster("local[2]")
                .setAppName("W7")
                .set(StreamingConf.STOP_AFTER_BATCHES, (long) batches);
        LongAdder words = new LongAdder();
        try (StreamingContext context = new StreamingContext(conf, Duration.ofMillis(100))) {
            Queue<RDD<String>> queue = new ConcurrentLinkedQueue<>();
            for (int i = 0; i < batches; i++) {
                List<String> part = lines.subList(i * linesEachBatch, (i + 1) * linesEachBatch);
                queue.add(context.batchContext().parallelize(part, TwoThreads.COUNT));
            }
            PairDStream<String, Integer> counts = QueueWordCount.count(context.queueStream(queue));
            counts.print();
            counts.foreachRDD(rdd -> rdd.foreachPartition(rows -> words.add(QueueWordCount.sum(rows))));
            context.start();
            context.awaitTermination();
        }
        ProcessStatus.tell(words.sum());
    }
}
