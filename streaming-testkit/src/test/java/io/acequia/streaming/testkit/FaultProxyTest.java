/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.data.StreamClock;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class FaultProxyTest {
    private static final int MEGABYTE = 1 << 20;
    private static final int LONGEST_READ_MILLIS = 60_000;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Socket> clients = new ArrayList<>();
    private EchoServer server;
    private FaultProxy proxy;

    @BeforeEach
    void start() throws IOException {
        server = new EchoServer();
        proxy = FaultProxy.to("localhost", server.port());
    }

    @AfterEach
    void stop() throws IOException {
        for (Socket client : clients) {
            client.close();
        }
        proxy.close();
        server.close();
        threads.shutdownNow();
    }

    @Test
    void withoutAFaultBytesPassBothWaysAndAreCounted() throws Exception {
        Socket client = connect();
        assertThat(proxy.host()).isEqualTo("127.0.0.1");
        assertEcho(client, "12345");
        assertEcho(client, "678");

        assertThat(proxy.upBytes()).isEqualTo(8);
        assertThat(proxy.downBytes()).isEqualTo(8);
        assertThat(proxy.acceptedConnections()).isEqualTo(1);
        assertThat(proxy.openConnections()).isEqualTo(1);
    }

    @Test
    void theEndOfAStreamPassesAfterItsBytes() throws Exception {
        Socket client = connect();
        send(client, "last words");
        client.shutdownOutput();

        assertThat(new String(client.getInputStream().readAllBytes(), UTF_8)).isEqualTo("last words");
        assertThat(server.nextEnd()).isEqualTo("end");
        proxy.awaitOpenConnections(0);
    }

    @Test
    void aResetOfTheClientReachesTheServer() throws Exception {
        Socket client = connect();
        assertEcho(client, "a");
        client.setSoLinger(true, 0);
        client.close();

        assertThat(server.nextEnd()).isEqualTo("reset");
        proxy.awaitOpenConnections(0);
    }

    @Test
    void aClientWhoseTargetIsGoneSeesAReset() throws Exception {
        server.close();

        assertReset(connect());
        proxy.awaitOpenConnections(0);
    }

    @Test
    void aLargeStreamPassesUnharmedToAClientThatReadsLate() throws Exception {
        byte[] bytes = random(32 * MEGABYTE);
        Socket client = connect();
        Future<Boolean> sent = sending(client, bytes);

        proxy.awaitUpBytes(MEGABYTE);
        assertThat(client.getInputStream().readNBytes(bytes.length)).isEqualTo(bytes);
        assertThat(sent.get()).isTrue();
        assertThat(proxy.downBytes()).isEqualTo(bytes.length);
    }

    @Test
    void aDelayHoldsEachChunkEachWayOnOpenAndNewConnections() throws Exception {
        Socket open = connect();
        assertEcho(open, "a");
        proxy.delay(Duration.ofMillis(40));

        for (Socket client : List.of(open, connect())) {
            long start = StreamClock.system().nanoTime();
            assertEcho(client, "b");
            assertEcho(client, "c");
            assertThat(Duration.ofNanos(StreamClock.system().nanoTime() - start))
                    .isGreaterThan(Duration.ofMillis(160));
        }
    }

    @Test
    void whatADelayHoldsGoesOnWhenItIsHealed() throws Exception {
        proxy.delay(Duration.ofDays(1));
        Socket client = connect();
        send(client, "patience");
        assertSilence(client);
        assertThat(proxy.upBytes()).isZero();

        proxy.heal();
        assertThat(read(client, 8)).isEqualTo("patience");
    }

    @Test
    void aResetBreaksBothSidesOfWhatIsOpenAndNothingElse() throws Exception {
        Socket first = connect();
        Socket second = connect();
        assertEcho(first, "a");
        assertEcho(second, "b");
        proxy.reset();

        assertThat(proxy.openConnections()).isZero();
        assertReset(first);
        assertReset(second);
        assertThat(server.nextEnd()).isEqualTo("reset");
        assertThat(server.nextEnd()).isEqualTo("reset");
        assertEcho(connect(), "c");
    }

    @Test
    void aFaultMeetsAConnectionThatIsOnlyJustMade() throws Exception {
        for (int round = 0; round < 200; round++) {
            try (Socket client = connect()) {
                proxy.reset();
                assertReset(client);
            }
        }
    }

    @Test
    void aCutEndsBothSidesInOrder() throws Exception {
        Socket client = connect();
        assertEcho(client, "a");
        proxy.blackHole();
        send(client, "bytes that nobody reads do not turn the end into a reset");
        proxy.cut();

        assertThat(proxy.openConnections()).isZero();
        assertThat(client.getInputStream().read()).isEqualTo(-1);
        assertThat(server.nextEnd()).isEqualTo("end");
        proxy.heal();
        assertEcho(connect(), "b");
    }

    @Test
    void aHalfOpenConnectionSwallowsBytesAndTheClientHearsNothing() throws Exception {
        Socket open = connect();
        assertEcho(open, "a");
        proxy.halfOpen();
        assertThat(server.nextEnd()).isEqualTo("end");

        for (Socket client : List.of(open, connect())) {
            client.getOutputStream().write(random(16 * MEGABYTE));
            assertSilence(client);
        }
        assertThat(proxy.upBytes()).isEqualTo(1);
        assertThat(server.connections()).isEqualTo(1);
        assertThat(proxy.openConnections()).isEqualTo(2);
    }

    @Test
    void halfOpenClientsAreResetWhenTheLineHeals() throws Exception {
        Socket client = connect();
        assertEcho(client, "a");
        proxy.halfOpen();
        send(client, "b");
        proxy.heal();

        assertReset(client);
        assertEcho(connect(), "c");
    }

    @Test
    void theProxyNoticesThatAHalfOpenClientGivesUp() throws Exception {
        proxy.halfOpen();
        Socket client = connect();
        proxy.awaitOpenConnections(1);
        client.close();

        proxy.awaitOpenConnections(0);
    }

    @Test
    void nothingLeavesABlackHoleUntilItHeals() throws Exception {
        Socket open = connect();
        assertEcho(open, "a");
        proxy.blackHole();
        Socket late = connect();
        proxy.awaitConnections(2);
        send(open, "old");
        send(late, "new");
        late.shutdownOutput();

        assertSilence(open);
        assertSilence(late);
        assertThat(proxy.upBytes()).isEqualTo(1);
        assertThat(server.connections()).isEqualTo(1);

        proxy.heal();
        assertThat(read(open, 3)).isEqualTo("old");
        assertThat(new String(late.getInputStream().readAllBytes(), UTF_8)).isEqualTo("new");
    }

    @Test
    void bytesPileUpInABlackHoleUntilWritesBlock() throws Exception {
        byte[] bytes = random(32 * MEGABYTE);
        Socket client = connect();
        proxy.blackHole();
        Future<Boolean> sent = sending(client, bytes);
        assertSilence(client);
        assertThat(sent).isNotDone();

        proxy.heal();
        assertThat(client.getInputStream().readNBytes(bytes.length)).isEqualTo(bytes);
        assertThat(sent.get()).isTrue();
    }

    @Test
    void refusedConnectsSucceedAgainOnTheSamePort() throws Exception {
        int port = proxy.port();
        Socket open = connect();
        for (int round = 0; round < 20; round++) {
            proxy.refuse();
            proxy.refuse();
            assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class);
            assertEcho(open, "still there");

            proxy.heal();
            proxy.heal();
            assertThat(proxy.port()).isEqualTo(port);
            assertEcho(connect(), "again");
        }
        assertThat(proxy.acceptedConnections()).isEqualTo(21);
    }

    @Test
    void aPortThatSomebodyElseTookIsTold() throws Exception {
        proxy.refuse();
        try (ServerSocket thief = new ServerSocket()) {
            thief.setReuseAddress(true);
            thief.bind(new InetSocketAddress(proxy.host(), proxy.port()));

            assertThatThrownBy(proxy::heal)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageStartingWith("ACQ-2026 port " + proxy.port());
        }
        proxy.heal();
        assertEcho(connect(), "mine");
    }

    @Test
    void aFrameArrivesWholeHoweverItIsCut() throws Exception {
        byte[] frame = random(200);
        for (int offset = 1; offset < frame.length; offset++) {
            boolean seenCut = false;
            // A reader may be too slow to get a piece alone.
            while (!seenCut) {
                proxy.splitAt(offset);
                Socket client = connect();
                client.getOutputStream().write(frame);
                List<byte[]> reads = reads(client, frame.length);

                assertThat(join(reads)).as("cut at %d", offset).isEqualTo(frame);
                seenCut = reads.get(0).length == offset;
                client.close();
            }
        }
    }

    @Test
    void piecesAreCountedAnewFromEachCall() throws Exception {
        Socket client = connect();
        for (int offset = 1; offset < 20; offset++) {
            proxy.splitAt(offset);
            client.getOutputStream().write(new byte[30]);
            assertThat(join(reads(client, 30))).hasSize(30);
        }
        proxy.delay(Duration.ofMillis(500));
        proxy.splitAt(20);
        client.getOutputStream().write(new byte[30]);

        assertThat(reads(client, 30)).extracting(read -> read.length).containsExactly(20, 10);
    }

    @Test
    void piecesOfOneByteAreWrittenOneByOne() throws Exception {
        proxy.splitAt(1);
        Socket client = connect();
        long start = StreamClock.system().nanoTime();
        assertEcho(client, "x".repeat(100));

        assertThat(Duration.ofNanos(StreamClock.system().nanoTime() - start)).isGreaterThan(Duration.ofMillis(99));
        proxy.heal();
        assertEcho(client, "y".repeat(100_000));
    }

    @Test
    void theAwaitMethodsReturnWhenTheirNumberIsReached() throws Exception {
        Future<Boolean> two = threads.submit(() -> {
            proxy.awaitConnections(2);
            return true;
        });
        Socket client = connect();
        send(client, "1234");
        proxy.awaitUpBytes(4);
        proxy.awaitDownBytes(4);
        assertThat(two).isNotDone();

        connect();
        assertThat(two.get()).isTrue();
        proxy.awaitOpenConnections(2);
        client.close();
        proxy.awaitOpenConnections(1);
    }

    @Test
    void aClosedProxyEndsItsConnectionsAndRefusesFaults() throws Exception {
        Future<?> waiting = threads.submit(() -> {
            proxy.awaitConnections(2);
            return true;
        });
        Socket client = connect();
        assertEcho(client, "a");
        proxy.close();
        proxy.close();

        assertThat(client.getInputStream().read()).isEqualTo(-1);
        assertThat(server.nextEnd()).isEqualTo("end");
        assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class);
        assertThatThrownBy(proxy::blackHole)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("ACQ-2025 the fault proxy on port " + proxy.port() + " is closed: make a new one");
        assertThatThrownBy(waiting::get)
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(IllegalStateException.class);
        assertThat(proxy.downBytes()).isEqualTo(1);
        assertThat(proxy.openConnections()).isZero();
    }

    @Test
    void noThreadIsLeftAfterAHundredProxies() throws Exception {
        proxy.close();
        for (int round = 0; round < 100; round++) {
            try (FaultProxy each = FaultProxy.to("127.0.0.1", server.port());
                    Socket client = connect(each)) {
                assertEcho(client, "x");
                assertThat(proxyThreads()).containsExactly("fault-proxy-" + each.port());
            }
            assertThat(proxyThreads()).isEmpty();
        }
    }

    @Test
    void numbersThatMakeNoSenseAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FaultProxy.to("127.0.0.1", 0))
                .withMessageStartingWith("ACQ-2021 port 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FaultProxy.to("127.0.0.1", 65_536))
                .withMessageStartingWith("ACQ-2021 port 65536");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FaultProxy.to("no..host", 80))
                .withMessageStartingWith("ACQ-2022 there is no host 'no..host'");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> proxy.delay(Duration.ofMillis(-1)))
                .withMessageStartingWith("ACQ-2023 delay of PT-0.001S");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> proxy.delay(Duration.ofHours(25)))
                .withMessageStartingWith("ACQ-2023 delay of PT25H");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> proxy.splitAt(0))
                .withMessageStartingWith("ACQ-2024 pieces of 0 bytes");
    }

    private Socket connect() throws IOException {
        return connect(proxy);
    }

    private Socket connect(FaultProxy proxy) throws IOException {
        Socket client = new Socket(proxy.host(), proxy.port());
        client.setTcpNoDelay(true);
        client.setSoTimeout(LONGEST_READ_MILLIS);
        clients.add(client);
        return client;
    }

    private static void send(Socket client, String text) throws IOException {
        client.getOutputStream().write(text.getBytes(UTF_8));
    }

    private Future<Boolean> sending(Socket client, byte[] bytes) {
        return threads.submit(() -> {
            client.getOutputStream().write(bytes);
            return true;
        });
    }

    private static String read(Socket client, int bytes) throws IOException {
        return new String(client.getInputStream().readNBytes(bytes), UTF_8);
    }

    /** What each single read gave, until so many bytes have come. */
    private static List<byte[]> reads(Socket client, int bytes) throws IOException {
        InputStream in = client.getInputStream();
        List<byte[]> reads = new ArrayList<>();
        byte[] buffer = new byte[bytes];
        for (int left = bytes; left > 0; left -= reads.get(reads.size() - 1).length) {
            int length = in.read(buffer, 0, left);
            assertThat(length).as("bytes before the stream ends").isPositive();
            reads.add(Arrays.copyOf(buffer, length));
        }
        return reads;
    }

    private static byte[] join(List<byte[]> reads) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        reads.forEach(all::writeBytes);
        return all.toByteArray();
    }

    private static void assertEcho(Socket client, String text) throws IOException {
        send(client, text);
        assertThat(read(client, text.length())).isEqualTo(text);
    }

    private static void assertReset(Socket client) {
        assertThatThrownBy(() -> client.getInputStream().read())
                .isInstanceOf(SocketException.class)
                .hasMessageContaining("reset");
    }

    /** Nothing comes, neither bytes nor the end. */
    private static void assertSilence(Socket client) throws IOException {
        client.setSoTimeout(100);
        assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
        client.setSoTimeout(LONGEST_READ_MILLIS);
    }

    private static List<String> proxyThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("fault-proxy-"))
                .toList();
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }
}
