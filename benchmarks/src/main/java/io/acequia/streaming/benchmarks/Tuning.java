/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import io.acequia.streaming.DStream;
import io.acequia.streaming.RDD;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.data.ByteSize;
import io.acequia.streaming.data.Codec;
import io.acequia.streaming.data.StorageLevel;
import io.acequia.streaming.listener.BatchInfo;
import io.acequia.streaming.receiver.Records;
import io.acequia.streaming.receiver.Source;
import io.acequia.streaming.receiver.UnreliableReceiver;
import io.acequia.streaming.testkit.ManualClock;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;

/** The tables of docs/tuning.md: one workload for each, with a row for each setting, and the median of the rounds. */
final class Tuning {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final int WARM_UPS = 4;
    private static final int LINES = 200_000;
    private static final int INTERVAL_ROUND_SECONDS = 3;

    private final int rounds;
    private final List<String> lines;

    private Tuning(Request request) {
        this.rounds = request.rounds();
        this.lines = List.of(LinePool.strings(Math.min(request.lines(), LINES)));
    }

    static void run(Request request) throws Exception {
        Tuning tuning = new Tuning(request);
        switch (request.workload()) {
            case "receiving" -> tuning.receiving();
            case "processing" -> tuning.processing();
            case "serialization" -> tuning.serialization();
            case "interval" -> tuning.interval();
            default -> tuning.memory();
        }
    }

    /** Receivers that take a while for each record, and batches that only count: more receivers, more records. */
    private void receiving() throws Exception {
        for (int receivers : new int[] {1, 2, 4}) {
            receive(receivers + " receivers", conf("local[2]"), receivers);
        }
        for (int millis : new int[] {20, 200, 1000}) {
            StreamingConf conf = conf("local[2]").set(StreamingConf.BLOCK_INTERVAL, Duration.ofMillis(millis));
            receive("2 receivers, streaming.block.interval = " + millis + "ms", conf, 2);
        }
    }

    private void receive(String label, StreamingConf conf, int receivers) throws Exception {
        try (StreamingContext context = new StreamingContext(conf, SECOND)) {
            Batches batches = new Batches();
            context.addStreamingListener(batches);
            List<DStream<Integer>> streams = new ArrayList<>();
            for (int i = 0; i < receivers; i++) {
                streams.add(context.receiverStream(Source.of("generator", Generator::new)));
            }
            context.union(streams).foreachRDD(RDD::count);
            context.start();
            batches.await(WARM_UPS);
            double[] speeds = new double[rounds];
            for (int i = 0; i < rounds; i++) {
                BatchInfo batch = batches.await(1).get(0);
                speeds[i] = batch.numRecords() / 1e3;
            }
            row(label, Samples.of(speeds), "k records/s");
        }
    }

    /** Brings the number of words of each line, for which it takes the line apart: as a parser would. */
    private static final class Generator implements UnreliableReceiver<Integer> {
        private static final int SOME = 10_000;
        private final byte[] text = LinePool.bytes(SOME);
        private int next;

        @Override
        public void connect() {}

        @Override
        public Records<Integer> read(int maxRecords, Duration maxWait) {
            List<Integer> records = new ArrayList<>();
            for (int i = 0; i < Math.min(maxRecords, SOME / 10); i++) {
                String line = new String(
                        text, next * LinePool.LINE_BYTES, LinePool.LINE_BYTES - 1, StandardCharsets.ISO_8859_1);
                records.add(line.split("[ ]+").length);
                next = (next + 1) % SOME;
            }
            return Records.of(records);
        }

        @Override
        public void close() {}
    }

    /** A word count over more and fewer partitions and workers. */
    private void processing() throws Exception {
        for (String master : new String[] {"local[1]", "local[2]"}) {
            for (int partitions : new int[] {1, 2, 4, 16, 128}) {
                StreamingConf conf = conf(master).set(StreamingConf.PARALLELISM, partitions);
                batches(master + ", " + partitions + " partitions", conf, partitions, stream -> QueueWordCount.count(
                                stream)
                        .foreachRDD(rdd -> rdd.foreachPartition(QueueWordCount::sum)));
            }
        }
    }

    /** Records of a class of one's own, kept for two outputs in several forms. */
    private void serialization() throws Exception {
        kept("records as objects (MEMORY_ONLY)", conf("local[2]"), StorageLevel.MEMORY_ONLY);
        kept(
                "serialized, registerClasses",
                conf("local[2]").registerClasses(Visit.class),
                StorageLevel.MEMORY_ONLY_SER);
        kept(
                "serialized, registerCodec",
                conf("local[2]").registerCodec("visit", Visit.class, new VisitCodec()),
                StorageLevel.MEMORY_ONLY_SER);
        kept(
                "serialized, streaming.serialization.unsafe.java",
                conf("local[2]").set(StreamingConf.UNSAFE_JAVA, Visit.class.getName()),
                StorageLevel.MEMORY_ONLY_SER);
    }

    /** The same within more and less memory. */
    private void memory() throws Exception {
        for (long mebibytes : new long[] {256, 4}) {
            for (StorageLevel level : new StorageLevel[] {
                StorageLevel.MEMORY_ONLY,
                StorageLevel.MEMORY_ONLY_SER,
                StorageLevel.MEMORY_AND_DISK,
                StorageLevel.DISK_ONLY
            }) {
                StreamingConf conf = conf("local[2]")
                        .registerClasses(Visit.class)
                        .set(StreamingConf.STORAGE_MEMORY, ByteSize.mebibytes(mebibytes));
                kept("streaming.storage.memory = " + mebibytes + "m, " + level, conf, level);
            }
        }
    }

    private void kept(String label, StreamingConf conf, StorageLevel level) throws Exception {
        batches(label, conf, 2, stream -> {
            DStream<Visit> visits = stream.map(Visit::of).persist(level);
            visits.foreachRDD(RDD::count);
            visits.map(Visit::length).foreachRDD(rdd -> rdd.reduce(Integer::sum));
        });
    }

    /** A word count at 10 k lines a second in batches of other lengths. */
    private void interval() throws Exception {
        for (int millis : new int[] {1000, 500, 200, 100, 20}) {
            SocketWordCount.Measured measured = SocketWordCount.run(
                    Duration.ofMillis(millis), 10, Duration.ofSeconds(INTERVAL_ROUND_SECONDS), rounds);
            System.out.printf(
                    Locale.ROOT,
                    "| %d ms | latency p50 %.0f ms | p99 %.0f ms | batch %.2f ms | busy %.1f %% |%n",
                    millis,
                    measured.medianLatency().median(),
                    measured.p99Latency().median(),
                    measured.batch().median(),
                    measured.batch().median() / millis * 100);
        }
    }

    /** Batches of the same lines, each timed from the step of the clock that makes it due until it is done. */
    private void batches(String label, StreamingConf conf, int partitions, Consumer<DStream<String>> program)
            throws Exception {
        ManualClock clock = new ManualClock(Instant.EPOCH);
        Queue<RDD<String>> queue = new ConcurrentLinkedQueue<>();
        try (StreamingContext context = new StreamingContext(conf, SECOND, clock)) {
            Batches batches = new Batches();
            context.addStreamingListener(batches);
            program.accept(context.queueStream(queue));
            context.start();
            double[] millis = new double[rounds];
            for (int round = -WARM_UPS; round < rounds; round++) {
                queue.add(context.batchContext().parallelize(lines, partitions));
                long before = System.nanoTime();
                clock.advance(SECOND);
                batches.await(1);
                if (round >= 0) {
                    millis[round] = (System.nanoTime() - before) / 1e6;
                }
            }
            row(label, Samples.of(millis), "ms");
        }
    }

    private static StreamingConf conf(String master) {
        return new StreamingConf().setMaster(master).setAppName("tuning");
    }

    private static void row(String label, Samples samples, String unit) {
        System.out.println("| " + label + " | " + samples.line(unit) + " |");
    }

    /** A class of the program. */
    record Visit(String page, int length, long at) implements Serializable {
        static Visit of(String line) {
            return new Visit(line, line.length(), line.hashCode());
        }
    }

    /** Written by hand for that class. */
    private static final class VisitCodec implements Codec<Visit> {
        @Override
        public void write(Visit visit, DataOutput out) throws IOException {
            out.writeUTF(visit.page());
            out.writeInt(visit.length());
            out.writeLong(visit.at());
        }

        @Override
        public Visit read(DataInput in) throws IOException {
            return new Visit(in.readUTF(), in.readInt(), in.readLong());
        }
    }
}
