/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.peers.sparkengine;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The contestants of W1 on Spark, one in a JVM. Arguments: {@code engine} or {@code dstreams}, a file with the pool of lines, lines a
 * batch, cores. {@code counts FILE} has it count one batch and write the counts to a file, {@code round BATCHES} count so many back to
 * back: each is due when the one before is done and its own lines have been received, which happens meanwhile.
 */
public final class WordCounts {
    private final ReadyLines source;
    private final int lines;
    private final WordCount stream;

    private WordCounts(ReadyLines source, int lines, WordCount stream) {
        this.source = source;
        this.lines = lines;
        this.stream = stream;
    }

    public static void main(String[] arguments) throws Exception {
        ReadyLines source = ReadyLines.begin(Files.readAllLines(Path.of(arguments[1]), StandardCharsets.UTF_8)
                .toArray(String[]::new));
        int lines = Integer.parseInt(arguments[2]);
        int cores = Integer.parseInt(arguments[3]);
        WordCount stream =
                arguments[0].equals("engine") ? new EngineWordCount(cores, lines) : new SparkWordCount(cores, lines);
        WordCounts counts = new WordCounts(source, lines, stream);
        Turns.serve(words -> words[0].equals("counts")
                ? counts.counts(Path.of(words[1]))
                : counts.round(Integer.parseInt(words[1])));
        Runtime.getRuntime().halt(0);
    }

    private long counts(Path file) throws Exception {
        stream.keep(true);
        round(1);
        stream.keep(false);
        Map<String, Long> counts = stream.counts();
        Files.write(
                file,
                counts.entrySet().stream()
                        .map(count -> count.getKey() + " " + count.getValue())
                        .collect(Collectors.toList()));
        return counts.size();
    }

    private long round(int batches) throws InterruptedException {
        source.grant(lines);
        source.awaitStored();
        for (int batch = 1; batch <= batches; batch++) {
            stream.tick();
            if (batch < batches) {
                source.grant(lines);
            }
            stream.awaitBatch();
            source.awaitStored();
        }
        return stream.takeWords();
    }
}
