/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import io.acequia.streaming.testkit.ReceiverHarness.Mode;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * What every unreliable receiver must do: the rules of {@code docs/receiver-contract.md} that concern one, under a hostile
 * {@link ReceiverHarness}. What its connection held when it broke may be lost; nothing else may. A connector passes as with
 * {@link ReliableReceiverConformance}.
 *
 * @param <T> type of the records
 */
public abstract class UnreliableReceiverConformance<T> extends ReceiverConformance<T> {
    private static final int LOT = 30;

    /** For JUnit. */
    protected UnreliableReceiverConformance() {}

    @TestFactory
    @DisplayName("R11 nothing is lost that was read, whatever happens, and nothing comes twice")
    Stream<DynamicTest> nothingIsLostThatWasRead() {
        return Stream.of(
                        Mode.PLAIN,
                        Mode.ONE_RECORD_BLOCKS,
                        Mode.STORE_FULL_EVERY_SECOND_CALL,
                        Mode.CUT_DURING_CONNECT,
                        Mode.CLOSE_DURING_READ,
                        Mode.SLOW_CLOCK)
                .flatMap(mode -> Stream.of(true, false)
                        .map(logged -> DynamicTest.dynamicTest(
                                mode + (logged ? ", with a log" : ", without a log"),
                                () -> nothingIsLostThatWasRead(mode, logged))));
    }

    void nothingIsLostThatWasRead(Mode mode, boolean logged) throws Exception {
        try (ExternalSystem<T> system = system();
                ReceiverHarness<T> harness = harness(system, mode, logged)) {
            if (mode == Mode.CUT_DURING_CONNECT) {
                harness.arm(1);
            }
            harness.start();
            harness.awaitFaults();
            List<String> published = payloads("kept", 2 * LOT);
            harness.publish(published.subList(0, LOT));
            harness.awaitReceived(LOT);
            if (mode == Mode.CLOSE_DURING_READ) {
                harness.arm(1).awaitFaults();
            }
            harness.publish(published.subList(LOT, 2 * LOT));
            assertReceived(published, harness.awaitReceived(2 * LOT), true, true);
        }
    }

    @Test
    @DisplayName("R13 what comes after a cut is read on the next connection")
    void whatComesAfterACutIsRead() throws Exception {
        try (ExternalSystem<T> system = system();
                ReceiverHarness<T> harness = harness(system, Mode.PLAIN).start()) {
            harness.awaitConnections(1);
            List<String> published = payloads("cut", 2 * LOT);
            harness.publish(published.subList(0, LOT));
            harness.awaitReceived(LOT);
            harness.reconnect();
            harness.publish(published.subList(LOT, 2 * LOT));
            assertReceived(published, harness.awaitReceived(2 * LOT), true, true);
        }
    }
}
