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
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The protocol of acknowledgements, with senders of libzmq, beyond what the contract asks for. */
@ContainerTest
@Timeout(60)
class ZeroMqAckSourceTest {
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

    private ZeroMqAckSource.Builder<String> bound() {
        return ZeroMqAckSource.builder(ZeroMqMessage::text).bind("tcp://127.0.0.1:" + port);
    }

    private static List<String> texts(String of, int count) {
        return IntStream.range(0, count).mapToObj(i -> of + "-" + i).toList();
    }

    private static void publish(LibZmq peers, String peer, List<String> texts) throws Exception {
        peers.publish(
                peer, texts.stream().map(text -> List.of(text.getBytes(UTF_8))).toList());
    }

    private static void await(String peer, long pending) throws Exception {
        StreamClock clock = StreamClock.system();
        while (peers.pending(peer) != pending) {
            clock.awaitUntil(clock.now().plusMillis(5));
        }
    }

    @Test
    void eachSenderHearsOfItsOwnMessagesInOneAnswer() throws Exception {
        try (ReceiverReader<String> reader = new ReceiverReader<>(bound().build())) {
            peers.connect(peer, "DEALER", port, "identity=one");
            peers.connect(peer + "-2", "DEALER", port);
            publish(peers, peer, texts("one", 3));
            publish(peers, peer + "-2", texts("two", 2));
            reader.readUntil(() -> reader.records().containsAll(texts("one", 3))
                    && reader.records().size() == 5);
            assertThat(peers.pending(peer)).isEqualTo(3);
            reader.ack();
            await(peer, 0);
            await(peer + "-2", 0);
            assertThat(peers.answers(peer)).startsWith("[['HELLO'], ['ACK', '1'");
            assertThat(peers.answers(peer + "-2")).startsWith("[['HELLO'], ['ACK', '1'");
        }
    }

    @Test
    void whatIsGivenBackIsSentAgainAtOnce() throws Exception {
        try (ReceiverReader<String> reader = new ReceiverReader<>(bound().build())) {
            peers.connect(peer, "DEALER", port);
            publish(peers, peer, texts("m", 3));
            reader.readAll(3);
            reader.nack(new IllegalStateException("given back by the test"));
            assertThat(reader.readAll(6)).containsExactly("m-0", "m-1", "m-2", "m-0", "m-1", "m-2");
            reader.ack();
            await(peer, 0);
        }
    }

    @Test
    void thePayloadMayHaveSeveralFrames() throws Exception {
        ZeroMqAckSource<ZeroMqMessage> source = ZeroMqAckSource.<ZeroMqMessage>builder(message -> message)
                .bind("tcp://127.0.0.1:" + port)
                .build();
        try (ReceiverReader<ZeroMqMessage> reader = new ReceiverReader<>(source)) {
            peers.connect(peer, "DEALER", port);
            peers.publish(peer, "a", "", "b");
            assertThat(reader.readAll(1)).extracting(ZeroMqMessage::toString).containsExactly("[a, , b]");
        }
    }

    @Test
    void whatIsNoMessageIsRejectedAndAcknowledgedByItsId() throws Exception {
        try (ReceiverReader<String> reader = new ReceiverReader<>(bound().build())) {
            peers.connect(peer, "DEALER", port, "probe=1");
            reader.readUntil(() -> peers.hellos(peer) > 0);
            peers.send(peer, "id".getBytes(UTF_8));
            peers.send(peer, new byte[0], "x".getBytes(UTF_8));
            publish(peers, peer, List.of("good"));
            assertThat(reader.readAll(1)).containsExactly("good");
            assertThat(reader.rejected()).as("the probe is none").hasSize(2);
            assertThat(reader.rejected()).extracting(Rejected::cause).allSatisfy(why -> assertThat(why)
                    .hasMessageStartingWith("ACQ-2588 a message of "));
            reader.ack();
            await(peer, 0);
            assertThat(peers.answers(peer)).contains("'id'");
        }
    }

    /** Without the option ROUTER_HANDOVER the old connection keeps the name, and the new one is mute. */
    @Test
    void aSenderThatComesBackBeforeItsOldConnectionIsMissedTakesItsNameOver() throws Exception {
        try (FaultProxy proxy = FaultProxy.to("127.0.0.1", port);
                ReceiverReader<String> reader = new ReceiverReader<>(
                        bound().heartbeatTimeout(Duration.ZERO).build())) {
            peers.connect(peer, "DEALER", proxy.port(), "identity=one");
            publish(peers, peer, List.of("a"));
            reader.readAll(1);
            proxy.blackHole();
            peers.close(peer);
            peers.connect(peer + "-again", "DEALER", port, "identity=one");
            publish(peers, peer + "-again", List.of("b"));
            assertThat(reader.readAll(2)).containsExactly("a", "b");
            reader.ack();
            await(peer + "-again", 0);
        }
    }

    @Test
    void anAcknowledgementForASenderThatHasGoneHasNoEffectAndTheOthersHearOfTheirs() throws Exception {
        try (LogLines log = new LogLines();
                ReceiverReader<String> reader = new ReceiverReader<>(bound().build())) {
            peers.connect(peer, "DEALER", port);
            peers.connect(peer + "-2", "DEALER", port);
            publish(peers, peer, List.of("a"));
            publish(peers, peer + "-2", List.of("b"));
            reader.readAll(2);
            peers.close(peer);
            reader.readUntil(() -> !log.lines().isEmpty());
            reader.ack();
            await(peer + "-2", 0);
        }
    }

    @Test
    void whatIsAcknowledgedJustBeforeTheCloseArrives() throws Exception {
        ZeroMqAckSource<String> source = bound().build();
        peers.connect(peer, "DEALER", port);
        for (int i = 0; i < 20; i++) {
            publish(peers, peer, texts("r" + i, 10));
            try (ReceiverReader<String> reader = new ReceiverReader<>(source)) {
                reader.readAll(10);
                reader.ack();
            }
            await(peer, 0);
        }
    }

    @Test
    void aSenderThatIsKilledAndARestartLoseNothing() throws Exception {
        try (LibZmq mortal = new LibZmq()) {
            ZeroMqAckSource<String> source = bound().build();
            HashSet<String> read = new HashSet<>();
            mortal.connect(peer, "DEALER", port, "identity=one");
            try (ReceiverReader<String> reader = new ReceiverReader<>(source)) {
                publish(mortal, peer, texts("m", 1_000));
                reader.readAll(500);
                mortal.server().kill();
                assertThatThrownBy(() -> reader.readUntil(() -> false))
                        .isInstanceOf(ReceiverDisconnectedException.class)
                        .hasMessageStartingWith("ACQ-2585 ");
            }
            mortal.server().restart();
            try (ReceiverReader<String> reader = new ReceiverReader<>(source)) {
                reader.readUntil(() -> {
                    read.addAll(reader.records());
                    return read.size() == 1_000;
                });
                reader.ack();
                reader.readUntil(() -> mortal.pending(peer) == 0);
            }
            assertThat(read).hasSameElementsAs(texts("m", 1_000));
        }
    }

    /** A sender that keeps no more unacknowledged than the receiver's high-water mark is never held back by TCP. */
    @Test
    void aReceiverThatIsHeldBackKeepsItsConnection() throws Exception {
        try (ReceiverReader<String> reader =
                new ReceiverReader<>(bound().heartbeatTimeout(HEARTBEAT).build())) {
            peers.connect(peer, "DEALER", port, "heartbeat=1500");
            peers.flood(peer, 3_000, 1_000);
            reader.readAll(1);
            StreamClock clock = StreamClock.system();
            long began = clock.nanoTime();
            while (clock.nanoTime() - began < 2 * HEARTBEAT.toNanos()) {
                reader.read(0);
            }
            reader.readUntil(() -> {
                reader.ack();
                return reader.records().size() >= 3_000;
            });
            reader.ack();
            await(peer, 0);
            assertThat(peers.hellos(peer)).as("connections").isEqualTo(1);
            assertThat(reader.records()).doesNotHaveDuplicates();
        }
    }

    @Test
    void aSenderLearnsByOurHeartbeatWhenToGiveUpASilentConnection() throws Exception {
        try (FaultProxy proxy = FaultProxy.to("127.0.0.1", port);
                ReceiverReader<String> reader =
                        new ReceiverReader<>(bound().heartbeatTimeout(HEARTBEAT).build())) {
            peers.connect(peer, "DEALER", proxy.port());
            StreamClock clock = StreamClock.system();
            long began = clock.nanoTime();
            reader.readUntil(() -> clock.nanoTime() - began > HEARTBEAT.toNanos());
            proxy.blackHole();
            proxy.awaitConnections(2);
        }
    }

    /** It comes again and again: the sender must not send it, or the limit must be raised. */
    @Test
    void aFrameThatIsTooLongEndsEachConnectionThatItComesBy() throws Exception {
        peers.bind(peer, "DEALER", port);
        ZeroMqAckSource<String> source = ZeroMqAckSource.builder(ZeroMqMessage::text)
                .connect("tcp://127.0.0.1:" + port)
                .maxMessageSize(ByteSize.kibibytes(1))
                .build();
        publish(peers, peer, List.of("x".repeat(2_000)));
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> {
                        try (ReceiverReader<String> reader = new ReceiverReader<>(source)) {
                            reader.readUntil(() -> false);
                        }
                    })
                    .hasMessageContaining("ACQ-258");
        }
        assertThat(peers.pending(peer)).isEqualTo(1);
    }
}
