/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.flume;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.data.Secret;
import io.acequia.streaming.receiver.Delivery;
import io.acequia.streaming.receiver.ReceiverDisconnectedException;
import io.acequia.streaming.testkit.ContainerTest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.flume.Event;
import org.apache.flume.EventDeliveryException;
import org.apache.flume.api.RpcClient;
import org.apache.flume.api.RpcClientFactory;
import org.apache.flume.event.EventBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Listening for a real agent with Flume's own Avro sink, and for Flume's client. */
@ContainerTest
@Timeout(90)
class FlumeSourceTest {
    private static final int PLAIN = 0;
    private static final int COMPRESSED = 1;
    private static final int ENCRYPTED = 2;
    private static final int BOTH = 3;
    private static final Secret PASSWORD = Secret.of("right-horse-battery");

    @TempDir
    static Path folder;

    private static Path store;
    private static Agent agent;

    private final ExecutorService clients = Executors.newCachedThreadPool();
    private final List<RpcClient> open = new ArrayList<>();

    @BeforeAll
    static void start() throws Exception {
        store = KeyStores.made(folder.resolve("keys.p12"), PASSWORD);
        agent = Agent.with(
                List.of(
                        lane(),
                        lane().sink("compression-type", "deflate"),
                        encrypted(lane()),
                        encrypted(lane().sink("compression-type", "deflate"))),
                Map.of("KEYSTORE", Base64.getEncoder().encodeToString(Files.readAllBytes(store))));
    }

    private static Agent.Lane lane() throws IOException {
        return Agent.Lane.inMemory().sending(Agent.freePort());
    }

    private static Agent.Lane encrypted(Agent.Lane lane) {
        return lane.sink("ssl", true)
                .sink("truststore", "/opt/flume/keystore.p12")
                .sink("truststore-type", "PKCS12")
                .sink("truststore-password", PASSWORD.expose());
    }

    @AfterAll
    static void stop() {
        agent.close();
    }

    @AfterEach
    void closeClients() {
        clients.shutdownNow();
        open.forEach(RpcClient::close);
    }

    private static List<String> publish(Agent to, int lane, int count) throws EventDeliveryException {
        List<String> texts =
                IntStream.range(0, count).mapToObj(i -> lane + "-" + i).toList();
        to.publish(texts.stream()
                .map(text -> event(text, Map.of(Agent.LANE, String.valueOf(lane))))
                .toList());
        return texts;
    }

    private static Event event(String text, Map<String, String> headers) {
        return EventBuilder.withBody(text, UTF_8, new HashMap<>(headers));
    }

    private static FlumeSource.Builder source() throws IOException {
        return FlumeSource.builder("127.0.0.1", Agent.freePort());
    }

    private static FlumeSource.Builder source(int lane) {
        return FlumeSource.builder("127.0.0.1", agent.port(lane));
    }

    /** A client of a source; each sends one batch at a time, as agents do. */
    private RpcClient client(FlumeSource source) {
        return client(source, Map.of());
    }

    private RpcClient client(FlumeSource source, Map<String, String> more) {
        Properties properties = new Properties();
        properties.putAll(more);
        properties.setProperty("hosts", "h");
        properties.setProperty("hosts.h", source.toString().replaceFirst(".* at ", ""));
        properties.setProperty("request-timeout", "20000");
        RpcClient client = RpcClientFactory.getInstance(properties);
        open.add(client);
        return client;
    }

    private Future<Boolean> sending(RpcClient client, String... texts) {
        List<Event> events = new ArrayList<>();
        for (String text : texts) {
            events.add(event(text, Map.of()));
        }
        return clients.submit(() -> {
            client.appendBatch(events);
            return true;
        });
    }

    private static void isFailed(Future<Boolean> sent) {
        assertThatThrownBy(sent::get)
                .isInstanceOf(ExecutionException.class)
                .rootCause()
                .hasMessageEndingWith("Avro RPC call returned Status: FAILED");
    }

    // ---- from an agent

    @Test
    void anAgentSendsWhatIsInItsChannel() throws Exception {
        readsFrom(source(PLAIN), PLAIN);
    }

    @Test
    void anAgentSendsWithCompression() throws Exception {
        readsFrom(source(COMPRESSED).compression(true), COMPRESSED);
    }

    @Test
    void anAgentSendsWithTls() throws Exception {
        readsFrom(source(ENCRYPTED).tls(store.toString(), PASSWORD), ENCRYPTED);
    }

    @Test
    void anAgentSendsWithTlsAndCompression() throws Exception {
        readsFrom(source(BOTH).tls(store.toString(), PASSWORD).compression(true), BOTH);
    }

    private static void readsFrom(FlumeSource.Builder source, int lane) throws Exception {
        List<String> texts = publish(agent, lane, 1_000);
        try (Reader reader = Reader.connected(source.build())) {
            List<FlumeEvent> all = reader.readAll(1_000);
            assertThat(Reader.texts(all)).isEqualTo(texts);
            assertThat(all).allSatisfy(each -> assertThat(each.headers()).isEqualTo(Map.of(Agent.LANE, "" + lane)));
            reader.readUntil("the channel to be empty", () -> agent.taken(lane) == 1_000);
        }
    }

    @Test
    void anAgentThatIsKilledWithItsChannelInFilesLosesNothing() throws Exception {
        int port = Agent.freePort();
        try (Agent killed = Agent.with(List.of(Agent.Lane.inFiles().sending(port)))) {
            List<String> texts = publish(killed, 0, 1_000);
            FlumeSource source = FlumeSource.builder("127.0.0.1", port).build();
            try (Reader reader = Reader.connected(source)) {
                reader.readSome();
                killed.kill();
                killed.restart();
                assertThat(Reader.texts(reader.readAll(1_000))).containsExactlyInAnyOrderElementsOf(texts);
                reader.readUntil("the channel to be empty", () -> killed.taken(0) == 1_000);
            }
        }
    }

    // ---- answers

    @Test
    void anEventAndABatchAreAnsweredWhenTheyAreSafe() throws Exception {
        FlumeSource source = source().build();
        try (Reader reader = Reader.connected(source)) {
            RpcClient client = client(source);
            Future<Boolean> one = clients.submit(() -> {
                client.append(event("one", Map.of("a", "1")));
                return true;
            });
            Delivery<FlumeEvent> read = reader.readSome();
            assertThat(read.records()).containsExactly(new FlumeEvent(Map.of("a", "1"), "one".getBytes(UTF_8)));
            assertThat(one).isNotDone();
            read.settlement().ack();
            assertThat(one.get()).isTrue();
            Future<Boolean> batch = sending(client, "two", "three");
            read = reader.readSome();
            assertThat(Reader.texts(read.records())).containsExactly("two", "three");
            read.settlement().ack();
            assertThat(batch.get()).isTrue();
        }
    }

    @Test
    void aBatchOfNothingIsAnsweredAtOnce() throws Exception {
        FlumeSource source = source().build();
        try (Reader reader = Reader.connected(source)) {
            assertThat(reader).isNotNull();
            assertThat(sending(client(source)).get()).isTrue();
        }
    }

    @Test
    void manyBatchesThatAreGivenBackAreAnsweredByFailed() throws Exception {
        FlumeSource source = source().build();
        try (Reader reader = Reader.connected(source)) {
            for (int i = 0; i < 100; i++) {
                RpcClient client = client(source);
                Future<Boolean> sent = sending(client, "given back");
                reader.readSome().settlement().nack(new IOException("of the test"));
                isFailed(sent);
                client.close();
            }
            Future<Boolean> sent = sending(client(source), "given back");
            reader.readSome().settlement().ack();
            assertThat(sent.get()).isTrue();
        }
    }

    @Test
    void aBatchThatIsNotSafeInTimeIsAnsweredByFailedAndReported() throws Exception {
        FlumeSource source =
                source().name("late").answerTimeout(Duration.ofSeconds(2)).build();
        try (LoggedLines logged = new LoggedLines();
                Reader reader = Reader.connected(source)) {
            Future<Boolean> sent = sending(client(source), "late");
            Delivery<FlumeEvent> read = reader.readSome();
            isFailed(sent);
            assertThat(logged.text()).contains("ACQ-2624 source 'late': 1 events were not safe within PT2S");
            read.settlement().ack();
            assertThat(sending(client(source), "unread")).failsWithin(Duration.ofSeconds(20));
            assertThat(reader.read(10).records())
                    .as("what its sender sends again")
                    .isEmpty();
        }
    }

    @Test
    void anAnswerThatIsDueAtTheEndIsStillSent() throws Exception {
        for (int i = 0; i < 20; i++) {
            FlumeSource source = source().build();
            Future<Boolean> sent;
            try (Reader reader = Reader.connected(source)) {
                sent = sending(client(source), "last");
                reader.readSome().settlement().ack();
            }
            assertThat(sent.get()).isTrue();
        }
    }

    @Test
    void whatWasNotSafeAtTheEndIsAnsweredByFailed() throws Exception {
        FlumeSource source = source().build();
        Future<Boolean> read;
        Future<Boolean> unread;
        try (Reader reader = Reader.connected(source)) {
            read = sending(client(source), "read");
            reader.readSome();
            unread = sending(client(source), "unread");
        }
        isFailed(read);
        assertThat(unread).failsWithin(Duration.ofSeconds(20));
    }

    @Test
    void aBatchDoesNotWaitForItsAnswerBehindAnotherOne() throws Exception {
        FlumeSource source = source().threads(2).build();
        try (Reader reader = Reader.connected(source)) {
            Future<Boolean> first = sending(client(source), "first");
            Delivery<FlumeEvent> unsettled = reader.readSome();
            RpcClient other = client(source);
            for (int i = 0; i < 40; i++) {
                Future<Boolean> sent = sending(other, "other " + i);
                reader.readSome().settlement().ack();
                assertThat(sent.get()).isTrue();
            }
            assertThat(first).isNotDone();
            unsettled.settlement().ack();
            assertThat(first.get()).isTrue();
        }
    }

    @Test
    void whenTheReceiverIsFullSendersWait() throws Exception {
        FlumeSource source = source().capacity(1).build();
        try (Reader reader = Reader.connected(source)) {
            List<Future<Boolean>> sent = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                sent.add(sending(client(source), "held " + i));
            }
            assertThat(reader.readAll(10)).hasSize(10);
            reader.read(0);
            for (Future<Boolean> each : sent) {
                assertThat(each.get()).isTrue();
            }
        }
    }

    // ---- who comes and goes

    @Test
    void silentAgentsAreNoticedWhereTheyAreExpectedToSend() throws Exception {
        FlumeSource source =
                source().name("busy").agentTimeout(Duration.ofSeconds(1)).build();
        try (Reader reader = Reader.connected(source)) {
            for (int i = 0; i < 30; i++) {
                reader.read(10);
            }
            Future<Boolean> sent = sending(client(source), "one");
            Delivery<FlumeEvent> read = reader.readSome();
            for (int i = 0; i < 30; i++) {
                assertThat(reader.read(10).records()).isEmpty();
            }
            read.settlement().ack();
            assertThat(sent.get()).isTrue();
            assertThatThrownBy(() -> reader.readUntil("the end", () -> false))
                    .isInstanceOf(ReceiverDisconnectedException.class)
                    .hasMessage("ACQ-2623 the agents of source 'busy' are gone, or silent for PT1S");
        }
    }

    @Test
    void somebodyWhoSaysOtherThingsIsDisconnectedAndDisturbsNobody() throws Exception {
        FlumeSource source = source().build();
        try (LoggedLines logged = new LoggedLines();
                Reader reader = Reader.connected(source)) {
            String[] address = source.toString().replaceFirst(".* at ", "").split(":");
            for (byte[] said : List.of(
                    "GET / HTTP/1.1\r\n\r\n".getBytes(UTF_8),
                    ByteBuffer.allocate(12).putInt(1).putInt(1).putInt(-1).array(),
                    ByteBuffer.allocate(13)
                            .putInt(1)
                            .putInt(1)
                            .putInt(1)
                            .put((byte) -1)
                            .array())) {
                try (Socket socket = new Socket(address[0], Integer.parseInt(address[1]))) {
                    socket.getOutputStream().write(said);
                    socket.shutdownOutput();
                    socket.setSoTimeout(20_000);
                    assertThat(socket.getInputStream().readAllBytes()).hasSizeLessThan(1_000);
                }
            }
            Future<Boolean> sent = sending(client(source), "one");
            reader.readSome().settlement().ack();
            assertThat(sent.get()).isTrue();
            assertThat(logged.text()).doesNotContain("OutOfMemory");
        }
    }

    @Test
    void aSenderWithoutTlsIsRefusedByASourceWithIt() throws Exception {
        FlumeSource source =
                source().name("secured").tls(store.toString(), PASSWORD).build();
        try (LoggedLines logged = new LoggedLines();
                Reader reader = Reader.connected(source)) {
            Future<Boolean> sent = sending(client(source), "plain");
            assertThat(sent).failsWithin(Duration.ofSeconds(20));
            assertThat(reader.read(10).records()).isEmpty();
            Reader.until("the log", () -> logged.text().contains("sink be set as here?"));
            assertThat(logged.text())
                    .contains("ACQ-2625 source 'secured' disconnects /127.0.0.1:")
                    .contains("Should TLS and compression of its sink be set as here?");
        }
    }

    @Test
    void aSenderThatDoesNotTrustTheCertificateSendsNothing() throws Exception {
        Path other = KeyStores.made(folder.resolve("other.p12"), PASSWORD);
        FlumeSource source = source().tls(store.toString(), PASSWORD).build();
        try (LoggedLines logged = new LoggedLines();
                Reader reader = Reader.connected(source)) {
            Future<Boolean> trusting = sending(client(source, trust(store)), "trusting");
            reader.readSome().settlement().ack();
            assertThat(trusting.get()).isTrue();
            assertThat(clients.submit(() -> sending(client(source, trust(other)), "not trusting")
                            .get()))
                    .failsWithin(Duration.ofSeconds(20));
            assertThat(reader.read(10).records()).isEmpty();
            Reader.until("the log", () -> logged.text().contains("ACQ-2625 "));
            assertThat(logged.text()).contains("certificate_unknown");
        }
    }

    private static Map<String, String> trust(Path trusted) {
        return Map.of(
                "ssl",
                "true",
                "truststore",
                trusted.toString(),
                "truststore-type",
                "PKCS12",
                "truststore-password",
                PASSWORD.expose());
    }

    @Test
    void aSenderWithoutCompressionIsRefusedByASourceWithIt() throws Exception {
        FlumeSource source = source().compression(true).build();
        try (LoggedLines logged = new LoggedLines();
                Reader reader = Reader.connected(source)) {
            assertThat(sending(client(source), "plain")).failsWithin(Duration.ofSeconds(20));
            assertThat(reader.read(10).records()).isEmpty();
            Reader.until("the log", () -> logged.text().contains("ACQ-2625 "));
        }
    }

    @Test
    void aWrongPasswordOfTheKeyStoreIsRefusedWithoutBeingQuoted() throws Exception {
        FlumeSource source =
                source().tls(store.toString(), Secret.of("wrong-horse-battery")).build();
        assertThatThrownBy(() -> Reader.connected(source))
                .hasMessageStartingWith("ACQ-2622 the key store " + store)
                .hasMessageNotContaining("wrong-horse");
    }

    @Test
    void aPortThatIsTakenIsToldAndLeavesNothingBehind() throws Exception {
        int threads = Thread.getAllStackTraces().size();
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            FlumeSource source =
                    FlumeSource.builder("127.0.0.1", taken.getLocalPort()).build();
            for (int i = 0; i < 20; i++) {
                assertThatThrownBy(() -> Reader.connected(source))
                        .hasMessageStartingWith("ACQ-2621 source 'flume:127.0.0.1:" + taken.getLocalPort()
                                + "' cannot listen on 127.0.0.1:" + taken.getLocalPort() + ": ")
                        .hasMessageContaining("Address already in use");
            }
        }
        Reader.until("no more threads than before, and few more", noMoreThan(threads + 5));
    }

    @Test
    void anAddressOfAnotherMachineIsTold() throws Exception {
        FlumeSource source = FlumeSource.builder("192.0.2.1", Agent.freePort()).build();
        assertThatThrownBy(() -> Reader.connected(source))
                .hasMessageStartingWith("ACQ-2621 ")
                .hasMessageEndingWith("is another program there, or is the address another machine's?");
    }

    @Test
    @Timeout(30)
    void aReceiverEndsFasterThanAvrosServerDoes() throws Exception {
        int port = Agent.freePort();
        for (int i = 0; i < 20; i++) {
            try (Reader reader =
                    Reader.connected(FlumeSource.builder("127.0.0.1", port).build())) {
                reader.read(0);
            }
        }
    }

    private static Callable<Boolean> noMoreThan(int threads) {
        return () -> Thread.getAllStackTraces().size() <= threads;
    }
}
