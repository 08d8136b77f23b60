/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.twitter;

import io.acequia.streaming.receiver.Source;
import io.acequia.streaming.testkit.BreakableSystem;
import io.acequia.streaming.testkit.FaultProxy;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.function.LongFunction;

/** A server of its own behind a proxy. A post that is published is sent to who is connected, and kept for nobody. */
final class TweetChannel implements BreakableSystem<Tweet> {
    private final StreamServer server = new StreamServer();
    private final FaultProxy proxy = FaultProxy.to("127.0.0.1", server.port());
    private final Function<String, Source<Tweet>> source;
    private final Function<String, LongFunction<String>> post;
    private long ids;

    private TweetChannel(Function<String, Source<Tweet>> source, Function<String, LongFunction<String>> post)
            throws IOException {
        this.source = source;
        this.post = post;
    }

    /** API v2. */
    static TweetChannel filteredStream(Duration timeOut) throws IOException {
        return new TweetChannel(
                url -> Posts.xSource(url)
                        .connectTimeout(timeOut)
                        .silence(timeOut)
                        .build(),
                text -> id -> Posts.post(id, text));
    }

    static TweetChannel filteredStreamWithDefaults() throws IOException {
        return new TweetChannel(url -> Posts.xSource(url).build(), text -> id -> Posts.post(id, text));
    }

    /** The old protocol. */
    static TweetChannel statuses(Duration timeOut) throws IOException {
        return new TweetChannel(
                url -> Posts.twitterSource(url)
                        .connectTimeout(timeOut)
                        .silence(timeOut)
                        .build(),
                text -> id -> Posts.status(id, text));
    }

    static TweetChannel statusesWithDefaults() throws IOException {
        return new TweetChannel(url -> Posts.twitterSource(url).build(), text -> id -> Posts.status(id, text));
    }

    @Override
    public Source<Tweet> source() {
        return source.apply("http://" + proxy.host() + ":" + proxy.port());
    }

    @Override
    public synchronized void publish(List<String> payloads) throws InterruptedException {
        server.send(payloads.stream().map(text -> post.apply(text).apply(++ids)).toArray(String[]::new));
    }

    @Override
    public String payloadOf(Tweet tweet) {
        return tweet.text();
    }

    /** Returns when the server has noticed: what is published later is for connections that are made later. */
    @Override
    public void cut() throws InterruptedException {
        proxy.refuse();
        proxy.cut();
        server.awaitStreams(0);
    }

    @Override
    public void heal() {
        proxy.heal();
    }

    @Override
    public FaultProxy proxy() {
        return proxy;
    }

    @Override
    public void kill() throws IOException, InterruptedException {
        server.kill();
    }

    @Override
    public void restart() throws IOException {
        server.restart();
    }

    @Override
    public void close() throws IOException {
        proxy.close();
        server.close();
    }
}
