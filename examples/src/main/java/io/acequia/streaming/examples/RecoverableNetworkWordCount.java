/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.examples;

import io.acequia.streaming.DStream;
import io.acequia.streaming.PairDStream;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.data.Accumulator;
import io.acequia.streaming.data.Durations;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.data.Tuple2;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Counts the words of a text server since the very first start: {@code acequia run RecoverableNetworkWordCount HOST PORT CHECKPOINTS
 * OUT}, or with {@code --demo} in place of host and port. Kill it and start it again: counts and the number of dropped words go on. Each
 * batch has a file in OUT.
 */
public final class RecoverableNetworkWordCount {
    private static final Set<String> DROPPED = Set.of("a", "an", "the");

    private RecoverableNetworkWordCount() {}

    // tag::recoverable
    /** The program: it runs at every start, and what earlier runs left is taken up by the uids in it. */
    static StreamingContext create(String host, int port, Path out) {
        StreamingConf conf = new StreamingConf().setAppName("RecoverableNetworkWordCount");
        StreamingContext ssc = new StreamingContext(conf, Durations.seconds(1));
        Accumulator<Long> dropped = ssc.batchContext().longAccumulator("dropped words");
        counts(ssc.socketTextStream(host, port).uid("lines"), dropped)
                .foreachRDD((counts, time) -> write(out, time, counts.collect(), dropped.value()))
                .uid("files");
        return ssc;
    }

    /** How often each word came since the first start; words that say nothing are dropped, and counted. */
    static PairDStream<String, Integer> counts(DStream<String> lines, Accumulator<Long> dropped) {
        return lines.flatMap(line -> Arrays.asList(line.split(" ")).iterator())
                .filter(word -> {
                    if (DROPPED.contains(word)) {
                        dropped.add(1L);
                        return false;
                    }
                    return true;
                })
                .mapToPair(word -> Tuple2.of(word, 1))
                .updateStateByKey(
                        Integer.class,
                        (ones, count) -> Optional.of(ones.stream().reduce(count.orElse(0), Integer::sum)))
                .uid("counts");
    }

    /** A batch that is repeated writes the same file again, whole or not at all. */
    static void write(Path out, Time time, List<Tuple2<String, Integer>> counts, long dropped) throws IOException {
        String words = counts.stream().map(Tuple2::toString).sorted().collect(Collectors.joining(" "));
        Path aside = out.resolve(time.milliseconds() + ".tmp");
        Files.createDirectories(out);
        Files.writeString(aside, words + "\ndropped: " + dropped + "\n");
        Files.move(aside, out.resolve(time.milliseconds() + ".txt"), StandardCopyOption.ATOMIC_MOVE);
    }

    public static void main(String[] args) throws Exception {
        if (args.length != 4) {
            throw new IllegalArgumentException("usage: RecoverableNetworkWordCount HOST PORT CHECKPOINTS OUT");
        }
        Path out = Path.of(args[3]);
        try (StreamingContext ssc =
                StreamingContext.getOrCreate(args[2], () -> create(args[0], Integer.parseInt(args[1]), out))) {
            ssc.start();
            System.out.println((ssc.isRecovered() ? "goes on from " : "begins in ") + args[2] + ", writes to " + out);
            ssc.awaitTermination();
        }
    }
    // end::recoverable
}
