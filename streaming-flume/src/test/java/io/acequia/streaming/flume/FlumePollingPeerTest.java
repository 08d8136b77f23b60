/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.flume;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.receiver.ReceiverDisconnectedException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a source says to peers that are no sinks, or say what they should not. */
@Timeout(30)
class FlumePollingPeerTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final byte[] HELLO =
            ByteBuffer.allocate(8).putInt(SinkConnection.HELLO).putInt(60_000).array();

    /** Reads until there is nothing more from somebody that says this, and then is silent. */
    private static void reads(byte[] said, String... words) throws Exception {
        reads(Duration.ofSeconds(10), said, words);
    }

    private static void reads(Duration timeout, byte[] said, String... words) throws Exception {
        ExecutorService peer = Executors.newSingleThreadExecutor();
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            peer.submit(() -> {
                Socket socket = server.accept();
                socket.getOutputStream().write(said);
                return socket;
            });
            assertThatThrownBy(() -> {
                        try (Reader reader = Reader.connected(source(server.getLocalPort(), timeout))) {
                            reader.readUntil("the end", () -> false);
                        }
                    })
                    .isInstanceOf(ReceiverDisconnectedException.class)
                    .hasMessageContainingAll(words);
        } finally {
            peer.shutdownNow();
        }
    }

    private static FlumePollingSource source(int port, Duration timeout) {
        return FlumePollingSource.builder()
                .sink("127.0.0.1", port)
                .timeout(timeout)
                .build();
    }

    private static byte[] helloAnd(byte[] frame) {
        return ByteBuffer.allocate(HELLO.length + frame.length)
                .put(HELLO)
                .put(frame)
                .array();
    }

    @Test
    void aPeerThatDoesNotAnswerIsNoSink() throws Exception {
        reads(
                SECOND,
                new byte[0],
                "ACQ-2627 no connection to the sink at 127.0.0.1:",
                " within PT1S: it does not answer");
    }

    @Test
    void aPeerThatAnswersOtherwiseIsNoSink() throws Exception {
        reads(
                "HTTP/1.1 400 Bad Request\r\n".getBytes(UTF_8),
                "ACQ-2628 what listens at the sink at 127.0.0.1:",
                "is no PollingSink of this version: it began with 48545450");
    }

    @Test
    void nobodyListens() throws Exception {
        assertThatThrownBy(() -> Reader.connected(source(Agent.freePort(), SECOND)))
                .isInstanceOf(ReceiverDisconnectedException.class)
                .hasMessageStartingWith("ACQ-2627 no connection to the sink at 127.0.0.1:")
                .hasMessageEndingWith("Connection refused: does the agent run, with a PollingSink there?");
    }

    @Test
    void aHostThatIsNotThere() {
        assertThatThrownBy(() -> Reader.connected(
                        FlumePollingSource.builder().sink("nowhere.invalid", 1).build()))
                .hasMessageContaining("there is no host of that name");
    }

    @Test
    void aSinkThatIsSilentAfterItsHelloIsNoticed() throws Exception {
        reads(SECOND, HELLO, "ACQ-2630 ", "is silent since PT1S");
    }

    @Test
    void aFrameOfAnUnknownKind() throws Exception {
        reads(helloAnd(new byte[] {77}), "ACQ-2631 ", "sends a frame of kind 77");
    }

    @Test
    void aFrameThatSaysOfItselfThatItIsTooLarge() throws Exception {
        byte[] frame = ByteBuffer.allocate(9)
                .put(SinkConnection.EVENTS)
                .putInt(1)
                .putInt(Integer.MAX_VALUE)
                .array();
        reads(helloAnd(frame), "ACQ-2631 ", "sends 2147483647 bytes at a time, and maxFrame is 67108864 bytes");
    }

    @Test
    void framesWhoseLengthsDoNotFit() throws Exception {
        for (int[] numbers : new int[][] {
            {4, Integer.MAX_VALUE},
            {4, -1},
            {12, 1, 1, Integer.MAX_VALUE},
            {12, 1, 0, -5},
            {12, 1, 0, 1 << 20},
            {8, 0, 7}
        }) {
            ByteBuffer frame = ByteBuffer.allocate(9 + numbers[0])
                    .put(SinkConnection.EVENTS)
                    .putInt(1);
            for (int each : numbers) {
                frame.putInt(each);
            }
            reads(helloAnd(frame.array()), "ACQ-2631 ", "sends a frame that is not whole");
        }
    }

    @Test
    void aChannelThatFailsEndsTheConnectionWithTheReason() throws Exception {
        byte[] why = "org.apache.flume.ChannelException: no disk".getBytes(UTF_8);
        byte[] frame = ByteBuffer.allocate(9 + why.length)
                .put(SinkConnection.FAILED)
                .putInt(1)
                .putInt(why.length)
                .put(why)
                .array();
        reads(
                helloAnd(frame),
                "ACQ-2632 the channel of the sink at 127.0.0.1:",
                "failed: org.apache.flume.ChannelException: no disk");
    }

    @Test
    void aReceiverThatCouldNotConnectCanBeClosed() throws Exception {
        try (Reader reader = Reader.of(source(Agent.freePort(), SECOND))) {
            assertThat(reader).isNotNull();
        }
    }

    @Test
    void aConnectionThatIsCutWhileItBeginsIsNoSink() throws Exception {
        ExecutorService peer = Executors.newSingleThreadExecutor();
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            peer.submit(() -> {
                server.accept().close();
                return true;
            });
            assertThatThrownBy(() -> Reader.connected(source(server.getLocalPort(), SECOND)))
                    .hasMessageStartingWith("ACQ-2627 ")
                    .hasCauseInstanceOf(IOException.class);
        } finally {
            peer.shutdownNow();
        }
    }
}
