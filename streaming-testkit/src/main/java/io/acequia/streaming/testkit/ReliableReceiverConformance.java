/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.receiver.Position;
import io.acequia.streaming.testkit.ReceiverHarness.Mode;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * What every reliable receiver must do: the rules of {@code docs/receiver-contract.md} that concern one, under a hostile
 * {@link ReceiverHarness}. A connector passes by saying how its system is set up:
 *
 * <pre>{@code
 * class OrdersReceiverConformanceTest extends ReliableReceiverConformance<Message> {
 *     @Override
 *     protected ExternalSystem.Reliable<Message> system() {
 *         return new OrdersSystem();
 *     }
 * }
 * }</pre>
 *
 * @param <T> type of the records
 */
public abstract class ReliableReceiverConformance<T> extends ReceiverConformance<T> {
    private static final int LOTS = 6;
    private static final int LOT = 10;
    private static final int FAULTS = 3;
    private static final Position NOWHERE = new Position("nowhere", 0, 0);

    /** For JUnit. */
    protected ReliableReceiverConformance() {}

    @Override
    protected abstract ExternalSystem.Reliable<T> system() throws Exception;

    @TestFactory
    @DisplayName("R11, R20, R21, R28 nothing is lost, whatever happens; with positions and a log, nothing comes twice")
    Stream<DynamicTest> nothingIsLost() {
        return Arrays.stream(Mode.values()).flatMap(mode -> Stream.of(true, false)
                .map(logged -> DynamicTest.dynamicTest(
                        mode + (logged ? ", with a log" : ", without a log"), () -> nothingIsLost(mode, logged))));
    }

    void nothingIsLost(Mode mode, boolean logged) throws Exception {
        try (ExternalSystem.Reliable<T> system = system();
                ReceiverHarness<T> harness = harness(system, mode, logged)) {
            harness.arm(mode.breaksConnections() ? FAULTS : 0).start();
            List<String> published = payloads("lost", LOTS * LOT);
            for (int lot = 0; lot < LOTS; lot++) {
                harness.publish(published.subList(lot * LOT, (lot + 1) * LOT));
                harness.awaitReceived((lot + 1) * LOT);
            }
            harness.awaitFaults();
            awaitUnacknowledged(system, harness, 0);
            boolean once = !mode.breaksConnections() || logged && abilities().has(Ability.REPLAYS_FROM_OFFSET);
            assertReceived(published, harness.received(), once, once);
        }
    }

    @Test
    @DisplayName(
            "R40 without a log, a source is told nothing before the batch is done, and gives it again after a crash")
    void nothingIsToldBeforeTheBatchIsDone() throws Exception {
        try (ExternalSystem.Reliable<T> system = system();
                ReceiverHarness<T> harness = harness(system, Mode.PLAIN)) {
            List<String> published = payloads("early", LOT);
            harness.hold();
            harness.publish(published);
            harness.start();
            Set<String> read = Set.copyOf(harness.awaitRead(1));
            awaitUnacknowledged(system, harness, LOT);
            int before = harness.seen().read().size();
            harness.crash();
            harness.await(
                    "what was read and is not safe is read again",
                    () -> tail(harness.seen().read(), before).containsAll(read));
            awaitUnacknowledged(system, harness, LOT);
            harness.resume();
            assertReceived(published, harness.awaitReceived(LOT), false, false);
            awaitUnacknowledged(system, harness, 0);
        }
    }

    private static Set<String> tail(List<String> all, int from) {
        return new HashSet<>(all.subList(from, all.size()));
    }

    @Test
    @DisplayName("R21, R40 with a log, a source is told nothing while the log has no space")
    void nothingIsToldWhileTheLogHasNoSpace() throws Exception {
        try (ExternalSystem.Reliable<T> system = system();
                ReceiverHarness<T> harness = harness(system, Mode.PLAIN, true)) {
            List<String> published = payloads("full", LOT);
            harness.noSpace(true);
            harness.publish(published);
            harness.start();
            harness.awaitRead(1);
            harness.await("the receiver is held back", () -> harness.seen().emptyCalls() > 0);
            awaitUnacknowledged(system, harness, LOT);
            harness.noSpace(false);
            assertReceived(published, harness.awaitReceived(LOT), true, true);
            awaitUnacknowledged(system, harness, 0);
        }
    }

    @Test
    @DisplayName("R22 what is given back comes again: at once where the source can, else on the next connection")
    void whatIsGivenBackComesAgain() throws Exception {
        try (ExternalSystem.Reliable<T> system = system();
                ReceiverHarness<T> harness = harness(system, Mode.PLAIN)) {
            List<String> published = new ArrayList<>(payloads("nack", LOT));
            harness.publish(published);
            harness.giveUpNextBatch(new IOException("given up by the suite"));
            harness.start();
            harness.await("a batch is given up", () -> !harness.givenUp().isEmpty());
            if (!abilities().has(Ability.REDELIVERS_AFTER_NACK)) {
                harness.publish(List.of("marker"));
                published.add("marker");
                harness.await("a later record", () -> harness.received().contains("marker"));
                assertThat(harness.received())
                        .as("what came again, though REDELIVERS_AFTER_NACK is said to be lacking")
                        .doesNotContainAnyElementsOf(harness.givenUp());
                harness.reconnect();
            }
            assertReceived(published, harness.awaitReceived(published.size()), false, false);
            if (abilities().has(Ability.REDELIVERS_AFTER_NACK)) {
                assertThat(harness.connections())
                        .as("connections that the redelivery took")
                        .isEqualTo(1);
            }
            awaitUnacknowledged(system, harness, 0);
        }
    }

    @Test
    @DisplayName("R8 a read returns when its time is over")
    void aReadReturnsWhenItsTimeIsOver() throws Exception {
        try (ExternalSystem.Reliable<T> system = system();
                LoneReceiver<T> receiver = lone(system)) {
            receiver.connect();
            assertThat(receiver.read(10, Duration.ofMillis(50)).records()).isEmpty();
        }
    }

    @TestFactory
    @DisplayName("R25 a graceful stop settles all that was read, and leaves the rest to its source")
    Stream<DynamicTest> aGracefulStopSettlesWhatWasRead() {
        return Stream.of(true, false)
                .map(logged -> DynamicTest.dynamicTest(
                        logged ? "with a log" : "without a log", () -> aGracefulStopSettlesWhatWasRead(logged)));
    }

    private void aGracefulStopSettlesWhatWasRead(boolean logged) throws Exception {
        try (ExternalSystem.Reliable<T> system = system();
                ReceiverHarness<T> harness = harness(system, Mode.PLAIN, logged)) {
            harness.publish(payloads("stop", LOT));
            harness.start();
            harness.awaitReceived(1);
            harness.stop();
            int received = new HashSet<>(harness.received()).size();
            awaitUnacknowledged(system, harness, LOT - received);
        }
    }

    @Test
    @DisplayName("R41 a settlement that comes after close has no effect")
    void aSettlementAfterCloseHasNoEffect() throws Exception {
        try (ExternalSystem.Reliable<T> system = system();
                LoneReceiver<T> first = lone(system);
                LoneReceiver<T> second = lone(system)) {
            List<String> published = payloads("late", LOT);
            system.publish(published);
            first.connect();
            List<LoneReceiver.Read<T>> reads = new ArrayList<>();
            while (reads.stream().allMatch(read -> read.records().isEmpty())) {
                reads.add(first.read(LOT, NOT_LONG));
            }
            first.closeReceiver();
            for (LoneReceiver.Read<T> read : reads) {
                try {
                    first.ack(read);
                } catch (Exception e) {
                    assertThat(e).as("how a late settlement is refused").isNotNull();
                }
            }
            second.connect();
            Set<String> again = new HashSet<>();
            while (again.size() < LOT) {
                List<String> more = readAndAck(system, second, LOT);
                assertThat(more.isEmpty() && system.unacknowledged() < LOT - again.size())
                        .as("records are lost: " + again.size() + " of " + LOT + " came again, and the source has "
                                + system.unacknowledged() + " more")
                        .isFalse();
                again.addAll(more);
            }
        }
    }

    @Test
    @DisplayName("R42 positions rise, and a record that comes again has the one that it had")
    void positionsRiseAndStay() throws Exception {
        try (ExternalSystem.Reliable<T> system = system()) {
            system.publish(payloads("place", LOT));
            Map<String, Position> first = positions(system);
            Map<String, Position> second = positions(system);
            Set<String> both = new HashSet<>(first.keySet());
            both.retainAll(second.keySet());
            assertThat(both).as("what came on both connections").isNotEmpty();
            first.keySet().retainAll(both);
            second.keySet().retainAll(both);
            assertThat(second).as("positions of the same records").isEqualTo(first);
        }
    }

    /** Where the records stand that can be read one at a time without an acknowledgement, on a connection of their own. */
    private Map<String, Position> positions(ExternalSystem.Reliable<T> system) throws Exception {
        Map<String, Position> positions = new HashMap<>();
        Map<String, Long> until = new HashMap<>();
        try (LoneReceiver<T> receiver = lone(system)) {
            receiver.connect();
            int reads = 0;
            while (positions.isEmpty() || reads++ < LOT) {
                LoneReceiver.Read<T> read = receiver.read(1, NOT_LONG);
                Position at = read.position();
                if (!read.records().isEmpty()) {
                    assertThat(at != null)
                            .as("whether deliveries have positions, which is REPLAYS_FROM_OFFSET")
                            .isEqualTo(abilities().has(Ability.REPLAYS_FROM_OFFSET));
                    positions.put(system.payloadOf(read.records().get(0)), at == null ? NOWHERE : at);
                }
                if (at != null) {
                    assertThat(at.from())
                            .as(at + " begins where the last one ended, or behind it")
                            .isGreaterThanOrEqualTo(until.getOrDefault(at.shard(), Long.MIN_VALUE));
                    assertThat(at.until() - at.from())
                            .as(at + " has a number for each record")
                            .isGreaterThanOrEqualTo(read.records().size());
                    until.put(at.shard(), at.until());
                }
            }
        }
        return positions;
    }

    private static <T> void awaitUnacknowledged(
            ExternalSystem.Reliable<T> system, ReceiverHarness<T> harness, int expected) throws Exception {
        harness.await(expected + " records unacknowledged", () -> is(expected, system::unacknowledged));
    }
}
