/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import io.acequia.streaming.DStream;
import io.acequia.streaming.Output;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.data.Durations;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.kafka.KafkaDirectSource;
import io.acequia.streaming.testkit.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * Counts words on a cluster: each number is a word. What it puts out are files {@code OUTPUT~TIME~PARTITION}: the numbers of a batch, the
 * counts of all batches, and those of a window.
 */
public final class ClusterProgram {
    static final Duration INTERVAL = Duration.ofSeconds(1);
    static final int WINDOW = 4;
    static final String RECEIVER = "receiver";
    static final String KAFKA = "kafka";
    static final String NUMBERS = "numbers";
    static final String TOTALS = "totals";
    static final String WINDOWS = "windows";
    static final String CHANGED = "changed";

    private ClusterProgram() {}

    /** The word that a number stands for. */
    static String word(long number) {
        return "word-" + number % 23;
    }

    /**
     * Arguments: the master, the checkpoint directory, the folder of the output, and what it reads: {@code receiver PORT}, or
     * {@code kafka BROKERS TOPIC}.
     */
    public static void main(String[] arguments) throws Exception {
        ChildJvm.endWithParent();
        String output = arguments[2];
        StreamingConf conf = StreamingConf.withoutDefaults()
                .setMaster(arguments[0])
                .setAppName("cluster")
                .set(StreamingConf.PARALLELISM, 2)
                .set(StreamingConf.STOP_TIMEOUT, Duration.ofSeconds(100))
                .set(StreamingConf.BLOCK_INTERVAL, Duration.ofMillis(100))
                .set(StreamingConf.RECEIVER_RETRY_FIRST, Duration.ofMillis(50))
                .set(StreamingConf.RECEIVER_RETRY_MOST, Duration.ofMillis(200));
        try (StreamingContext context = new StreamingContext(conf, INTERVAL)) {
            context.checkpoint(arguments[1]);
            DStream<Long> numbers = numbers(context, arguments);
            numbers.foreachPartition(NUMBERS, (key, each) -> write(output, NUMBERS, key, each));
            var pairs = numbers.mapToPair(number -> Tuple2.of(word(number), 1L));
            pairs.<Long>updateStateByKey((values, sum) -> Optional.of(
                            sum.orElse(0L) + values.stream().mapToLong(x -> x).sum()))
                    .uid("state")
                    .foreachPartition(TOTALS, (key, each) -> write(output, TOTALS, key, each));
            pairs.reduceByKeyAndWindow(Long::sum, Durations.milliseconds(INTERVAL.toMillis() * WINDOW))
                    .uid("window")
                    .foreachPartition(WINDOWS, (key, each) -> write(output, WINDOWS, key, each));
            context.start();
            context.awaitTermination();
        }
    }

    private static DStream<Long> numbers(StreamingContext context, String[] arguments) {
        if (arguments[3].equals(KAFKA)) {
            return context.directStream(KafkaDirectSource.builder(StringDeserializer.class, StringDeserializer.class)
                            .bootstrapServers(arguments[4])
                            .topics(arguments[5])
                            .startAt(KafkaDirectSource.Start.EARLIEST)
                            .build())
                    .uid("read")
                    .map(record -> Long.valueOf(record.value()));
        }
        return context.receiverStream(new NumbersSource(Integer.parseInt(arguments[4])))
                .uid("received");
    }

    /** A file has its name when it is whole; what is written again must be the same. */
    private static void write(String folder, String name, Output.Key key, Iterator<?> records) throws IOException {
        List<String> lines = new ArrayList<>();
        records.forEachRemaining(
                record -> lines.add(record instanceof Tuple2<?, ?> pair ? pair._1() + " " + pair._2() : "" + record));
        if (!name.equals(NUMBERS)) {
            lines.sort(null); // the order of keys is nobody's promise
        }
        String file = name + "~" + key.time().milliseconds() + "~" + key.partition();
        Path whole = Path.of(folder, file);
        if (Files.exists(whole) && !Files.readAllLines(whole).equals(lines)) {
            Files.write(Path.of(folder, CHANGED + "~" + file), lines);
            return;
        }
        Path begun = Path.of(folder, "." + file + "~" + ProcessHandle.current().pid());
        Files.write(begun, lines);
        Files.move(begun, whole, StandardCopyOption.ATOMIC_MOVE);
    }
}
