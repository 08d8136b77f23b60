/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import io.acequia.streaming.DStream;
import io.acequia.streaming.RDD;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.receiver.Receiver;
import io.acequia.streaming.receiver.Source;
import io.acequia.streaming.testkit.ManualClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A streaming job with many receivers, of which the driver is real and the receivers are simulated: all of them are one stream, whose
 * output may run a task for each partition. It has a checkpoint directory, so each batch is in the journal. Its clock stands still between
 * batches.
 */
final class SimulatedJob implements AutoCloseable {
    static final Duration INTERVAL = Duration.ofSeconds(1);

    private final ManualClock clock = new ManualClock(Instant.EPOCH);
    private final Batches batches = new Batches();
    private final Path directory;
    private final StreamingContext context;
    private final SimulatedReceivers.Started started;
    private volatile boolean runs;
    private volatile long begunAt;
    private volatile long ranAt;
    private volatile int tasks;

    /**
     * Starts it.
     *
     * @param master of the engine below
     * @param parallelism of that engine
     */
    SimulatedJob(String master, int receivers, int parallelism) throws IOException {
        directory = Files.createTempDirectory("acequia-scale-");
        StreamingConf conf = new StreamingConf()
                .setMaster(SimulatedReceivers.master(master))
                .setAppName("scale")
                .set(StreamingConf.PARALLELISM, parallelism)
                .set(StreamingConf.STOP_ON_SHUTDOWN, false);
        context = new StreamingContext(conf, INTERVAL, clock);
        started = SimulatedReceivers.take();
        context.checkpoint(directory.resolve("job").toString());
        context.addStreamingListener(batches);
        List<DStream<String>> streams = new ArrayList<>();
        for (int i = 0; i < receivers; i++) {
            streams.add(context.receiverStream(new Nothing(i)).uid("receiver-" + i));
        }
        context.transform(streams, (rdds, time) -> union(context, rdds)).foreachRDD(rdd -> {
            begunAt = System.nanoTime();
            tasks = rdd.getNumPartitions();
            if (runs) {
                rdd.foreachPartition(records -> {});
            }
            ranAt = System.nanoTime();
        });
        context.start();
    }

    /** All at once: of two after two, as {@code union} of streams makes it, Spark cannot serialize some hundred. */
    @SuppressWarnings("unchecked") // all are streams of text
    private static RDD<String> union(StreamingContext context, List<RDD<?>> rdds) {
        return context.batchContext().union((List<RDD<String>>) (List<?>) rdds);
    }

    List<SimulatedReceiver> receivers() {
        return started.receivers();
    }

    /**
     * Where a batch spent its time, in nanoseconds.
     *
     * @param planning from its time until every stream has its blocks and its dataset
     * @param making until the first output begins: the journal has the batch, forced, and its RDDs are made
     * @param running the output's job, a task for each partition, if it runs
     * @param ending until a listener hears of its end: the journal has that, forced
     * @param tasks how many there were
     * @param journal bytes that were written there
     * @param release how long a block of an earlier batch took to be let go, meanwhile
     */
    record Batch(long planning, long making, long running, long ending, int tasks, long journal, double release) {}

    /** Every receiver adds so many blocks; then a batch takes them, whose output runs a job or does not. */
    Batch batch(int blocksEach, boolean withJob) throws IOException, InterruptedException {
        runs = withJob;
        for (int i = 0; i < blocksEach; i++) {
            for (SimulatedReceiver receiver : receivers()) {
                receiver.ask(receiver.nextBlock());
            }
        }
        long written = journalBytes();
        long dueAt = System.nanoTime();
        clock.advance(INTERVAL);
        batches.await(1);
        long endedAt = System.nanoTime();
        return new Batch(
                started.plannedAt() - dueAt,
                begunAt - started.plannedAt(),
                ranAt - begunAt,
                endedAt - ranAt,
                tasks,
                journalBytes() - written,
                started.releasingABlock());
    }

    private long journalBytes() throws IOException {
        long bytes = 0;
        try (Stream<Path> segments = Files.list(directory.resolve("job").resolve("journal"))) {
            for (Path segment : segments.toList()) {
                bytes += Files.size(segment);
            }
        }
        return bytes;
    }

    @Override
    public void close() throws IOException {
        context.stop(true, false);
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }

    /** A source whose receivers are simulated, so nobody reads it. */
    private record Nothing(int number) implements Source<String> {
        @Override
        public String name() {
            return "receiver " + number;
        }

        @Override
        public Receiver<String> newReceiver() {
            throw new UnsupportedOperationException("the receivers of this job are simulated");
        }
    }
}
