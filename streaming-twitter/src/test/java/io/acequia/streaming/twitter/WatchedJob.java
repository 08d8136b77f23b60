/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.twitter;

import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.listener.ReceiverEvent;
import io.acequia.streaming.listener.ReceiverState;
import io.acequia.streaming.listener.StreamingListener;
import io.acequia.streaming.receiver.Source;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** A job that reads one source, and what is told of its receiver. */
final class WatchedJob implements AutoCloseable {
    private final BlockingQueue<ReceiverEvent> events = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> texts = new LinkedBlockingQueue<>();
    private final StreamingContext context;

    WatchedJob(Source<Tweet> source) {
        this(source, 0);
    }

    /** @param retries attempts in a row before the source has failed; 0 for no end */
    WatchedJob(Source<Tweet> source, int retries) {
        context = new StreamingContext(
                StreamingConf.withoutDefaults()
                        .setMaster("local[2]")
                        .setAppName("twitter")
                        .set(StreamingConf.STOP_ON_SHUTDOWN, false)
                        .set(StreamingConf.RECEIVER_RETRY_FIRST, Duration.ofMillis(20))
                        .set(StreamingConf.RECEIVER_RETRY_MOST, Duration.ofMillis(100)),
                Duration.ofMillis(50));
        context.addStreamingListener(new StreamingListener() {
            @Override
            public void onReceiverStarted(ReceiverEvent e) {
                events.add(e);
            }

            @Override
            public void onReceiverStateChanged(ReceiverEvent e) {
                events.add(e);
            }

            @Override
            public void onReceiverError(ReceiverEvent e) {
                events.add(e);
            }
        });
        var stream = context.receiverStream(source);
        if (retries > 0) {
            stream.retries(retries);
        }
        stream.foreachRDD(rdd -> rdd.collect().forEach(tweet -> texts.add(tweet.text())));
        context.start();
    }

    /** The next news of this state; older ones are forgotten. */
    ReceiverEvent await(ReceiverState state) throws InterruptedException {
        ReceiverEvent event;
        do {
            event = events.take();
        } while (event.state() != state);
        return event;
    }

    List<String> awaitTexts(int count) throws InterruptedException {
        List<String> all = new ArrayList<>();
        while (all.size() < count) {
            all.add(texts.take());
        }
        return all;
    }

    @Override
    public void close() {
        context.stop(true, false);
    }
}
