/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import io.acequia.streaming.BatchContext;
import io.acequia.streaming.DStream;
import io.acequia.streaming.RDD;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.testkit.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;

/**
 * A stream that gives numbers for words which are in memory already. A step of a manual clock makes each batch due, and the
 * next step follows when a listener has heard that it is done. The program's output hands the pairs of each batch to
 * {@link #sum} or {@link #count}, which read them to their end.
 */
final class SteppedCounts implements AutoCloseable {
    private final Duration interval;
    private final ManualClock clock = new ManualClock(Instant.EPOCH);
    private final Batches batches = new Batches();
    private final Queue<RDD<String>> queue = new ConcurrentLinkedQueue<>();
    private final LongAdder read = new LongAdder();
    private final StreamingContext context;
    private volatile boolean collects;
    private volatile Map<String, Long> collected = Map.of();

    /** Starts the stream that {@code program} defines. */
    SteppedCounts(String name, Duration interval, BiConsumer<DStream<String>, SteppedCounts> program) {
        this(name, "local[" + TwoThreads.COUNT + "]", interval, program);
    }

    /** The same on an engine that is named. */
    SteppedCounts(String name, String master, Duration interval, BiConsumer<DStream<String>, SteppedCounts> program) {
        this.interval = interval;
        StreamingConf conf =
                new StreamingConf().setMaster(master).setAppName(name).set(StreamingConf.MULTIPLE_CONTEXTS, true);
        this.context = new StreamingContext(conf, interval, clock);
        context.addStreamingListener(batches);
        program.accept(context.queueStream(queue), this);
        context.start();
    }

    BatchContext batchContext() {
        return context.batchContext();
    }

    /** An output that adds up the numbers. */
    <N extends Number> void sum(RDD<Tuple2<String, N>> pairs) {
        LongAdder sum = read;
        if (!collect(pairs)) {
            pairs.foreachPartition(some -> sum.add(sum(some)));
        }
    }

    /** An output that counts the pairs. */
    <N extends Number> void count(RDD<Tuple2<String, N>> pairs) {
        if (!collect(pairs)) {
            read.add(pairs.count());
        }
    }

    private <N extends Number> boolean collect(RDD<Tuple2<String, N>> pairs) {
        if (collects) {
            Map<String, Long> numbers = new HashMap<>();
            pairs.collect().forEach(pair -> numbers.put(pair._1(), pair._2().longValue()));
            collected = numbers;
        }
        return collects;
    }

    /** Reads pairs to their end; the sum of their numbers. */
    static <N extends Number> long sum(Iterator<Tuple2<String, N>> pairs) {
        long sum = 0;
        while (pairs.hasNext()) {
            sum += pairs.next()._2().longValue();
        }
        return sum;
    }

    /** One batch; all pairs that it gave. */
    Map<String, Long> pairs(List<String> words) throws InterruptedException {
        collects = true;
        batch(words);
        collects = false;
        Map<String, Long> pairs = collected;
        collected = Map.of();
        return pairs;
    }

    /** So many batches back to back; what their outputs read. */
    long read(List<List<String>> wordsOfBatches) throws InterruptedException {
        for (List<String> words : wordsOfBatches) {
            batch(words);
        }
        return read.sumThenReset();
    }

    private void batch(List<String> words) throws InterruptedException {
        queue.add(context.batchContext().parallelize(words, TwoThreads.COUNT));
        clock.advance(interval);
        batches.await(1);
    }

    @Override
    public void close() {
        context.stop();
    }
}
