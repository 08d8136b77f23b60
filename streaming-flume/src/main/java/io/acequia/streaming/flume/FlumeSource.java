/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.flume;

import io.acequia.streaming.data.Secret;
import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.receiver.Receiver;
import io.acequia.streaming.receiver.Source;
import java.io.Serializable;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Events that Flume's agents send: listens for the Avro sinks of agents, and for other clients of Flume's Avro protocol.
 *
 * <pre>{@code
 * var events = FlumeSource.builder("10.0.0.7", 41500).build();
 * context.receiverStream(events).map(FlumeEvent::text).print();
 * }</pre>
 *
 * <p>Guarantee: at least once. A batch of events is answered OK when it is safe, and else FAILED or not at all: then it is still in
 * the agent's channel, and comes again. Each agent has one batch on its way at a time.
 *
 * <p>Thread: immutable. Order: that of each sink, as long as no batch comes again.
 */
public final class FlumeSource implements Source<FlumeEvent> {
    private final Settings settings;

    private FlumeSource(Settings settings) {
        this.settings = settings;
    }

    /** A key store is null without TLS, an agent's time-out when agents may come and go. */
    record Settings(
            String name,
            String host,
            int port,
            int threads,
            int capacity,
            Duration answerTimeout,
            boolean compression,
            @Nullable String keyStore,
            Secret keyStorePassword,
            @Nullable Duration agentTimeout)
            implements Serializable {}

    /**
     * Begins a source.
     *
     * @param host name or address of this machine where agents reach it
     * @param port where it listens, from 1 on
     */
    public static Builder builder(String host, int port) {
        return new Builder(host, port);
    }

    @Override
    public String name() {
        return settings.name;
    }

    @Override
    public Receiver<FlumeEvent> newReceiver() {
        return new AgentReceiver(settings, StreamClock.system());
    }

    @Override
    public String toString() {
        return "source '" + settings.name + "' at " + settings.host + ":" + settings.port;
    }

    /** What a source needs to know. Not for several threads. */
    public static final class Builder {
        private static final int MOST_THREADS = 1_000;

        private final String host;
        private final int port;
        private @Nullable String name;
        private int threads = 16;
        private int capacity = 10_000;
        private Duration answerTimeout = Duration.ofSeconds(15);
        private boolean compression;
        private @Nullable String keyStore;
        private Secret keyStorePassword = Secret.of("");
        private @Nullable Duration agentTimeout;

        private Builder(String host, int port) {
            this.host = host;
            this.port = port;
        }

        /** The name in logs and status. Default: made of the address. */
        public Builder name(String given) {
            name = given;
            return this;
        }

        /** How many batches wait for their answers at a time, each on a thread; more wait to be looked at. Default: 16. */
        public Builder threads(int most) {
            threads = most;
            return this;
        }

        /** About so many events wait to be read before agents have to wait. Default: 10,000. */
        public Builder capacity(int events) {
            capacity = events;
            return this;
        }

        /**
         * How long an agent waits for its answer, before it is told to send again. Shorter than the {@code request-timeout} of
         * the agents' sinks, which is 20 s by default, and longer than a batch interval where there is no data log. Default: 15 s.
         */
        public Builder answerTimeout(Duration atMost) {
            answerTimeout = atMost;
            return this;
        }

        /** Agents send with {@code compression-type = deflate}: all of them do, or none. Default: none. */
        public Builder compression(boolean zlib) {
            compression = zlib;
            return this;
        }

        /**
         * Listens with TLS only, for sinks with {@code ssl = true}. Default: without.
         *
         * @param path of a key store, PKCS12 or JKS, where the receiver runs; it is read at each start of the receiver
         * @param password of the store and of the key
         */
        public Builder tls(String path, Secret password) {
            keyStore = path;
            keyStorePassword = password;
            return this;
        }

        /**
         * Agents are expected to send: when nothing has come from any for so long after the last one was heard, the receiver ends,
         * which shows, and listens anew. Default: agents may be gone or silent, unseen.
         */
        public Builder agentTimeout(Duration silence) {
            agentTimeout = silence;
            return this;
        }

        /** Makes the source; refuses all that is wrong at once. Does not listen yet. */
        public FlumeSource build() {
            String called = name != null ? name : "flume:" + host + ":" + port;
            Problems problems = new Problems();
            problems.checkAddress("builder", host, port);
            problems.checkRange("threads", threads, 1, MOST_THREADS);
            problems.checkRange("capacity", capacity, 1, Integer.MAX_VALUE);
            problems.checkTime("answerTimeout", answerTimeout, Duration.ofMillis(1));
            if (keyStore != null && keyStore.isBlank()) {
                problems.add("tls path = '" + keyStore + "': must be a file");
            }
            if (agentTimeout != null) {
                problems.checkTime("agentTimeout", agentTimeout, Duration.ofMillis(10));
            }
            problems.refuse("ACQ-2620 invalid Flume source '" + called + "'");
            return new FlumeSource(new Settings(
                    called,
                    host,
                    port,
                    threads,
                    capacity,
                    answerTimeout,
                    compression,
                    keyStore,
                    keyStorePassword,
                    agentTimeout));
        }
    }
}
