/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.flume.sink;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.apache.flume.Channel;
import org.apache.flume.ChannelException;
import org.apache.flume.Context;
import org.apache.flume.Event;
import org.apache.flume.FlumeException;
import org.apache.flume.Sink;
import org.apache.flume.Transaction;
import org.apache.flume.channel.MemoryChannel;
import org.apache.flume.conf.ConfigurationException;
import org.apache.flume.event.EventBuilder;
import org.apache.flume.event.SimpleEvent;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PollingSinkTest {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);
    /** Never counted down: a wait for some time. */
    private static final CountDownLatch LOOK = new CountDownLatch(1);

    private final List<PollingSink> sinks = new ArrayList<>();

    @AfterEach
    void stop() {
        sinks.forEach(PollingSink::stop);
    }

    private static Context context(String... keysAndValues) {
        Map<String, String> parameters = new HashMap<>(Map.of("host", "127.0.0.1"));
        for (int i = 0; i < keysAndValues.length; i += 2) {
            parameters.put(keysAndValues[i], keysAndValues[i + 1]);
        }
        return new Context(parameters);
    }

    private static Channel channel(String... keysAndValues) {
        MemoryChannel channel = new MemoryChannel();
        Context context = context("capacity", "1000", "transactionCapacity", "1000", "keep-alive", "0");
        for (int i = 0; i < keysAndValues.length; i += 2) {
            context.put(keysAndValues[i], keysAndValues[i + 1]);
        }
        channel.setName("c1");
        channel.configure(context);
        channel.start();
        return channel;
    }

    private static void put(Channel channel, Event... events) {
        Transaction transaction = channel.getTransaction();
        transaction.begin();
        for (Event each : events) {
            channel.put(each);
        }
        transaction.commit();
        transaction.close();
    }

    private static Channel filled(int events) {
        Channel channel = channel();
        put(
                channel,
                IntStream.range(0, events)
                        .mapToObj(i -> EventBuilder.withBody(String.valueOf(i), UTF_8))
                        .toArray(Event[]::new));
        return channel;
    }

    /** One that listens on a port that is free. */
    private PollingSink started(Channel channel, String... keysAndValues) throws Exception {
        PollingSink sink = new PollingSink();
        sink.setName("k1");
        sink.setChannel(channel);
        Context context = context(keysAndValues);
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            context.put("port", String.valueOf(free.getLocalPort()));
        }
        sink.configure(context);
        sink.start();
        sinks.add(sink);
        return sink;
    }

    private static void until(BooleanSupplier so) throws InterruptedException {
        long began = System.nanoTime();
        while (!so.getAsBoolean()) {
            assertThat(System.nanoTime() - began).as("nanoseconds of waiting").isLessThan(PATIENCE_NANOS);
            LOOK.await(1, TimeUnit.MILLISECONDS);
        }
    }

    // ---- its configuration

    @Test
    void allProblemsAreToldAtOnce() {
        PollingSink sink = new PollingSink();
        sink.setName("k1");
        assertThatThrownBy(() -> sink.configure(new Context(Map.of(
                        "host", " ",
                        "port", "none",
                        "transactions", "0",
                        "transactionTimeout", "-1",
                        "connectionTimeout", "86401"))))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage(
                        """
                        ACQ-2634 invalid sink 'k1' (5 problems):
                          host: must be given, the name or address to listen on
                          port = none: must be from 1 to 65535
                          transactions = 0: must be from 1 to 1000
                          transactionTimeout = -1: must be from 1 to 86400
                          connectionTimeout = 86401: must be from 1 to 86400""");
        assertThatThrownBy(() -> sink.configure(context()))
                .hasMessage(
                        """
                        ACQ-2634 invalid sink 'k1' (1 problem):
                          port: must be given, from 1 to 65535""");
    }

    @Test
    void aPortThatIsTakenIsToldAndMayBeTriedAgain() throws Exception {
        PollingSink other = started(channel());
        PollingSink sink = new PollingSink();
        sink.setName("k2");
        sink.setChannel(channel());
        sink.configure(context("port", String.valueOf(other.port())));
        assertThatThrownBy(sink::start)
                .isInstanceOf(FlumeException.class)
                .hasMessageStartingWith("ACQ-2635 sink 'k2' cannot listen on 127.0.0.1:" + other.port() + ": ");
        other.stop();
        sink.start();
        sinks.add(sink);
        Client.greeted(sink.port()).close();
    }

    @Test
    void flumeItselfGetsNothingFromIt() throws Exception {
        assertThat(started(channel()).process()).isEqualTo(Sink.Status.BACKOFF);
    }

    // ---- transactions

    @Test
    void whatIsAcknowledgedLeavesTheChannel() throws Exception {
        PollingSink sink = started(filled(3));
        try (Client client = Client.greeted(sink.port())) {
            client.take(1, 2);
            assertThat(client.bodies(1)).containsExactly("0", "1");
            client.take(2, 2);
            assertThat(client.bodies(2)).containsExactly("2");
            client.say(Wire.ACK, 2);
            client.say(Wire.ACK, 1);
            until(() -> sink.counter().getEventDrainSuccessCount() == 3);
            client.takeAtOnce(3, 2);
            assertThat(client.bodies(3)).isEmpty();
        }
    }

    @Test
    void whatIsGivenBackComesAgain() throws Exception {
        PollingSink sink = started(filled(2));
        try (Client client = Client.greeted(sink.port())) {
            for (int id = 1; id <= 50; id++) {
                client.take(id, 10);
                assertThat(client.bodies(id)).containsExactly("0", "1");
                client.say(Wire.NACK, id);
            }
            assertThat(sink.counter().getEventDrainSuccessCount()).isZero();
        }
    }

    @Test
    void whatAClientThatGoesHasNotAcknowledgedComesAgain() throws Exception {
        PollingSink sink = started(filled(2));
        try (Client client = Client.greeted(sink.port())) {
            client.take(1, 10);
            assertThat(client.bodies(1)).hasSize(2);
        }
        try (Client client = Client.greeted(sink.port())) {
            client.take(1, 10);
            assertThat(client.bodies(1)).containsExactly("0", "1");
        }
    }

    @Test
    void whatIsNotAcknowledgedInTimeComesAgain() throws Exception {
        PollingSink sink = started(filled(1), "transactionTimeout", "1");
        try (LoggedLines logged = new LoggedLines();
                Client client = Client.greeted(sink.port())) {
            client.take(1, 10);
            assertThat(client.bodies(1)).containsExactly("0");
            assertThat(client.next(Wire.GONE)).isEqualTo(1);
            assertThat(logged.text())
                    .contains("ACQ-2636 sink k1: 1 events that were given to client /127.0.0.1:")
                    .contains("were not acknowledged within 1000 ms");
            client.say(Wire.ACK, 1);
            assertThat(client.next(Wire.GONE)).isEqualTo(1);
            client.take(2, 10);
            assertThat(client.bodies(2)).containsExactly("0");
        }
    }

    @Test
    void whatWasNotAcknowledgedAtAStopStaysInTheChannel() throws Exception {
        Channel channel = filled(2);
        PollingSink first = started(channel);
        try (Client client = Client.greeted(first.port())) {
            client.take(1, 10);
            assertThat(client.bodies(1)).hasSize(2);
            first.stop();
            assertThat(client.isEnded()).isTrue();
        }
        try (Client client = Client.greeted(started(channel).port())) {
            client.take(1, 10);
            assertThat(client.bodies(1)).containsExactly("0", "1");
        }
    }

    @Test
    void aTakeWaitsForTheFirstEventAndPingsAreAnsweredMeanwhile() throws Exception {
        Channel channel = channel();
        PollingSink sink = started(channel);
        try (Client client = Client.greeted(sink.port())) {
            client.say(Wire.TAKE, 1, 10, 1_000, 20_000);
            client.say(Wire.PING);
            client.next(Wire.PONG);
            put(channel, EventBuilder.withBody("late", UTF_8));
            assertThat(client.bodies(1)).containsExactly("late");
        }
    }

    @Test
    void noMoreTransactionsAreOpenThanMayBe() throws Exception {
        PollingSink sink = started(filled(2), "transactions", "1");
        try (Client client = Client.greeted(sink.port())) {
            client.take(1, 1);
            client.take(2, 1);
            assertThat(client.bodies(1)).containsExactly("0");
            client.say(Wire.PING);
            client.next(Wire.PONG);
            client.say(Wire.ACK, 1);
            assertThat(client.bodies(2)).containsExactly("1");
        }
    }

    @Test
    void aTransactionThatHoldsLessThanWasAskedForGivesWhatItHas() throws Exception {
        Channel channel = channel("transactionCapacity", "2");
        put(channel, EventBuilder.withBody("0", UTF_8), EventBuilder.withBody("1", UTF_8));
        put(channel, EventBuilder.withBody("2", UTF_8));
        try (Client client = Client.greeted(started(channel).port())) {
            client.take(1, 10);
            assertThat(client.bodies(1)).containsExactly("0", "1");
            client.take(2, 10);
            assertThat(client.bodies(2)).containsExactly("2");
        }
    }

    @Test
    void bytesEndABatchToo() throws Exception {
        PollingSink sink = started(filled(10));
        try (Client client = Client.greeted(sink.port())) {
            client.say(Wire.TAKE, 1, 10, 1, 1_000);
            assertThat(client.bodies(1)).containsExactly("0");
        }
    }

    @Test
    void eventsWithoutABodyOrAValueAreNotLost() throws Exception {
        Channel channel = channel();
        Event empty = new SimpleEvent();
        empty.setBody(null);
        Map<String, String> headers = new HashMap<>(Map.of("long", "ü".repeat(70_000)));
        headers.put("none", null);
        empty.setHeaders(headers);
        Event without = new SimpleEvent();
        without.setBody("without".getBytes(UTF_8));
        without.setHeaders(null);
        put(channel, empty, without);
        try (Client client = Client.greeted(started(channel).port())) {
            client.take(1, 10);
            assertThat(client.events(1))
                    .isEqualTo(Map.of(
                            "", Map.of("long", "ü".repeat(70_000), "none", ""),
                            "without", Map.of()));
        }
    }

    // ---- what goes wrong

    /** Gives nothing. */
    private static final class FailingChannel extends MemoryChannel {
        @Override
        public Event take() {
            throw new ChannelException("of the test");
        }
    }

    @Test
    void aChannelThatFailsIsToldToTheClientAndLogged() throws Exception {
        FailingChannel channel = new FailingChannel();
        channel.setName("c1");
        channel.configure(context());
        channel.start();
        PollingSink sink = started(channel);
        try (LoggedLines logged = new LoggedLines();
                Client client = Client.greeted(sink.port())) {
            for (int id = 1; id <= 3; id++) {
                client.take(id, 10);
                assertThat(client.next(Wire.FAILED)).isEqualTo(id);
                assertThat(client.text()).isEqualTo("org.apache.flume.ChannelException: of the test");
            }
            assertThat(logged.text())
                    .contains("ACQ-2637 sink k1: the channel failed: org.apache.flume.ChannelException: of the test");
        }
    }

    @Test
    void clientsThatSaySomethingElseAreDisconnected() throws Exception {
        PollingSink sink = started(channel());
        try (LoggedLines logged = new LoggedLines()) {
            try (Client client = new Client(sink.port())) {
                client.sayInt(0x47455420);
                assertThat(client.isEnded()).isTrue();
            }
            try (Client client = Client.greeted(sink.port())) {
                client.say(99);
                assertThat(client.isEnded()).isTrue();
            }
            try (Client client = Client.greeted(sink.port())) {
                client.say(Wire.TAKE, 1, 1, 1, 20_000);
                client.say(Wire.TAKE, 1, 1, 1, 20_000);
                assertThat(client.isEnded()).isTrue();
            }
            until(() -> sink.counter().getConnectionClosedCount() == 3);
            assertThat(logged.text())
                    .contains("ACQ-2638 sink k1: the connection of client /127.0.0.1:")
                    .contains("it began with 47455420, and not as an Acequia source does")
                    .contains("it said 99, which means nothing")
                    .contains("it has a take 1 open already");
        }
    }

    @Test
    void aClientThatIsSilentIsDisconnected() throws Exception {
        PollingSink sink = started(filled(1), "connectionTimeout", "1");
        try (Client client = Client.greeted(sink.port())) {
            client.take(1, 10);
            assertThat(client.bodies(1)).hasSize(1);
            assertThat(client.isEnded()).isTrue();
        }
        try (Client client = Client.greeted(sink.port())) {
            client.take(1, 10);
            assertThat(client.bodies(1)).as("what it had").hasSize(1);
        }
    }

    @Test
    void aClientThatDoesNotReadIsDisconnected() throws Exception {
        Channel channel = channel("byteCapacity", "100000000");
        put(channel, EventBuilder.withBody(new byte[30_000_000]));
        PollingSink sink = started(channel, "connectionTimeout", "1");
        try (LoggedLines logged = new LoggedLines();
                Client client = Client.greeted(sink.port())) {
            client.take(1, 1);
            until(() -> logged.text().contains("ACQ-2639 sink k1: client /127.0.0.1:") || client.isThere());
            assertThat(logged.text()).contains("does not read what it asked for, and is disconnected");
        }
        until(() -> sink.counter().getConnectionClosedCount() == 1);
        assertThat(sink.counter().getEventDrainSuccessCount()).isZero();
    }

    @Test
    void moreClientsThanMayBeAreTurnedAway() throws Exception {
        PollingSink sink = started(channel());
        List<Client> clients = new ArrayList<>();
        try (LoggedLines logged = new LoggedLines()) {
            for (int i = 0; i < 100; i++) {
                clients.add(Client.greeted(sink.port()));
            }
            try (Client more = new Client(sink.port())) {
                assertThat(more.isEnded()).isTrue();
            }
            assertThat(logged.text()).contains("100 are connected, and no more may be");
        } finally {
            for (Client each : clients) {
                each.close();
            }
        }
    }

    @Test
    void nothingIsLeftBehind() throws Exception {
        int threads = Thread.getAllStackTraces().size();
        for (int i = 0; i < 20; i++) {
            PollingSink sink = started(filled(1));
            Client client = Client.greeted(sink.port());
            client.take(1, 1);
            client.bodies(1);
            sink.stop();
            client.close();
        }
        until(() -> Thread.getAllStackTraces().size() <= threads + 5);
    }
}
