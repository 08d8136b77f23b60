/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.examples;

import io.acequia.streaming.DStream;
import io.acequia.streaming.PairDStream;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.data.Durations;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.function.Ordering;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Finds the hashtags that a text server sent most often within the last minute, every two seconds:
 * {@code acequia run WindowedHashtags HOST PORT}; or {@code acequia run WindowedHashtags --demo}.
 */
public final class WindowedHashtags {
    private static final Duration WINDOW = Durations.minutes(1);
    private static final Duration SLIDE = Durations.seconds(2);
    private static final Pattern HASHTAG = Pattern.compile("#[\\p{L}\\p{N}_]+");

    private WindowedHashtags() {}

    // tag::hashtags
    private static final Ordering<Tuple2<String, Long>> MOST_FIRST =
            (a, b) -> a._2().equals(b._2()) ? a._1().compareTo(b._1()) : b._2().compareTo(a._2());

    /** The {@code k} hashtags that occur most often in the window, the most frequent first. */
    public static DStream<Tuple2<String, Long>> top(int k, DStream<String> lines) {
        return lines.flatMap(line -> hashtags(line).iterator())
                .countByValueAndWindow(WINDOW, SLIDE)
                .transform(counts -> counts.context().parallelize(counts.takeOrdered(k, MOST_FIRST), 1));
    }
    // end::hashtags

    // tag::longest
    /** The longest line with each hashtag in the window: what left it cannot be taken out of a maximum, so no inverse. */
    public static PairDStream<String, String> longest(DStream<String> lines) {
        return lines.flatMapToPair(
                        line -> hashtags(line).map(tag -> Tuple2.of(tag, line)).iterator())
                .reduceByKeyAndWindow((a, b) -> a.length() >= b.length() ? a : b, WINDOW, SLIDE);
    }
    // end::longest

    private static Stream<String> hashtags(String line) {
        return HASHTAG.matcher(line.toLowerCase(Locale.ROOT)).results().map(MatchResult::group);
    }

    public static void main(String[] args) throws Exception {
        if (args.length != 2) {
            throw new IllegalArgumentException("usage: WindowedHashtags HOST PORT");
        }
        StreamingConf conf = new StreamingConf().setAppName("WindowedHashtags");
        try (StreamingContext ssc = new StreamingContext(conf, Durations.seconds(1))) {
            DStream<String> lines = ssc.socketTextStream(args[0], Integer.parseInt(args[1]));
            top(10, lines).name("top").print();
            longest(lines).name("longest").print();
            ssc.start();
            ssc.awaitTermination();
        }
    }
}
