/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.examples;

import io.acequia.streaming.DStream;
import io.acequia.streaming.DeadLetterSink;
import io.acequia.streaming.ErrorPolicy;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.data.Durations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Adds up the numbers that a text server sends, and puts aside what is none: {@code acequia run DeadLetters HOST PORT
 * DIRECTORY}. When it has ended it says where what was put aside lies. Without a policy, one bad line would stop the program:
 * nothing is left out unless somebody said so.
 */
public final class DeadLetters {
    private DeadLetters() {}

    // tag::dead-letters
    /** The sum of each batch; lines that are no numbers go to {@code dead}. */
    public static DStream<Integer> sums(DStream<String> lines, ErrorPolicy dead) {
        return lines.map(Integer::parseInt).uid("parse").onError(dead).reduce(Integer::sum);
    }

    public static void main(String[] args) throws Exception {
        if (args.length != 3) {
            throw new IllegalArgumentException("usage: DeadLetters HOST PORT DIRECTORY");
        }
        ErrorPolicy dead = ErrorPolicy.deadLetter(DeadLetterSink.toFiles(args[2]));
        StreamingConf conf = new StreamingConf().setAppName("DeadLetters");
        try (StreamingContext ssc = new StreamingContext(conf, Durations.seconds(1))) {
            DStream<String> lines = ssc.socketTextStream(args[0], Integer.parseInt(args[1]))
                    .uid("lines")
                    .onPoison(dead); // what never became a line: longer than streaming.source.max.line
            sums(lines, dead).print();
            ssc.start();
            ssc.awaitTermination();
        }
        letters(Path.of(args[2])).forEach(file -> System.out.println("dead letters in " + file));
    }
    // end::dead-letters

    /** The files of letters, oldest batch first. */
    private static List<Path> letters(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".jsonl"))
                    .sorted()
                    .toList();
        }
    }
}
