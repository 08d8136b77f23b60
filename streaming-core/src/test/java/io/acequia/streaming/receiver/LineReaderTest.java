/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.receiver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.data.Utf8;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LineReaderTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Duration SHORT = Duration.ofMillis(1);

    private ServerSocket server;
    private Socket client;
    private Socket peer;
    private OutputStream out;

    @BeforeEach
    void connect() throws IOException {
        server = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
        client = new Socket(server.getInetAddress(), server.getLocalPort());
        peer = server.accept();
        out = peer.getOutputStream();
    }

    @AfterEach
    void disconnect() throws IOException {
        peer.close();
        client.close();
        server.close();
    }

    @Test
    void linesEndWithANewlineAndLoseTheCarriageReturnBeforeIt() throws Exception {
        LineReader reader = new LineReader(client, 100);
        send("one\ntwo\r\n\n\r\nfi\rve\n");

        assertThat(read(reader, 5)).containsExactly("one", "two", "", "", "fi\rve");
    }

    @Test
    void aReadGivesNoMoreThanAskedForAndKeepsTheRest() throws Exception {
        LineReader reader = new LineReader(client, 100);
        send("a\nb\nc\n");

        assertThat(reader.read(0, LONG)).isEmpty();
        assertThat(reader.read(2, LONG)).hasSizeBetween(1, 2);
        assertThat(read(reader, 1)).hasSize(1);
    }

    @Test
    void aHalfLineSurvivesATimeOut() throws Exception {
        LineReader reader = new LineReader(client, 100);
        send("hal");
        assertThat(reader.read(10, SHORT)).isEmpty();
        assertThat(reader.read(10, Duration.ZERO)).isEmpty();
        send("f\n");

        assertThat(reader.read(10, LONG)).containsExactly("half");
    }

    @Test
    void aLineMayBeSplitAtEveryByte() throws Exception {
        byte[] text = "ab\r\ncäd€\n\n\uD83D\uDE00x\n".getBytes(UTF_8);
        LineReader reader = new LineReader(client, 100);
        for (int at = 0; at <= text.length; at++) {
            out.write(text, 0, at);
            List<String> lines = new ArrayList<>(reader.read(10, SHORT));
            out.write(text, at, text.length - at);
            while (lines.size() < 4) {
                lines.addAll(reader.read(10, LONG));
            }
            assertThat(lines).as("split at %d", at).containsExactly("ab", "cäd€", "", "\uD83D\uDE00x");
        }
        assertThat(reader.malformed()).isZero();
    }

    @Test
    void malformedBytesAreReplacedAndCountedButASentReplacementIsNot() throws Exception {
        LineReader reader = new LineReader(client, 100);
        out.write(new byte[] {'a', (byte) 0xFF, 'b', (byte) 0xC3, '\n'});
        send("\uFFFD fine\n");

        assertThat(read(reader, 2)).containsExactly("a\uFFFDb\uFFFD", "\uFFFD fine");
        assertThat(reader.malformed()).isEqualTo(2);
    }

    @Test
    void malformedBytesStayInSlicesAndAreCounted() throws Exception {
        LineReader reader = new LineReader(client, 100);
        out.write(new byte[] {(byte) 0xFF, 'b', '\n'});

        List<Utf8> lines = reader.readUtf8(10, LONG);

        assertThat(lines.get(0).toBytes()).containsExactly(0xFF, 'b');
        assertThat(reader.malformed()).isEqualTo(1);
    }

    @Test
    void aLineOfTheLimitIsTakenAndOneByteMoreIsRejectedWhole() throws Exception {
        LineReader reader = new LineReader(client, 4);
        send("1234\r\n12345\n12345\r\nend\n");
        List<String> lines = new ArrayList<>();
        List<Rejected> rejected = new ArrayList<>();
        while (lines.size() + rejected.size() < 4) {
            lines.addAll(reader.read(10, LONG));
            rejected.addAll(reader.takeRejected());
        }

        assertThat(lines).containsExactly("1234", "end");
        assertThat(rejected).extracting(Rejected::where).containsExactly(where(2), where(3));
        assertThat(rejected.get(0).raw()).isEqualTo("12345".getBytes(UTF_8));
        assertThat(rejected.get(0).cause())
                .hasMessageStartingWith("ACQ-0603")
                .hasMessageContaining("longer than 4 bytes");
    }

    @Test
    void aLineOfTenMegabytesIsSkippedToItsNewlineAndOnlyItsBeginningIsKept() throws Exception {
        LineReader reader = new LineReader(client, 1 << 20);
        CompletableFuture<Void> sender =
                CompletableFuture.runAsync(() -> send("before\n" + "x".repeat(10 << 20) + "\nafter\n"));
        List<String> lines = new ArrayList<>();
        List<Rejected> rejected = new ArrayList<>();
        while (lines.size() < 2) {
            lines.addAll(reader.read(10, LONG));
            rejected.addAll(reader.takeRejected());
        }
        sender.join();

        assertThat(lines).containsExactly("before", "after");
        assertThat(rejected).singleElement().satisfies(one -> {
            assertThat(one.raw()).hasSize(256).containsOnly('x');
            assertThat(one.where()).isEqualTo(where(2));
        });
    }

    @Test
    void longLinesOverManyChunksComeWhole() throws Exception {
        LineReader reader = new LineReader(client, 1 << 20);
        String first = "é".repeat(300_000);
        String second = "y".repeat(1 << 20);
        CompletableFuture<Void> sender = CompletableFuture.runAsync(() -> send(first + "\n" + second + "\r\n"));

        assertThat(read(reader, 2)).containsExactly(first, second);
        sender.join();
    }

    @Test
    void aPeerThatClosesGivesItsLinesFirstThenTheHalfLineAsRejectedThenTheSignal() throws Exception {
        LineReader reader = new LineReader(client, 100);
        send("whole\nhal");
        peer.close();

        assertThat(read(reader, 1)).containsExactly("whole");
        assertThat(reader.read(10, LONG)).isEmpty();
        assertThat(reader.takeRejected()).singleElement().satisfies(half -> {
            assertThat(half.raw()).isEqualTo("hal".getBytes(UTF_8));
            assertThat(half.where()).isEqualTo(where(2));
            assertThat(half.cause()).hasMessageStartingWith("ACQ-0602").hasMessageContaining("3 bytes");
        });
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> reader.read(10, LONG))
                    .isInstanceOf(ReceiverDisconnectedException.class)
                    .hasMessageStartingWith("ACQ-0606");
        }
    }

    @Test
    void aClosedReaderIsDisconnected() {
        LineReader reader = new LineReader(client, 100);
        reader.close();

        assertThatThrownBy(() -> reader.read(1, LONG))
                .isInstanceOf(ReceiverDisconnectedException.class)
                .hasMessageStartingWith("ACQ-0607");
    }

    @Test
    void slicesAreNeverWrittenAgain() throws Exception {
        LineReader reader = new LineReader(client, 1000);
        int count = 20_000;
        CompletableFuture<Void> sender = CompletableFuture.runAsync(() -> {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < count; i++) {
                text.append("line ").append(i).append(" €\n");
            }
            send(text.toString());
        });
        List<Utf8> lines = new ArrayList<>();
        while (lines.size() < count) {
            lines.addAll(reader.readUtf8(997, LONG));
        }
        sender.join();

        for (int i = 0; i < count; i++) {
            assertThat(lines.get(i).toString()).isEqualTo("line " + i + " €");
        }
    }

    @Test
    void badArgumentsAreRefused() throws IOException {
        assertThatThrownBy(() -> new LineReader(client, 0)).hasMessageStartingWith("ACQ-0601");
        assertThatThrownBy(() -> new LineReader(client, Integer.MAX_VALUE)).hasMessageContaining("1073741824");
        try (Socket unconnected = new Socket()) {
            assertThatThrownBy(() -> new LineReader(unconnected, 10)).hasMessageStartingWith("ACQ-0604");
        }
        LineReader reader = new LineReader(client, 10);
        assertThatThrownBy(() -> reader.read(-1, LONG)).hasMessageStartingWith("ACQ-0605");
        assertThatThrownBy(() -> reader.read(1, Duration.ofMillis(-1))).hasMessageStartingWith("ACQ-0605");
    }

    private List<String> read(LineReader reader, int count) throws Exception {
        List<String> lines = new ArrayList<>();
        while (lines.size() < count) {
            lines.addAll(reader.read(count - lines.size(), LONG));
        }
        return lines;
    }

    private void send(String text) {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            bytes.writeBytes(text.getBytes(UTF_8));
            bytes.writeTo(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String where(int line) {
        return "127.0.0.1:" + server.getLocalPort() + " line " + line;
    }
}
