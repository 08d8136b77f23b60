/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.twitter;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.receiver.Records;
import io.acequia.streaming.receiver.Rejected;
import io.acequia.streaming.receiver.RetryAfterException;
import io.acequia.streaming.receiver.Source;
import io.acequia.streaming.receiver.UnreliableReceiver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** One connection attempt, made by the thread of the test. */
final class LoneReader implements AutoCloseable {
    private static final Duration WAIT = Duration.ofMillis(100);

    private final UnreliableReceiver<Tweet> receiver;
    final List<Tweet> tweets = new ArrayList<>();
    final List<Rejected> rejected = new ArrayList<>();

    LoneReader(Source<Tweet> source) throws Exception {
        receiver = (UnreliableReceiver<Tweet>) source.newReceiver();
    }

    static LoneReader connected(Source<Tweet> source) throws Exception {
        LoneReader reader = new LoneReader(source);
        reader.receiver.connect();
        return reader;
    }

    /** Why no connection can be made. */
    static RetryAfterException refused(Source<Tweet> source) throws Exception {
        try (LoneReader reader = new LoneReader(source)) {
            return catchThrowableOfType(RetryAfterException.class, reader.receiver::connect);
        }
    }

    LoneReader read() throws Exception {
        Records<Tweet> read = receiver.read(1_000, WAIT);
        tweets.addAll(read.records());
        rejected.addAll(read.rejected());
        return this;
    }

    List<String> awaitTexts(int atLeast) throws Exception {
        while (tweets.size() < atLeast) {
            read();
        }
        return tweets.stream().map(Tweet::text).toList();
    }

    /** Reads until the connection ends; how it does. */
    Exception awaitEnd() {
        while (true) {
            try {
                read();
            } catch (Exception e) {
                return e;
            }
        }
    }

    void readFor(Duration time) throws Exception {
        StreamClock clock = StreamClock.system();
        long until = clock.nanoTime() + time.toNanos();
        while (clock.nanoTime() < until) {
            read();
        }
    }

    @Override
    public void close() {
        receiver.close();
    }
}
