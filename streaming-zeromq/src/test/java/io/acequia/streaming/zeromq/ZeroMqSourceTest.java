/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.zeromq;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.data.ByteSize;
import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.receiver.ReceiverDisconnectedException;
import io.acequia.streaming.receiver.Rejected;
import io.acequia.streaming.testkit.ContainerTest;
import io.acequia.streaming.testkit.FaultProxy;
import io.acequia.streaming.testkit.ReceiverReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What subscribers and pullers do beyond the contract, against libzmq. */
@ContainerTest
@Timeout(60)
class ZeroMqSourceTest {
    private static final Duration HALF_A_SECOND = Duration.ofMillis(500);
    private static final Duration HEARTBEAT = Duration.ofMillis(1_500);

    private static LibZmq peers;

    private String peer;
    private int port;

    @BeforeAll
    static void start() throws Exception {
        peers = new LibZmq();
    }

    @AfterAll
    static void stop() {
        peers.close();
    }

    @BeforeEach
    void name() throws Exception {
        peer = "p-" + UUID.randomUUID();
        port = LibZmq.freePort();
    }

    private static String at(int port) {
        return "tcp://127.0.0.1:" + port;
    }

    private ZeroMqSource.Builder<String> subscriber(String... topics) {
        return ZeroMqSource.subscriber(ZeroMqMessage::text).connect(at(port)).topics(topics);
    }

    private ZeroMqSource.Builder<String> puller() {
        return ZeroMqSource.puller(ZeroMqMessage::text);
    }

    private static byte[] number(long number) {
        return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
    }

    private void publishNumbered(String topic, long number) throws Exception {
        peers.publish(peer, topic.getBytes(UTF_8), number(number), (topic + number).getBytes(UTF_8));
    }

    private void floods(int count) throws Exception {
        peers.publish(
                peer,
                IntStream.range(0, count)
                        .mapToObj(i -> List.of(("m" + i).getBytes(UTF_8)))
                        .toList());
    }

    // ---- what comes

    @Test
    void aSubscriberGetsTheFramesOfItsTopics() throws Exception {
        peers.bind(peer, "PUB", port);
        ZeroMqSource<ZeroMqMessage> source = ZeroMqSource.<ZeroMqMessage>subscriber(message -> message)
                .connect(at(port))
                .topics("EUR", "USD.")
                .build();
        try (ReceiverReader<ZeroMqMessage> reader = new ReceiverReader<>(source)) {
            for (String topic : List.of("EUR", "USD", "GBP", "EURX", "USD.1")) {
                peers.publish(peer, topic, "", "of " + topic);
            }
            assertThat(reader.readAll(3))
                    .extracting(ZeroMqMessage::toString)
                    .containsExactly("[EUR, , of EUR]", "[EURX, , of EURX]", "[USD.1, , of USD.1]");
        }
    }

    @Test
    void aSubscriberMayBeBound() throws Exception {
        ZeroMqSource<String> source = ZeroMqSource.subscriber(ZeroMqMessage::text)
                .bind(at(port))
                .topics("")
                .build();
        try (ReceiverReader<String> reader = new ReceiverReader<>(source)) {
            peers.connect(peer, "PUB", port);
            reader.readUntil(() -> peers.subscribers(peer) > 0);
            peers.publish(peer, "one", "frame");
            assertThat(reader.readAll(1)).containsExactly("frame");
        }
    }

    @Test
    void aPullerMayConnect() throws Exception {
        peers.bind(peer, "PUSH", port);
        try (ReceiverReader<String> reader =
                new ReceiverReader<>(puller().connect(at(port)).build())) {
            floods(100);
            assertThat(reader.readAll(100)).startsWith("m0", "m1").endsWith("m99");
        }
    }

    @Test
    void whatTheFunctionRefusesIsRejectedWithItsFrames() throws Exception {
        peers.bind(peer, "PUB", port);
        ZeroMqSource<Integer> source = ZeroMqSource.<Integer>subscriber(
                        message -> message.text().isEmpty() ? null : Integer.parseInt(message.text()))
                .connect(at(port))
                .topics("")
                .build();
        try (ReceiverReader<Integer> reader = new ReceiverReader<>(source)) {
            peers.publish(peer, "t", "x");
            peers.publish(peer, new byte[0]);
            peers.publish(peer, "7");
            assertThat(reader.readAll(1)).containsExactly(7);
            assertThat(reader.rejected()).extracting(Rejected::where).containsExactly("[t, x]", "[]");
            assertThat(reader.rejected().get(0).raw())
                    .as("each of several frames behind its length")
                    .isEqualTo(new byte[] {0, 0, 0, 1, 't', 0, 0, 0, 1, 'x'});
            assertThat(reader.rejected().get(0).cause()).isInstanceOf(NumberFormatException.class);
            assertThat(reader.rejected().get(1).cause())
                    .hasMessage("ACQ-2591 the function gave null: it must give a record, or throw");
        }
    }

    // ---- numbers

    @Test
    void messagesThatDidNotComeAreRejectedOnceForEachGapOfATopic() throws Exception {
        peers.bind(peer, "PUB", port);
        try (ReceiverReader<String> reader =
                new ReceiverReader<>(subscriber("").numberFrame(1).build())) {
            for (long number : List.of(5L, 6L, 9L, 10L, 12L)) {
                publishNumbered("a", number);
            }
            publishNumbered("b", 1);
            assertThat(reader.readAll(6)).containsExactly("a5", "a6", "a9", "a10", "a12", "b1");
            assertThat(reader.rejected())
                    .extracting(Rejected::where)
                    .containsExactly("numbers 7 to 8 of 'a'", "numbers 11 to 11 of 'a'");
            assertThat(reader.rejected().get(1).cause())
                    .hasMessageStartingWith("ACQ-2590 1 messages have not come, 3 since the start");
            assertThat(reader.rejected().get(0).raw()).asString(UTF_8).isEqualTo("7 to 8");
        }
    }

    @Test
    void aGapBetweenTwoConnectionsIsFoundAndNumbersThatBeginAnewAreNone() throws Exception {
        peers.bind(peer, "PUB", port);
        ZeroMqSource<String> source = subscriber("").numberFrame(1).build();
        try (ReceiverReader<String> reader = new ReceiverReader<>(source)) {
            publishNumbered("a", 1);
            reader.readAll(1);
        }
        try (ReceiverReader<String> reader = new ReceiverReader<>(source)) {
            publishNumbered("a", 4);
            publishNumbered("a", 0);
            publishNumbered("a", 1);
            reader.readAll(3);
            assertThat(reader.rejected()).extracting(Rejected::where).containsExactly("numbers 2 to 3 of 'a'");
        }
    }

    @Test
    void aMessageWithoutItsNumberIsRejected() throws Exception {
        peers.bind(peer, "PUB", port);
        try (ReceiverReader<String> reader =
                new ReceiverReader<>(subscriber("").numberFrame(1).build())) {
            peers.publish(peer, "a");
            peers.publish(peer, "a", "1", "x");
            publishNumbered("a", 1);
            assertThat(reader.readAll(1)).containsExactly("a1");
            assertThat(reader.rejected()).hasSize(2).allSatisfy(each -> assertThat(each.cause())
                    .hasMessageStartingWith("ACQ-2589 a message of "));
        }
    }

    // ---- the connection

    @Test
    void aPeerThatIsKilledIsToldAndReadAgainWhenItIsBack() throws Exception {
        try (LibZmq mortal = new LibZmq()) {
            mortal.bind(peer, "PUB", port);
            ZeroMqSource<String> source = subscriber("").build();
            try (ReceiverReader<String> reader = new ReceiverReader<>(source)) {
                mortal.server().kill();
                assertThatThrownBy(() -> reader.readUntil(() -> false))
                        .isInstanceOf(ReceiverDisconnectedException.class)
                        .hasMessageStartingWith(
                                "ACQ-2585 ZeroMQ SUB connected to " + at(port) + ": the connection has ended");
            }
            mortal.server().restart();
            try (ReceiverReader<String> reader = new ReceiverReader<>(source)) {
                mortal.publish(peer, "again");
                assertThat(reader.readAll(1)).containsExactly("again");
            }
        }
    }

    @Test
    void whatCameBeforeTheEndOfTheConnectionIsReadFirst() throws Exception {
        peers.bind(peer, "PUSH", port);
        try (FaultProxy proxy = FaultProxy.to("127.0.0.1", port);
                ReceiverReader<String> reader =
                        new ReceiverReader<>(puller().connect(at(proxy.port())).build())) {
            long before = proxy.downBytes();
            floods(500);
            // Two bytes and the text of each: a peer that closes drops what it has not sent.
            proxy.awaitDownBytes(before + 500 * 2 + 10 * 2 + 90 * 3 + 400 * 4);
            peers.close(peer);
            assertThatThrownBy(() -> reader.readUntil(() -> false)).hasMessageStartingWith("ACQ-2585 ");
            assertThat(reader.records()).hasSize(500);
        }
    }

    @Test
    void silenceIsToldWithinTheHeartbeatTimeout() throws Exception {
        peers.bind(peer, "PUB", port);
        try (FaultProxy proxy = FaultProxy.to("127.0.0.1", port);
                ReceiverReader<String> reader = new ReceiverReader<>(subscriber("")
                        .connect(at(proxy.port()))
                        .heartbeatTimeout(HEARTBEAT)
                        .build())) {
            StreamClock clock = StreamClock.system();
            long began = clock.nanoTime();
            reader.readUntil(() -> clock.nanoTime() - began > 2 * HEARTBEAT.toNanos());
            proxy.blackHole();
            long cutAt = clock.nanoTime();
            assertThatThrownBy(() -> reader.readUntil(() -> false))
                    .isInstanceOf(ReceiverDisconnectedException.class)
                    .hasMessageStartingWith("ACQ-2586 ");
            assertThat(Duration.ofNanos(clock.nanoTime() - cutAt)).isLessThan(HEARTBEAT.multipliedBy(2));
        }
    }

    /** The client's own heartbeat would take the peer for dead, as it reads no answers while its queue is full. */
    @Test
    void aReceiverThatIsHeldBackKeepsItsConnection() throws Exception {
        peers.bind(peer, "PUSH", port, "hwm=10");
        try (ReceiverReader<String> reader = new ReceiverReader<>(puller().connect(at(port))
                .receiveHighWaterMark(10)
                .heartbeatTimeout(HEARTBEAT)
                .build())) {
            peers.flood(peer, 5_000, 10_000);
            StreamClock clock = StreamClock.system();
            long began = clock.nanoTime();
            while (clock.nanoTime() - began < 2 * HEARTBEAT.toNanos()) {
                reader.read(0);
            }
            assertThat(peers.pending(peer)).as("what the sender holds back").isPositive();
            assertThat(reader.readAll(5_000)).hasSize(5_000);
        }
    }

    @Test
    void aFrameThatIsTooLongEndsTheConnectionAndTheNextOneReadsOn() throws Exception {
        peers.bind(peer, "PUB", port);
        ZeroMqSource<String> source =
                subscriber("").maxMessageSize(ByteSize.kibibytes(1)).build();
        try (ReceiverReader<String> reader = new ReceiverReader<>(source)) {
            peers.publish(peer, "x".repeat(1_024));
            assertThat(reader.readAll(1)).hasSize(1);
            peers.publish(peer, "x".repeat(1_025));
            assertThatThrownBy(() -> reader.readUntil(() -> false))
                    .isInstanceOf(ReceiverDisconnectedException.class)
                    .hasMessageEndingWith("a frame of more than 1024 bytes");
        }
        try (ReceiverReader<String> reader = new ReceiverReader<>(source)) {
            peers.publish(peer, "short");
            assertThat(reader.readAll(1)).containsExactly("short");
        }
    }

    @Test
    void aBoundReceiverMindsTheLastPeerAlone() throws Exception {
        try (LogLines log = new LogLines();
                ReceiverReader<String> reader =
                        new ReceiverReader<>(puller().bind(at(port)).build())) {
            peers.connect(peer, "PUSH", port);
            peers.connect(peer + "-2", "PUSH", port);
            peers.publish(peer, "one");
            peers.publish(peer + "-2", "two");
            reader.readAll(2);
            peers.close(peer + "-2");
            reader.readUntil(() -> !log.lines().isEmpty());
            assertThat(log.lines())
                    .containsExactly("INFO ZeroMQ PULL bound to " + at(port) + ": a peer has gone, 1 left");
            peers.publish(peer, "three");
            reader.readAll(3);
            peers.close(peer);
            assertThatThrownBy(() -> reader.readUntil(() -> false))
                    .isInstanceOf(ReceiverDisconnectedException.class)
                    .hasMessageStartingWith("ACQ-2585 ZeroMQ PULL bound to " + at(port) + ": the last peer has gone");
        }
    }

    @Test
    void aPeerThatNeverGreetedIsNoPeer() throws Exception {
        try (LogLines log = new LogLines();
                ReceiverReader<String> reader =
                        new ReceiverReader<>(puller().bind(at(port)).build())) {
            InetAddress here = InetAddress.getLoopbackAddress();
            new Socket(here, port).close();
            reader.readUntil(() -> !log.lines().isEmpty());
            assertThat(log.lines().get(0))
                    .startsWith("WARNING ACQ-2582 ZeroMQ PULL bound to " + at(port))
                    .contains("it never greeted");
            peers.connect(peer, "PUSH", port);
            peers.publish(peer, "one");
            assertThat(reader.readAll(1)).containsExactly("one");
        }
    }

    /** The client may forget a connection that is made at once: without our help one in ten. */
    @Test
    void aConnectionThatIsMadeAtOnceIsNotForgotten() throws Exception {
        peers.bind(peer, "PUSH", port);
        ZeroMqSource<String> source = puller().connect(at(port)).build();
        for (int i = 0; i < 100; i++) {
            new ReceiverReader<>(source).close();
        }
    }

    // ---- what cannot be connected

    @Test
    void nobodyThereIsToldAtOnce() {
        assertThatThrownBy(() -> new ReceiverReader<>(subscriber("").build()))
                .isInstanceOf(ReceiverDisconnectedException.class)
                .hasMessage(
                        "ACQ-2584 ZeroMQ SUB connected to " + at(port) + ": nobody listens there, or ends connections"
                                + " at once. Look whether the peer runs, and is ZeroMQ without CURVE");
    }

    @Test
    void somebodyWhoSaysNothingIsToldAfterTheTimeout() throws Exception {
        try (ServerSocket silent = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            assertThat(silent.isBound()).isTrue();
            assertThatThrownBy(() -> new ReceiverReader<>(
                            subscriber("").connectTimeout(HALF_A_SECOND).build()))
                    .isInstanceOf(ReceiverDisconnectedException.class)
                    .hasMessageStartingWith("ACQ-2584 ");
        }
    }

    @Test
    void aSocketOfAnotherTypeIsTold() throws Exception {
        peers.bind(peer, "PUSH", port);
        assertThatThrownBy(() -> new ReceiverReader<>(subscriber("").build()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("ACQ-2583 ZeroMQ SUB connected to " + at(port))
                .hasMessageContaining("Its socket type must go with ours");
    }

    @Test
    void anAddressThatIsTakenIsTold() throws Exception {
        try (ServerSocket taken = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            assertThat(taken.isBound()).isTrue();
            assertThatThrownBy(
                            () -> new ReceiverReader<>(puller().bind(at(port)).build()))
                    .hasMessageStartingWith("ACQ-2587 ZeroMQ PULL bound to " + at(port) + " failed: ");
        }
    }

    @Test
    void aHostWithoutAnAddressIsTold() {
        assertThatThrownBy(() -> new ReceiverReader<>(puller().connect("tcp://no.such.host.invalid:1")
                        .connectTimeout(HALF_A_SECOND)
                        .build()))
                .hasMessageStartingWith("ACQ-258")
                .hasMessageContaining("no.such.host.invalid");
    }

    // ---- threads

    @Test
    void anInterruptEndsAReadAndNoThreadStays() throws Exception {
        peers.bind(peer, "PUB", port);
        ReceiverReader<String> reader = new ReceiverReader<>(subscriber("").build());
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> reader.readUntil(() -> false)).isInstanceOf(InterruptedException.class);
        Thread.currentThread().interrupt();
        reader.close();
        assertThat(Thread.interrupted()).as("the interrupt, afterwards").isTrue();
        StreamClock clock = StreamClock.system();
        while (Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().startsWith("iothread-")
                        || thread.getName().startsWith("reaper-"))) {
            clock.awaitUntil(clock.now().plusMillis(5));
        }
    }
}
