/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.zeromq;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.receiver.Source;
import io.acequia.streaming.testkit.BreakableSystem;
import io.acequia.streaming.testkit.ExternalSystem;
import io.acequia.streaming.testkit.FaultProxy;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A peer of its own with a proxy before it, or before the receiver where that is bound. What is published does not pass the
 * proxy on its way to the peer.
 */
public class ZeroMqChannel<T> implements BreakableSystem<T> {
    /** What the receivers wait for at most. */
    public static final Duration TIMEOUT = Duration.ofSeconds(2);

    private static final Duration PATIENCE = Duration.ofMillis(500);
    private static final Duration LOOK = Duration.ofMillis(5);
    private static final int HANDSHAKE_BYTES = 90;

    private final LibZmq peers;
    private final String name = "c-" + UUID.randomUUID();
    private final FaultProxy proxy;
    private final Source<T> source;
    private final Function<T, String> payload;
    private final boolean topic;
    private final boolean receiverBinds;

    private ZeroMqChannel(
            LibZmq peers,
            String type,
            boolean receiverBinds,
            Function<String, Source<T>> source,
            Function<T, String> payload)
            throws IOException {
        int port = LibZmq.freePort();
        this.peers = peers;
        this.proxy = FaultProxy.to("127.0.0.1", port);
        this.payload = payload;
        this.receiverBinds = receiverBinds;
        this.topic = type.equals("PUB");
        if (receiverBinds) {
            peers.connect(name, type, proxy.port(), "identity=" + name, "reconnect=100");
        } else {
            peers.bind(name, type, port, "identity=" + name);
        }
        this.source = source.apply("tcp://127.0.0.1:" + (receiverBinds ? port : proxy.port()));
    }

    /** One whose sender keeps what was not acknowledged. */
    public static final class Acknowledged extends ZeroMqChannel<String> implements ExternalSystem.Reliable<String> {
        private Acknowledged(LibZmq peers, boolean receiverBinds, Function<String, Source<String>> source)
                throws IOException {
            super(peers, "DEALER", receiverBinds, source, text -> text);
        }

        @Override
        public long unacknowledged() throws IOException {
            return peers().pending(name());
        }
    }

    /**
     * A publisher that is subscribed to by {@code topic}.
     *
     * @param timeout of the receiver; null for its defaults
     */
    public static ZeroMqChannel<ZeroMqMessage> published(LibZmq peers, @Nullable Duration timeout) throws IOException {
        return new ZeroMqChannel<>(
                peers,
                "PUB",
                false,
                address -> hurried(
                                ZeroMqSource.<ZeroMqMessage>subscriber(message -> message)
                                        .connect(address)
                                        .topics("topic"),
                                timeout)
                        .build(),
                ZeroMqMessage::text);
    }

    /** A pusher that connects, and is pulled from. */
    public static ZeroMqChannel<String> pushed(LibZmq peers) throws IOException {
        return new ZeroMqChannel<>(
                peers,
                "PUSH",
                true,
                address -> hurried(ZeroMqSource.puller(ZeroMqMessage::text).bind(address), TIMEOUT)
                        .build(),
                text -> text);
    }

    /** A sender that waits for acknowledgements, and is connected to. */
    public static Acknowledged acknowledged(LibZmq peers, @Nullable Duration timeout) throws IOException {
        return new Acknowledged(peers, false, address -> hurried(
                        ZeroMqAckSource.builder(ZeroMqMessage::text).connect(address), timeout)
                .build());
    }

    /** A sender that waits for acknowledgements, and connects. */
    public static Acknowledged acknowledgedByBound(LibZmq peers) throws IOException {
        return new Acknowledged(peers, true, address -> hurried(
                        ZeroMqAckSource.builder(ZeroMqMessage::text).bind(address), TIMEOUT)
                .build());
    }

    private static <B extends EndpointBuilder<B>> B hurried(B builder, @Nullable Duration timeout) {
        return timeout == null ? builder : builder.connectTimeout(timeout).heartbeatTimeout(timeout);
    }

    @Override
    public FaultProxy proxy() {
        return proxy;
    }

    LibZmq peers() {
        return peers;
    }

    /** The name of the peer. */
    String name() {
        return name;
    }

    @Override
    public Source<T> source() {
        return source;
    }

    @Override
    public void publish(List<String> payloads) throws IOException {
        peers.publish(
                name,
                payloads.stream()
                        .map(each -> each.getBytes(UTF_8))
                        .map(each -> topic ? List.of("topic".getBytes(UTF_8), each) : List.of(each))
                        .toList());
    }

    @Override
    public String payloadOf(T record) {
        return payload.apply(record);
    }

    @Override
    public void cut() {
        proxy.refuse();
        proxy.cut();
    }

    /** Where the receiver is bound, waits for its peer: one that never had a peer does not notice the next cut. */
    @Override
    public void heal() throws InterruptedException {
        long before = proxy.downBytes();
        proxy.heal();
        StreamClock clock = StreamClock.system();
        long deadline = clock.nanoTime() + PATIENCE.toNanos();
        while (receiverBinds && proxy.downBytes() < before + HANDSHAKE_BYTES && clock.nanoTime() < deadline) {
            clock.awaitUntil(clock.now().plus(LOOK));
        }
    }

    @Override
    public void kill() {
        peers.server().kill();
    }

    @Override
    public void restart() throws InterruptedException {
        peers.server().restart();
    }

    @Override
    public void close() throws IOException {
        peers.close(name);
        proxy.close();
    }
}
