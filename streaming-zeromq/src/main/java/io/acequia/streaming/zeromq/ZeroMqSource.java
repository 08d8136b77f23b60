/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.zeromq;

import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.function.Function;
import io.acequia.streaming.receiver.Receiver;
import io.acequia.streaming.receiver.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.zeromq.SocketType;

/**
 * Messages of ZeroMQ, subscribed to or pulled, by a receiver that tells the sender nothing: for feeds where the newest counts.
 *
 * <pre>{@code
 * var prices = ZeroMqSource.subscriber(ZeroMqMessage::text)
 *         .connect("tcp://feed:5556")
 *         .topics("EUR", "USD")
 *         .build();
 * context.receiverStream(prices).print();
 * }</pre>
 *
 * <p>Guarantee: at most once. A publisher drops what a subscriber does not take in time, and what it sends while nobody is
 * subscribed; what was on its way when a connection broke is lost. With numbers in the messages, gaps are found and rejected, so
 * that they are counted. Where nothing may be lost, take {@link ZeroMqAckSource}.
 *
 * <p>Thread: immutable. Order: as one peer has sent.
 *
 * @param <T> type of the records that the function makes
 */
public final class ZeroMqSource<T> implements Source<T> {
    private static final int NO_NUMBERS = -1;

    private final Endpoint endpoint;
    private final List<String> topics;
    private final Function<? super ZeroMqMessage, ? extends T> map;
    private final int numberFrame;
    private transient @Nullable Gaps gaps;

    private ZeroMqSource(
            Endpoint endpoint, List<String> topics, Function<? super ZeroMqMessage, ? extends T> map, int numberFrame) {
        this.endpoint = endpoint;
        this.topics = topics;
        this.map = map;
        this.numberFrame = numberFrame;
    }

    /**
     * Begins a source that subscribes, as a SUB to a PUB or XPUB.
     *
     * @param map makes a record of the stream of a message; runs in the receiver, whose thread it holds
     */
    public static <T> Builder<T> subscriber(Function<? super ZeroMqMessage, ? extends T> map) {
        return new Builder<>(SocketType.SUB, Objects.requireNonNull(map, "map"));
    }

    /**
     * Begins a source that pulls, as a PULL from a PUSH.
     *
     * @param map as for {@link #subscriber}
     */
    public static <T> Builder<T> puller(Function<? super ZeroMqMessage, ? extends T> map) {
        return new Builder<>(SocketType.PULL, Objects.requireNonNull(map, "map"));
    }

    @Override
    public String name() {
        return endpoint.name();
    }

    @Override
    public synchronized Receiver<T> newReceiver() {
        if (gaps == null && numberFrame != NO_NUMBERS) {
            gaps = new Gaps(numberFrame);
        }
        return new ZeroMqReceiver<>(endpoint, topics, map, gaps, StreamClock.system());
    }

    @Override
    public String toString() {
        return endpoint.name() + ": " + endpoint;
    }

    /** What a source needs to know. Not for several threads. */
    public static final class Builder<T> extends EndpointBuilder<Builder<T>> {
        private final SocketType type;
        private final Function<? super ZeroMqMessage, ? extends T> map;
        private @Nullable List<String> topics;
        private @Nullable Integer numberFrame;

        private Builder(SocketType type, Function<? super ZeroMqMessage, ? extends T> map) {
            this.type = type;
            this.map = map;
        }

        @Override
        Builder<T> self() {
            return this;
        }

        /** What the first frame of a message begins with, as UTF-8; an empty one is all. Needed by subscribers, and by them alone. */
        public Builder<T> topics(String... prefixes) {
            topics = List.of(prefixes);
            return this;
        }

        /**
         * Finds messages that did not come: the sender puts a number of 8 bytes, the highest first, into this frame, rising by
         * one. The frames before it name the sequence, as {@code [topic][number][payload]} has one for each topic. What is
         * missing becomes one rejected record for each gap, as of {@code onPoison}. A number that does not rise begins anew.
         * Default: messages have no numbers.
         *
         * @param index of the frame, from 0 on
         */
        public Builder<T> numberFrame(int index) {
            numberFrame = index;
            return this;
        }

        /** Makes the source; refuses all that is wrong at once. Does not connect. */
        public ZeroMqSource<T> build() {
            List<String> wrong = new ArrayList<>();
            if (type == SocketType.SUB && (topics == null || topics.isEmpty())) {
                wrong.add("topics: must be given; \"\" is all");
            }
            if (type != SocketType.SUB && topics != null) {
                wrong.add("topics = " + topics + ": only subscribers have any");
            }
            if (numberFrame != null && numberFrame < 0) {
                wrong.add("numberFrame = " + numberFrame + ": must be at least 0");
            }
            Endpoint endpoint = endpoint(type, wrong);
            return new ZeroMqSource<>(
                    endpoint, topics == null ? List.of() : topics, map, numberFrame == null ? NO_NUMBERS : numberFrame);
        }
    }
}
