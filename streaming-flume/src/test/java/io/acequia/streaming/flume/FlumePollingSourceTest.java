/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.flume;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.data.ByteSize;
import io.acequia.streaming.receiver.Delivery;
import io.acequia.streaming.receiver.ReceiverDisconnectedException;
import io.acequia.streaming.testkit.ContainerTest;
import io.acequia.streaming.testkit.FaultProxy;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.flume.Event;
import org.apache.flume.EventDeliveryException;
import org.apache.flume.event.EventBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Fetching from a real agent. Each test has a lane of its own. */
@ContainerTest
@Timeout(90)
class FlumePollingSourceTest {
    private static final int PLAIN = 0;
    private static final int FILES = 1;
    private static final int NACKED = 2;
    private static final int SHORT_TRANSACTION = 3;
    private static final int SMALL = 4;
    private static final int SMALL_TRANSACTION = 5;
    private static final int KEEP_ALIVE = 6;
    private static final int LARGE = 7;
    private static final int SHARED = 8;
    private static final int FIRST = 9;
    private static final int SECOND = 10;
    private static final int HELD = 11;
    private static Agent agent;

    @BeforeAll
    static void start() throws Exception {
        agent = Agent.with(List.of(
                Agent.Lane.inMemory().polled(),
                Agent.Lane.inFiles().polled(),
                Agent.Lane.inMemory().polled(),
                Agent.Lane.inMemory().polled().sink("transactionTimeout", 1),
                Agent.Lane.inMemory().polled().channel("capacity", 100).channel("transactionCapacity", 100),
                Agent.Lane.inMemory().polled().channel("transactionCapacity", 10),
                Agent.Lane.inMemory().polled().channel("keep-alive", 3),
                Agent.Lane.inMemory().polled(),
                Agent.Lane.inMemory().polled(),
                Agent.Lane.inMemory().polled(),
                Agent.Lane.inMemory().polled(),
                Agent.Lane.inMemory().polled().sink("transactionTimeout", 1)));
    }

    @AfterAll
    static void stop() {
        agent.close();
    }

    private static FlumePollingSource.Builder source(int lane) {
        return FlumePollingSource.builder().sink("127.0.0.1", agent.port(lane)).timeout(Duration.ofSeconds(2));
    }

    private static List<String> publish(int lane, int count) throws EventDeliveryException {
        List<String> texts =
                IntStream.range(0, count).mapToObj(i -> lane + "-" + i).toList();
        agent.publish(texts.stream()
                .map(text -> event(lane, text.getBytes(UTF_8), Map.of()))
                .toList());
        return texts;
    }

    private static Event event(int lane, byte[] body, Map<String, String> headers) {
        Map<String, String> all = new HashMap<>(headers);
        all.put(Agent.LANE, String.valueOf(lane));
        return EventBuilder.withBody(body, all);
    }

    private static void awaitTaken(int lane, long events) throws Exception {
        Reader.until(events + " events to leave the channel", () -> agent.taken(lane) == events);
    }

    @Test
    void eventsComeAsTheyWere() throws Exception {
        byte[] bytes = {0, -1, 127, -128};
        String longText = "ü".repeat(100_000);
        agent.publish(List.of(
                event(PLAIN, bytes, Map.of("a", "1", "empty", "")),
                event(PLAIN, new byte[0], Map.of()),
                event(PLAIN, "long".getBytes(UTF_8), Map.of("long", longText))));
        try (Reader reader = Reader.connected(source(PLAIN).build())) {
            assertThat(reader.readAll(3))
                    .containsExactly(
                            new FlumeEvent(Map.of(Agent.LANE, "0", "a", "1", "empty", ""), bytes),
                            new FlumeEvent(Map.of(Agent.LANE, "0"), new byte[0]),
                            new FlumeEvent(Map.of(Agent.LANE, "0", "long", longText), "long".getBytes(UTF_8)));
            awaitTaken(PLAIN, 3);
        }
        Reader.until("the counter of the sink", () -> agent.counter("SINK.k0", "EventDrainSuccessCount") == 3);
    }

    @Test
    void anAgentThatIsKilledWithItsChannelInFilesLosesNothing() throws Exception {
        Agent.Lane lane = Agent.Lane.inFiles().polled();
        try (Agent killed = Agent.with(List.of(lane))) {
            List<String> texts =
                    IntStream.range(0, 1_000).mapToObj(String::valueOf).toList();
            killed.publish(texts.stream()
                    .map(text -> event(0, text.getBytes(UTF_8), Map.of()))
                    .toList());
            FlumePollingSource source = FlumePollingSource.builder()
                    .sink("127.0.0.1", killed.port(0))
                    .batchSize(100)
                    .build();
            Set<FlumeEvent> acknowledged = new HashSet<>();
            try (Reader reader = Reader.connected(source)) {
                for (int i = 0; i < 3; i++) {
                    Delivery<FlumeEvent> read = reader.readSome();
                    read.settlement().ack();
                    acknowledged.addAll(read.records());
                }
                Reader.until("the acknowledgements", () -> killed.taken(0) == 300);
                reader.readSome();
                killed.kill();
                assertThatThrownBy(() -> reader.readUntil("the end", () -> false))
                        .isInstanceOf(ReceiverDisconnectedException.class)
                        .hasMessageStartingWith("ACQ-2629 the connection to the sink at 127.0.0.1:")
                        .hasMessageContaining(" is gone: ");
            }
            killed.restart();
            try (Reader reader = Reader.connected(source)) {
                List<FlumeEvent> rest = reader.readAll(700);
                assertThat(rest).hasSize(700).doesNotContainAnyElementsOf(acknowledged);
                acknowledged.addAll(rest);
                assertThat(Reader.texts(List.copyOf(acknowledged))).containsExactlyInAnyOrderElementsOf(texts);
            }
        }
    }

    @Test
    void manyEventsThatAreGivenBackLoseNothing() throws Exception {
        List<String> texts = publish(NACKED, 1_000);
        Set<FlumeEvent> acknowledged = new HashSet<>();
        int givenBack = 0;
        try (Reader reader = Reader.connected(source(NACKED).batchSize(10).build())) {
            while (acknowledged.size() < 1_000) {
                Delivery<FlumeEvent> read = reader.readSome();
                if (givenBack < 500) {
                    givenBack += read.records().size();
                    read.settlement().nack(new IOException("of the test"));
                } else {
                    read.settlement().ack();
                    assertThat(acknowledged).doesNotContainAnyElementsOf(read.records());
                    acknowledged.addAll(read.records());
                }
            }
            assertThat(Reader.texts(List.copyOf(acknowledged))).containsExactlyInAnyOrderElementsOf(texts);
            awaitTaken(NACKED, 1_000);
        }
    }

    @Test
    void aTransactionThatIsOpenTooLongComesAgainAndIsReported() throws Exception {
        publish(SHORT_TRANSACTION, 10);
        try (LoggedLines logged = new LoggedLines();
                Reader reader = Reader.connected(source(SHORT_TRANSACTION).build())) {
            Delivery<FlumeEvent> first = reader.readSome();
            Delivery<FlumeEvent> again = reader.readSome();
            assertThat(again.records()).isEqualTo(first.records());
            assertThat(logged.text())
                    .contains("ACQ-2633 source 'flume:127.0.0.1:")
                    .contains("were not safe within 1000 ms, and come again");
            first.settlement().ack();
            assertThat(agent.taken(SHORT_TRANSACTION)).isZero();
            again.settlement().ack();
            // They come again where that was too late.
            Reader.until("the events to be taken", () -> {
                reader.read(100).settlement().ack();
                return agent.taken(SHORT_TRANSACTION) == 10;
            });
        }
        Reader.until("the log of the agent", () -> agent.server().log().contains("ACQ-2636 sink k3: 10 events"));
    }

    @Test
    void whatWaitsInAReceiverThatIsHeldBackForTooLongIsNotGivenTwice() throws Exception {
        publish(HELD, 10);
        try (Reader reader = Reader.connected(source(HELD).build())) {
            assertThat(reader.read(1).records().size()).isLessThanOrEqualTo(1);
            Reader.until("the sink to take the events back", () -> {
                reader.read(0);
                return agent.server().log().contains("ACQ-2636 sink k11: ");
            });
            reader.read(0);
            assertThat(reader.readAll(10)).hasSize(10);
            awaitTaken(HELD, 10);
        }
    }

    @Test
    void aChannelThatIsFullHoldsItsSendersBackUntilEventsAreSafe() throws Exception {
        publish(SMALL, 100);
        assertThatThrownBy(() -> publish(SMALL, 1)).isInstanceOf(EventDeliveryException.class);
        try (Reader reader = Reader.connected(source(SMALL).build())) {
            Delivery<FlumeEvent> read = reader.readSome();
            assertThat(read.records()).hasSize(100);
            assertThatThrownBy(() -> publish(SMALL, 1)).isInstanceOf(EventDeliveryException.class);
            read.settlement().ack();
            awaitTaken(SMALL, 100);
            agent.publish(List.of(event(SMALL, "more".getBytes(UTF_8), Map.of())));
            assertThat(Reader.texts(reader.readAll(1))).containsExactly("more");
        }
    }

    @Test
    void aBatchSizeAboveTheTransactionCapacityOfTheChannelGivesSmallerBatches() throws Exception {
        for (int i = 0; i < 3; i++) {
            List<Event> events = new ArrayList<>();
            for (int j = 0; j < 10; j++) {
                events.add(event(SMALL_TRANSACTION, (i + "-" + j).getBytes(UTF_8), Map.of()));
            }
            agent.publish(events);
        }
        try (Reader reader =
                Reader.connected(source(SMALL_TRANSACTION).batchSize(1_000).build())) {
            assertThat(reader.readSome().records()).hasSize(10);
            assertThat(reader.readSome().records()).hasSize(10);
            assertThat(reader.readSome().records()).hasSize(10);
        }
    }

    @Test
    void aMemoryChannelThatWaitsForMoreIsLateAndIsNotTakenForASilentSink() throws Exception {
        publish(KEEP_ALIVE, 5);
        try (Reader reader = Reader.connected(
                source(KEEP_ALIVE).timeout(Duration.ofSeconds(1)).build())) {
            assertThat(reader.readSome().records()).hasSize(5);
        }
    }

    @Test
    void anEventThatIsLargerThanAFrameMayBeIsToldAndIsNotLost() throws Exception {
        agent.publish(List.of(event(LARGE, new byte[100_000], Map.of())));
        try (Reader reader =
                Reader.connected(source(LARGE).maxFrame(ByteSize.kibibytes(64)).build())) {
            assertThatThrownBy(reader::readSome)
                    .isInstanceOf(ReceiverDisconnectedException.class)
                    .hasMessageStartingWith("ACQ-2631 the sink at 127.0.0.1:" + agent.port(LARGE))
                    .hasMessageEndingWith(
                            "bytes at a time, and maxFrame is 65536 bytes: raise it above the largest event");
        }
        try (Reader reader = Reader.connected(source(LARGE).build())) {
            assertThat(reader.readAll(1)).hasSize(1);
            awaitTaken(LARGE, 1);
        }
    }

    @Test
    void largeBatchesAreCutByTheirBytes() throws Exception {
        publish(FILES, 10);
        try (Reader reader = Reader.connected(
                source(FILES).maxFrame(ByteSize.kibibytes(1)).batchSize(1_000).build())) {
            assertThat(reader.readAll(10)).hasSize(10);
            awaitTaken(FILES, 10);
            agent.publish(IntStream.range(0, 10)
                    .mapToObj(i -> event(FILES, ("x".repeat(300) + i).getBytes(UTF_8), Map.of()))
                    .toList());
            assertThat(reader.readSome().records()).hasSize(2);
        }
    }

    @Test
    void receiversOfTheSameSinkShareItsEvents() throws Exception {
        List<String> texts = publish(SHARED, 100);
        Set<String> all = new HashSet<>();
        int different = 0;
        try (Reader one = Reader.connected(source(SHARED).batchSize(10).build());
                Reader other = Reader.connected(source(SHARED).batchSize(10).build())) {
            while (all.size() < 100) {
                for (Reader each : List.of(one, other)) {
                    Delivery<FlumeEvent> read = each.read(100);
                    read.settlement().ack();
                    all.addAll(Reader.texts(read.records()));
                    different += read.records().size();
                }
            }
        }
        assertThat(all).containsExactlyInAnyOrderElementsOf(texts);
        assertThat(different).isEqualTo(100);
    }

    @Test
    void sinksOfASourceStandAndFallTogether() throws Exception {
        List<String> texts = new ArrayList<>(publish(FIRST, 10));
        texts.addAll(publish(SECOND, 10));
        try (FaultProxy proxy = FaultProxy.to("127.0.0.1", agent.port(SECOND))) {
            FlumePollingSource source =
                    source(FIRST).sink("127.0.0.1", proxy.port()).build();
            try (Reader reader = Reader.connected(source)) {
                assertThat(Reader.texts(reader.readAll(20))).containsExactlyInAnyOrderElementsOf(texts);
                proxy.refuse();
                proxy.cut();
                assertThatThrownBy(() -> reader.readUntil("the end", () -> false))
                        .hasMessageStartingWith("ACQ-2629 the connection to the sink at 127.0.0.1:" + proxy.port());
            }
            assertThatThrownBy(() -> Reader.connected(source))
                    .hasMessageStartingWith("ACQ-2627 no connection to the sink at 127.0.0.1:" + proxy.port());
        }
    }

    @Test
    void anAgentThatHangsIsNoticedWithinTheTimeout() throws Exception {
        try (Agent hanging = Agent.with(List.of(Agent.Lane.inMemory().polled()));
                Reader reader = Reader.connected(FlumePollingSource.builder()
                        .sink("127.0.0.1", hanging.port(0))
                        .timeout(Duration.ofSeconds(1))
                        .build())) {
            hanging.server().pause();
            try {
                assertThatThrownBy(() -> reader.readUntil("the end", () -> false))
                        .isInstanceOf(ReceiverDisconnectedException.class)
                        .hasMessageStartingWith("ACQ-2630 the sink at 127.0.0.1:")
                        .hasMessageEndingWith("is silent since PT1S: its machine hangs, or the network between");
            } finally {
                hanging.server().resume();
            }
        }
    }
}
