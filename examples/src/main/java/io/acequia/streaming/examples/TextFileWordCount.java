/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.examples;

import io.acequia.streaming.Output;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.data.Durations;

/**
 * Counts the words of the text files that appear in a directory, and writes the counts of each batch to a directory of its
 * own: {@code acequia run TextFileWordCount DIRECTORY OUTPUT_PREFIX}.
 *
 * <p>Write a file elsewhere on the same disk, then move it in: a file is taken once, as it is when it is first seen.
 */
public final class TextFileWordCount {
    private TextFileWordCount() {}

    // tag::text-files
    /** Counts of each batch in {@code outputPrefix-TIME}, which appears whole or not at all. */
    public static Output countFiles(StreamingContext ssc, String directory, String outputPrefix) {
        return NetworkWordCount.count(ssc.textFileStream(directory))
                .saveAsTextFiles(outputPrefix)
                .uid("word-counts");
    }

    public static void main(String[] args) throws Exception {
        if (args.length != 2) {
            throw new IllegalArgumentException("usage: TextFileWordCount DIRECTORY OUTPUT_PREFIX");
        }
        StreamingConf conf = new StreamingConf().setAppName("TextFileWordCount");
        try (StreamingContext ssc = new StreamingContext(conf, Durations.seconds(10))) {
            countFiles(ssc, args[0], args[1]);
            ssc.start();
            ssc.awaitTermination();
        }
    }
    // end::text-files
}
