/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.source;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.data.ByteSize;
import io.acequia.streaming.data.Utf8;
import io.acequia.streaming.receiver.ReceiverDisconnectedException;
import io.acequia.streaming.receiver.Records;
import io.acequia.streaming.receiver.Rejected;
import io.acequia.streaming.receiver.UnreliableReceiver;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Scanner;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SocketSourcesTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    private ServerSocket server;
    private Endpoint endpoint;
    private Socket peer;

    @BeforeEach
    void listen() throws IOException {
        server = new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1"));
        endpoint = Endpoint.of("127.0.0.1", server.getLocalPort());
    }

    @AfterEach
    void hangUp() throws IOException {
        if (peer != null) {
            peer.close();
        }
        server.close();
    }

    @Test
    void linesComeAsSlicesWithWhatWasRejected() throws Exception {
        try (UnreliableReceiver<Utf8> receiver = connected(new SocketLineSource(endpoint, 5).newReceiver())) {
            peer.getOutputStream().write("hello\nworld!\nhalf".getBytes(UTF_8));
            peer.close();
            List<Rejected> rejected = new ArrayList<>();

            assertThat(readAll(receiver, rejected)).containsExactly(Utf8.of("hello"));
            assertThat(rejected)
                    .extracting(one -> one.cause().getMessage().substring(0, 8))
                    .containsExactly("ACQ-0603", "ACQ-0602");
        }
    }

    @Test
    void sourcesAreNamedByTheirAddressAndSurviveSerialization() throws Exception {
        SocketLineSource source = copy(new SocketLineSource(endpoint, 5));
        assertThat(source.name()).isEqualTo("socket://127.0.0.1:" + server.getLocalPort());
        assertThat(copy(new RawSocketSource(endpoint, new ByteSize(5))).name()).isEqualTo(source.name());
        assertThat(copy(new SocketDecoderSource<>(endpoint, SocketSourcesTest::words))
                        .name())
                .isEqualTo(source.name());
    }

    @Test
    void aRefusedConnectionNamesTheAddress() throws Exception {
        server.close();
        try (UnreliableReceiver<Utf8> receiver = new SocketLineSource(endpoint, 5).newReceiver()) {
            assertThatThrownBy(receiver::connect)
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("ACQ-0611")
                    .hasMessageContaining(endpoint.toString());
        }
    }

    @Test
    void badSettingsAreRefused() {
        assertThatThrownBy(() -> Endpoint.of(" ", 1)).hasMessageStartingWith("ACQ-0608");
        assertThatThrownBy(() -> Endpoint.of("h", 0)).hasMessageStartingWith("ACQ-0609");
        assertThatThrownBy(() -> Endpoint.of("h", 65536)).hasMessageContaining("from 1 to 65535");
        assertThatThrownBy(() -> new Endpoint("h", 1, Duration.ZERO)).hasMessageStartingWith("ACQ-0610");
        assertThatThrownBy(() -> new SocketLineSource(endpoint, 0)).hasMessageStartingWith("ACQ-0612");
        assertThatThrownBy(() -> new RawSocketSource(endpoint, new ByteSize(0))).hasMessageStartingWith("ACQ-0617");
    }

    @Test
    void aDecoderGivesEachRecordAsSoonAsItIsThere() throws Exception {
        SocketDecoderSource<String> source = new SocketDecoderSource<>(endpoint, SocketSourcesTest::words);
        try (UnreliableReceiver<String> receiver = connected(source.newReceiver())) {
            peer.getOutputStream().write("one two th".getBytes(UTF_8));
            assertThat(receiver.read(0, LONG).records()).isEmpty();
            assertThat(receiver.read(10, LONG).records()).containsExactly("one");
            assertThat(receiver.read(10, LONG).records()).containsExactly("two");
            peer.getOutputStream().write("ree ".getBytes(UTF_8));
            assertThat(receiver.read(10, LONG).records()).containsExactly("three");
            peer.close();
            assertThatThrownBy(() -> receiver.read(10, LONG))
                    .isInstanceOf(ReceiverDisconnectedException.class)
                    .hasMessageStartingWith("ACQ-0615");
        }
    }

    @Test
    void wakeUpEndsADecoderThatBlocks() throws Exception {
        CountDownLatch reading = new CountDownLatch(1);
        SocketDecoderSource<Integer> source = new SocketDecoderSource<>(endpoint, in -> {
            reading.countDown();
            int first = in.read();
            return List.of(first).iterator();
        });
        try (UnreliableReceiver<Integer> receiver = connected(source.newReceiver())) {
            CompletableFuture<Void> read =
                    CompletableFuture.runAsync(() -> assertThatThrownBy(() -> receiver.read(1, LONG))
                            .isInstanceOf(ReceiverDisconnectedException.class)
                            .hasMessageStartingWith("ACQ-0614"));
            reading.await();
            receiver.wakeUp();
            read.join();
        }
    }

    @Test
    void aDecoderThatGivesNullIsNamed() throws Exception {
        try (UnreliableReceiver<String> receiver =
                connected(new SocketDecoderSource<String>(endpoint, in -> null).newReceiver())) {
            assertThatThrownBy(() -> receiver.read(1, LONG)).hasMessageStartingWith("ACQ-0616");
        }
        try (UnreliableReceiver<String> receiver = connected(new SocketDecoderSource<String>(
                        endpoint, in -> Arrays.asList((String) null).iterator())
                .newReceiver())) {
            assertThatThrownBy(() -> receiver.read(1, LONG)).hasMessageStartingWith("ACQ-0613");
        }
    }

    @Test
    void blocksComeByTheirLengthEmptyAndLargeOnesToo() throws Exception {
        byte[] large = new byte[300_000];
        Arrays.fill(large, (byte) 7);
        RawSocketSource source = new RawSocketSource(endpoint, ByteSize.mebibytes(1));
        try (UnreliableReceiver<byte[]> receiver = connected(source.newReceiver())) {
            byte[] bytes = frames(new byte[] {1, 2}, new byte[0], large, new byte[] {3});
            CompletableFuture<Void> sender = CompletableFuture.runAsync(() -> {
                try {
                    peer.getOutputStream().write(bytes);
                    peer.close();
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            List<Rejected> rejected = new ArrayList<>();

            assertThat(readAll(receiver, rejected))
                    .containsExactly(new byte[] {1, 2}, new byte[0], large, new byte[] {3});
            assertThat(rejected).isEmpty();
            sender.join();
        }
    }

    @Test
    void blocksMayBeSplitAtEveryByte() throws Exception {
        byte[] bytes = frames(new byte[] {1, 2, 3}, new byte[0], new byte[] {4});
        for (int at = 0; at <= bytes.length; at++) {
            FrameCutter cutter = new FrameCutter("peer", 10);
            List<byte[]> frames = new ArrayList<>();
            cutter.fill(new ByteArrayInputStream(bytes, 0, at));
            cutter.cut(10, frames);
            cutter.fill(new ByteArrayInputStream(bytes, at, bytes.length - at));
            cutter.cut(10, frames);
            assertThat(frames).containsExactly(new byte[] {1, 2, 3}, new byte[0], new byte[] {4});
            assertThat(cutter.takeRest()).isEmpty();
        }
    }

    @Test
    void aLengthOutOfBoundsBreaksTheConnectionAfterTheBlocksBeforeIt() throws Exception {
        for (int length : new int[] {-1, 11, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            RawSocketSource source = new RawSocketSource(endpoint, new ByteSize(10));
            try (UnreliableReceiver<byte[]> receiver = connected(source.newReceiver())) {
                DataOutputStream out = new DataOutputStream(peer.getOutputStream());
                ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                bytes.writeBytes(frames(new byte[] {9}));
                new DataOutputStream(bytes).writeInt(length);
                out.write(bytes.toByteArray());

                List<byte[]> before = new ArrayList<>();
                assertThatThrownBy(() -> {
                            while (true) {
                                before.addAll(receiver.read(10, LONG).records());
                            }
                        })
                        .isInstanceOf(ReceiverDisconnectedException.class)
                        .hasMessageStartingWith("ACQ-0621")
                        .hasMessageContaining("block 2 with " + length + " bytes")
                        .hasMessageContaining("from 0 to 10");
                assertThat(before).containsExactly(new byte[] {9});
            }
        }
    }

    @Test
    void aBlockCutOffByTheEndIsRejectedThenTheConnectionIsGone() throws Exception {
        for (int kept : new int[] {2, 5}) {
            RawSocketSource source = new RawSocketSource(endpoint, new ByteSize(10));
            try (UnreliableReceiver<byte[]> receiver = connected(source.newReceiver())) {
                peer.getOutputStream().write(frames(new byte[] {1, 2, 3}), 0, kept);
                peer.close();
                List<Rejected> rejected = new ArrayList<>();

                assertThat(readAll(receiver, rejected)).isEmpty();
                assertThat(rejected).singleElement().satisfies(half -> assertThat(half.cause())
                        .hasMessageStartingWith("ACQ-0620")
                        .hasMessageContaining(kept == 2 ? "2 of the 4 bytes" : "1 of 3 bytes"));
                assertThatThrownBy(() -> receiver.read(1, LONG)).hasMessageStartingWith("ACQ-0618");
            }
        }
    }

    @Test
    void aClosedSocketIsADisconnection() throws Exception {
        UnreliableReceiver<byte[]> receiver = connected(new RawSocketSource(endpoint, new ByteSize(10)).newReceiver());
        receiver.close();
        assertThatThrownBy(() -> receiver.read(1, LONG)).hasMessageStartingWith("ACQ-0619");
        UnreliableReceiver<Utf8> unconnected = new SocketLineSource(endpoint, 5).newReceiver();
        unconnected.wakeUp();
        assertThatThrownBy(unconnected::connect).isInstanceOf(IOException.class);
    }

    private <T> UnreliableReceiver<T> connected(UnreliableReceiver<T> receiver) throws Exception {
        receiver.connect();
        peer = server.accept();
        return receiver;
    }

    private static <T> List<T> readAll(UnreliableReceiver<T> receiver, List<Rejected> rejected) throws Exception {
        List<T> all = new ArrayList<>();
        while (true) {
            try {
                Records<T> read = receiver.read(10, LONG);
                all.addAll(read.records());
                rejected.addAll(read.rejected());
            } catch (ReceiverDisconnectedException e) {
                return all;
            }
        }
    }

    private static Iterator<String> words(InputStream in) {
        return new Scanner(in, UTF_8);
    }

    private static byte[] frames(byte[]... frames) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        for (byte[] frame : frames) {
            out.writeInt(frame.length);
            out.write(frame);
        }
        return bytes.toByteArray();
    }

    @SuppressWarnings("unchecked")
    private static <S> S copy(S value) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(value);
        }
        return (S) new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray())).readObject();
    }
}
