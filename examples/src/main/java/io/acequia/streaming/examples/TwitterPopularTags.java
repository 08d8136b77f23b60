/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.examples;

import io.acequia.streaming.DStream;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.data.Durations;
import io.acequia.streaming.data.Secret;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.function.Ordering;
import io.acequia.streaming.twitter.Tweet;
import io.acequia.streaming.twitter.XFilteredStreamSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;

/**
 * Finds the most popular hashtags of the posts that match the rules of an application at X, within the last minute and the
 * last ten seconds: {@code acequia run TwitterPopularTags TOKEN_FILE [URL]}. The rules are made by {@link XRules}.
 */
public final class TwitterPopularTags {
    private static final Duration SLIDE = Durations.seconds(2);

    private TwitterPopularTags() {}

    // tag::popular-tags
    private static final Ordering<Tuple2<String, Long>> MOST_FIRST =
            (a, b) -> a._2().equals(b._2()) ? a._1().compareTo(b._1()) : b._2().compareTo(a._2());

    /** The ten hashtags that occur most often in the window, the most frequent first. */
    static DStream<Tuple2<String, Long>> popular(DStream<Tweet> posts, Duration window) {
        return posts.flatMap(post -> post.hashtags().iterator())
                .map(tag -> tag.toLowerCase(Locale.ROOT))
                .countByValueAndWindow(window, SLIDE)
                .transform(counts -> counts.context().parallelize(counts.takeOrdered(10, MOST_FIRST), 1));
    }

    /** The stream of posts. */
    static DStream<Tweet> posts(StreamingContext ssc, Secret token, String url) {
        return ssc.receiverStream(
                XFilteredStreamSource.builder().baseUrl(url).bearerToken(token).build());
    }

    public static void main(String[] args) throws Exception {
        if (args.length < 1 || args.length > 2) {
            throw new IllegalArgumentException("usage: TwitterPopularTags TOKEN_FILE [URL]");
        }
        StreamingConf conf = new StreamingConf().setAppName("TwitterPopularTags");
        try (StreamingContext ssc = new StreamingContext(conf, Durations.seconds(2))) {
            DStream<Tweet> posts = posts(ssc, token(args[0]), args.length > 1 ? args[1] : "https://api.x.com");
            popular(posts, Durations.minutes(1)).name("last minute").print();
            popular(posts, Durations.seconds(10)).name("last ten seconds").print();
            ssc.start();
            ssc.awaitTermination();
        }
    }

    /** A token on the command line would be seen by everybody on the machine. */
    static Secret token(String file) throws IOException {
        return Secret.of(Files.readString(Path.of(file)).strip());
    }
    // end::popular-tags
}
