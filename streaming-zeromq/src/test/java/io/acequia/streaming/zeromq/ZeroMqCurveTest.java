/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.zeromq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.acequia.streaming.data.Secret;
import io.acequia.streaming.testkit.ContainerTest;
import io.acequia.streaming.testkit.ReceiverReader;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.zeromq.ZMQ;

/** CURVE with libzmq as the other side: what is refused is told, and does not wait for a time-out. */
@ContainerTest
@Timeout(60)
class ZeroMqCurveTest {
    private static final Duration LONGER_THAN_THE_TEST = Duration.ofMinutes(10);
    private static final ZMQ.Curve.KeyPair SERVER = ZMQ.Curve.generateKeyPair();
    private static final ZMQ.Curve.KeyPair CLIENT = ZMQ.Curve.generateKeyPair();
    private static final ZMQ.Curve.KeyPair OTHER = ZMQ.Curve.generateKeyPair();

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

    private String address() {
        return "tcp://127.0.0.1:" + port;
    }

    private ZeroMqSource.Builder<String> subscriber() {
        return ZeroMqSource.subscriber(ZeroMqMessage::text)
                .connect(address())
                .connectTimeout(LONGER_THAN_THE_TEST)
                .topics("");
    }

    private static Secret secret(ZMQ.Curve.KeyPair keys) {
        return Secret.of(keys.secretKey);
    }

    private void bindServer() throws Exception {
        peers.bind(peer, "PUB", port, "secret=" + SERVER.secretKey);
    }

    private void connectClient(String name, ZMQ.Curve.KeyPair server) throws Exception {
        peers.connect(
                name,
                "DEALER",
                port,
                "secret=" + CLIENT.secretKey,
                "public=" + CLIENT.publicKey,
                "server=" + server.publicKey);
    }

    // ---- we are the client

    @Test
    void theRightKeysRead() throws Exception {
        bindServer();
        ZeroMqSource<String> source = subscriber()
                .curveClient(SERVER.publicKey, CLIENT.publicKey, secret(CLIENT))
                .build();
        try (ReceiverReader<String> reader = new ReceiverReader<>(source)) {
            peers.publish(peer, "topic", "hidden");
            assertThat(reader.readAll(1)).containsExactly("hidden");
        }
    }

    @Test
    void aWrongKeyOfTheServerIsToldAtOnce() throws Exception {
        bindServer();
        ZeroMqSource<String> source = subscriber()
                .curveClient(OTHER.publicKey, CLIENT.publicKey, secret(CLIENT))
                .build();
        Throwable refused = catchThrowable(() -> new ReceiverReader<>(source));
        assertThat(refused)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith(
                        "ACQ-2583 ZeroMQ SUB connected to " + address() + ": the handshake with CURVE failed")
                .hasMessageNotContaining(CLIENT.secretKey);
    }

    @Test
    void aSecretThatDoesNotGoWithItsPublicKeyIsToldAtOnce() throws Exception {
        bindServer();
        assertThatThrownBy(() -> new ReceiverReader<>(subscriber()
                        .curveClient(SERVER.publicKey, OTHER.publicKey, secret(CLIENT))
                        .build()))
                .hasMessageStartingWith("ACQ-2583 ");
    }

    @Test
    void aPeerThatDoesNotEncryptIsToldAtOnce() throws Exception {
        peers.bind(peer, "PUB", port);
        assertThatThrownBy(() -> new ReceiverReader<>(subscriber()
                        .curveClient(SERVER.publicKey, CLIENT.publicKey, secret(CLIENT))
                        .build()))
                .hasMessageStartingWith("ACQ-2584 ")
                .hasMessageEndingWith("Look whether the peer runs, and is ZeroMQ with CURVE");
    }

    @Test
    void aPeerThatEncryptsAloneIsToldAtOnce() throws Exception {
        bindServer();
        assertThatThrownBy(() -> new ReceiverReader<>(subscriber().build()))
                .hasMessageStartingWith("ACQ-2584 ")
                .hasMessageEndingWith("Look whether the peer runs, and is ZeroMQ without CURVE");
    }

    // ---- we are the server

    @Test
    void aClientWithOurPublicKeyIsReadAndAcknowledged() throws Exception {
        ZeroMqAckSource<String> source = ZeroMqAckSource.builder(ZeroMqMessage::text)
                .bind(address())
                .curveServer(secret(SERVER))
                .build();
        try (ReceiverReader<String> reader = new ReceiverReader<>(source)) {
            connectClient(peer, SERVER);
            peers.publish(peer, "hidden");
            assertThat(reader.readAll(1)).containsExactly("hidden");
            reader.ack();
            reader.readUntil(() -> peers.pending(peer) == 0);
        }
    }

    @Test
    void clientsThatAreNotLetInAreLoggedAndDisturbNobody() throws Exception {
        ZeroMqAckSource<String> source = ZeroMqAckSource.builder(ZeroMqMessage::text)
                .bind(address())
                .curveServer(secret(SERVER))
                .build();
        try (LogLines log = new LogLines();
                ReceiverReader<String> reader = new ReceiverReader<>(source)) {
            connectClient(peer + "-other", OTHER);
            reader.readUntil(() -> !log.lines().isEmpty());
            assertThat(log.lines().get(0))
                    .startsWith(
                            "WARNING ACQ-2582 ZeroMQ ROUTER bound to " + address() + ": a connection was not let in")
                    .contains("HANDSHAKE_FAILED_PROTOCOL")
                    .doesNotContain(SERVER.secretKey);
            peers.connect(peer + "-open", "DEALER", port);
            connectClient(peer, SERVER);
            peers.publish(peer, "hidden");
            assertThat(reader.readAll(1)).containsExactly("hidden");
            assertThat(log.lines()).as("warnings within 10 s").hasSize(1);
        }
    }
}
