/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.flume;

import io.acequia.streaming.data.ByteSize;
import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.receiver.Receiver;
import io.acequia.streaming.receiver.Source;
import java.io.Serializable;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Events that are fetched from Flume's agents, from the sink {@code io.acequia.streaming.flume.sink.PollingSink} of
 * {@code streaming-flume-sink}.
 *
 * <pre>{@code
 * var events = FlumePollingSource.builder().sink("10.0.0.7", 41600).build();
 * context.receiverStream(events).map(FlumeEvent::text).print();
 * }</pre>
 *
 * <p>Guarantee: at least once. Events stay in a transaction of the agent's channel until they are safe, and go back to the channel
 * when they are not.
 *
 * <p>Sinks of one source stand and fall together: when one cannot be reached, the receiver ends, which shows, and fetches from none
 * until all are back. Sinks that shall go on without each other have a source each.
 *
 * <p>Thread: immutable. Order: that of each sink's channel, as long as nothing goes back to it.
 */
public final class FlumePollingSource implements Source<FlumeEvent> {
    private final Settings settings;

    private FlumePollingSource(Settings settings) {
        this.settings = settings;
    }

    record Settings(
            String name,
            List<InetSocketAddress> sinks,
            int batchSize,
            int transactions,
            Duration timeout,
            int maxFrameBytes)
            implements Serializable {}

    /** Begins a source. */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public String name() {
        return settings.name;
    }

    @Override
    public Receiver<FlumeEvent> newReceiver() {
        return new PollingReceiver(settings, StreamClock.system());
    }

    @Override
    public String toString() {
        return "source '" + settings.name + "' of " + Builder.text(settings.sinks);
    }

    /** What a source needs to know. Not for several threads. */
    public static final class Builder {
        private static final int MOST_EVENTS = 1_000_000;
        private static final int MOST_TRANSACTIONS = 1_000;
        private static final Duration SHORTEST = Duration.ofMillis(100);
        private static final ByteSize LEAST_FRAME = ByteSize.kibibytes(1);

        private final Problems problems = new Problems();
        private final List<InetSocketAddress> sinks = new ArrayList<>();
        private @Nullable String name;
        private int batchSize = 1_000;
        private int transactions = 5;
        private Duration timeout = Duration.ofSeconds(10);
        private ByteSize maxFrame = ByteSize.mebibytes(64);

        private Builder() {}

        /** A sink to fetch from; may be called several times. At least one is needed. */
        public Builder sink(String host, int port) {
            int before = problems.count();
            problems.checkAddress("sink", host, port);
            if (problems.count() == before) {
                sinks.add(InetSocketAddress.createUnresolved(host, port));
            }
            return this;
        }

        /** The name in logs and status. Default: made of the sinks. */
        public Builder name(String given) {
            name = given;
            return this;
        }

        /** At most so many events are fetched at a time; no more than a transaction of the channel can have. Default: 1,000. */
        public Builder batchSize(int events) {
            batchSize = events;
            return this;
        }

        /** So many transactions of a sink's channel may wait until their events are safe. Default: 5. */
        public Builder transactions(int most) {
            transactions = most;
            return this;
        }

        /** How long connecting may take, and how long a sink may be silent. Default: 10 s. */
        public Builder timeout(Duration atMost) {
            timeout = atMost;
            return this;
        }

        /** More than so much is not taken from a sink at a time: no event may be larger. Default: 64 MiB. */
        public Builder maxFrame(ByteSize most) {
            maxFrame = most;
            return this;
        }

        /** Makes the source; refuses all that is wrong at once. Does not connect. */
        public FlumePollingSource build() {
            String called = name != null ? name : "flume:" + text(sinks);
            if (sinks.isEmpty() && problems.count() == 0) {
                problems.add("sink: must be given, a host and a port");
            }
            problems.checkRange("batchSize", batchSize, 1, MOST_EVENTS);
            problems.checkRange("transactions", transactions, 1, MOST_TRANSACTIONS);
            problems.checkTime("timeout", timeout, SHORTEST);
            problems.checkRange("maxFrame", maxFrame.bytes(), LEAST_FRAME.bytes(), Integer.MAX_VALUE / 2);
            problems.refuse("ACQ-2626 invalid Flume polling source '" + called + "'");
            return new FlumePollingSource(
                    new Settings(called, List.copyOf(sinks), batchSize, transactions, timeout, (int) maxFrame.bytes()));
        }

        private static String text(List<InetSocketAddress> addresses) {
            return addresses.stream()
                    .map(each -> each.getHostString() + ":" + each.getPort())
                    .collect(Collectors.joining(","));
        }
    }
}
