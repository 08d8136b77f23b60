/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import com.sun.management.OperatingSystemMXBean;
import io.acequia.streaming.BatchContext;
import io.acequia.streaming.DStream;
import io.acequia.streaming.RDD;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.data.Durations;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.listener.BatchInfo;
import io.acequia.streaming.listener.StreamingListener;
import io.acequia.streaming.receiver.Records;
import io.acequia.streaming.receiver.Source;
import io.acequia.streaming.receiver.UnreliableReceiver;
import io.acequia.streaming.testkit.ChildJvm;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * What the driver of a cluster spends on tasks that do nothing, on a shuffle of nothing, and on receivers with little to do: in
 * microseconds of its process, in all of its threads, as the operating system counts them. A line of figures for each.
 */
public final class DriverCost {
    private static final int ROUNDS = 5;
    private static final int WARM_UP = 3;
    private static final int SECONDS = 15;
    private static final OperatingSystemMXBean PROCESS =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private DriverCost() {}

    /** Arguments: the master, the checkpoint directory, the number of receivers. */
    public static void main(String[] arguments) throws Exception {
        ChildJvm.endWithParent();
        StreamingConf conf = StreamingConf.withoutDefaults()
                .setMaster(arguments[0])
                .setAppName("cost")
                .set(StreamingConf.BLOCK_INTERVAL, Duration.ofMillis(200));
        try (BatchContext batch = new BatchContext(conf)) {
            for (int tasks : List.of(100, 1000)) {
                RDD<Integer> numbers = numbers(batch, tasks);
                measure("tasks", tasks, () -> numbers.map(n -> n + 1).count());
            }
            for (int pieces : List.of(50, 200)) {
                RDD<Tuple2<Integer, Integer>> pairs = numbers(batch, pieces).map(n -> Tuple2.of(n, n));
                measure(
                        "tasks of a shuffle in " + pieces + " x " + pieces + " pieces",
                        2 * pieces,
                        () -> pairs.mapToPair(pair -> pair)
                                .reduceByKey(Integer::sum, pieces)
                                .count());
            }
            receive(batch, arguments[1], Integer.parseInt(arguments[2]));
        }
    }

    private static RDD<Integer> numbers(BatchContext batch, int partitions) {
        return batch.parallelize(IntStream.range(0, partitions).boxed().toList(), partitions);
    }

    private static void measure(String what, int tasks, Callable<Long> job) throws Exception {
        List<Double> wall = new ArrayList<>();
        List<Double> driver = new ArrayList<>();
        for (int round = -WARM_UP; round < ROUNDS; round++) {
            long began = System.nanoTime();
            long spent = PROCESS.getProcessCpuTime();
            job.call();
            if (round >= 0) {
                wall.add((System.nanoTime() - began) / 1e3 / tasks);
                driver.add((PROCESS.getProcessCpuTime() - spent) / 1e3 / tasks);
            }
        }
        System.out.printf("%d %s: %.0f us each, of the driver %.0f us%n", tasks, what, median(wall), median(driver));
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().skip(values.size() / 2).findFirst().orElseThrow();
    }

    /** Batches of a second, with a log; an output that counts. */
    private static void receive(BatchContext batch, String directory, int receivers) throws Exception {
        try (StreamingContext context = new StreamingContext(batch, Durations.seconds(1))) {
            context.checkpoint(directory);
            List<DStream<String>> streams = new ArrayList<>();
            for (int i = 0; i < receivers; i++) {
                streams.add(context.receiverStream(Source.of("drops " + i, Drops::new))
                        .uid("drops " + i));
            }
            context.union(streams).foreachRDD(rdd -> rdd.count());
            Batches batches = new Batches();
            context.addStreamingListener(batches);
            context.start();
            batches.warm.await();
            long spent = PROCESS.getProcessCpuTime();
            batches.measured.await();
            System.out.printf(
                    "%d receivers: of the driver %.0f us a second%n",
                    receivers, (PROCESS.getProcessCpuTime() - spent) / 1e3 / SECONDS);
        }
    }

    private static final class Batches implements StreamingListener {
        final CountDownLatch warm = new CountDownLatch(SECONDS);
        final CountDownLatch measured = new CountDownLatch(2 * SECONDS);

        @Override
        public void onBatchCompleted(BatchInfo b) {
            warm.countDown();
            measured.countDown();
        }
    }

    /** A record in each tenth of a second. */
    private static final class Drops implements UnreliableReceiver<String> {
        private final Semaphore never = new Semaphore(0);

        @Override
        public void connect() {}

        @Override
        public Records<String> read(int maxRecords, Duration maxWait) throws InterruptedException {
            never.tryAcquire(Math.min(maxWait.toMillis(), 100), TimeUnit.MILLISECONDS);
            return Records.of(maxRecords == 0 ? List.of() : List.of("drop"));
        }

        @Override
        public void close() {}
    }
}
