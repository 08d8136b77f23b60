/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.data.ByteSize;
import io.acequia.streaming.testkit.FakeBroker.Call;
import io.acequia.streaming.testkit.ReceiverHarness.Mode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ReceiverHarnessTest {
    @TempDir
    Path directory;

    @Test
    void aBrokerFailsAsItIsToldAndNothingIsLost() throws Exception {
        try (FakeBroker broker = FakeBroker.withPositions();
                ReceiverHarness<String> harness =
                        ReceiverHarness.of(broker, Mode.PLAIN).withLog(directory, Set.of())) {
            broker.failNext(Call.CONNECT, new IOException("no connection"));
            broker.failNext(Call.READ, new IOException("no read"));
            broker.failNext(Call.ACK, new IOException("no ack"));
            broker.publish(List.of("a", "b"));
            harness.start();
            assertThat(harness.awaitReceived(2)).containsExactly("a", "b");
            harness.await("all is acknowledged", () -> broker.unacknowledged() == 0);
            harness.awaitConnections(3);
            assertThat(harness.seen().calls()).contains("close 1", "close 2", "close 3", "ack 4");
        }
    }

    @Test
    void aLogWithoutSpaceOnlyDelaysTheEndOfTheSource() throws Exception {
        List<String> published = ReceiverConformance.payloads("end", 10);
        try (FakeBroker broker = FakeBroker.withPositions();
                ReceiverHarness<String> harness = ReceiverHarness.of(broker, Mode.STORE_FULL_EVERY_SECOND_CALL)
                        .withLog(directory, Set.of())) {
            broker.publish(published);
            broker.end();
            harness.start().awaitEnd();
            assertThat(harness.received()).isEqualTo(published);
            assertThat(broker.unacknowledged()).isZero();
            harness.crash();
            harness.awaitEnd();
            assertThat(harness.seen().calls())
                    .as("a source that has ended stays ended")
                    .doesNotContain("new 2");
            assertThat(harness.received()).isEqualTo(published);
        }
    }

    @Test
    void whatNoBatchTookComesAgainAfterACrash() throws Exception {
        try (FakeBroker broker = FakeBroker.withoutPositions();
                ReceiverHarness<String> harness =
                        ReceiverHarness.of(broker, Mode.PLAIN).start()) {
            harness.hold();
            harness.publish(List.of("a"));
            harness.awaitRead(1);
            harness.crash();
            assertThat(harness.received()).isEmpty();
            harness.resume();
            assertThat(harness.awaitReceived(1)).containsExactly("a");
        }
    }

    @Test
    void aWaitEndsAndSaysForWhat() throws Exception {
        try (FakeBroker broker = FakeBroker.withPositions();
                ReceiverHarness<String> harness = ReceiverHarness.of(broker, Mode.PLAIN)
                        .patience(Duration.ofSeconds(2))
                        .start()) {
            assertThatThrownBy(() -> harness.awaitReceived(1))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageStartingWith("waited PT2S for: 1 records received; 0 read, 0 received");
        }
    }

    @Test
    void aReceiverThatEndsIsNotWaitedFor() throws Exception {
        try (FakeBroker broker = FakeBroker.withPositions();
                ReceiverHarness<String> harness =
                        ReceiverHarness.of(broker, Mode.PLAIN).start()) {
            broker.end();
            assertThatThrownBy(() -> harness.awaitReceived(1))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageStartingWith("the receiver has ended before: 1 records received");
        }
    }

    @Test
    void aHarnessIsSetUpThenStartedThenUsed() throws Exception {
        try (FakeBroker broker = FakeBroker.withPositions();
                ReceiverHarness<String> harness = ReceiverHarness.of(broker, Mode.PLAIN)) {
            assertThatThrownBy(harness::stop).hasMessageStartingWith("ACQ-2064");
            harness.start();
            assertThatThrownBy(() -> harness.buffer(new ByteSize(1))).hasMessageStartingWith("ACQ-2062");
            assertThatThrownBy(harness::start).hasMessageStartingWith("ACQ-2063");
        }
    }

    @Test
    void aClosedBrokerIsNotFound() throws Exception {
        FakeBroker broker = FakeBroker.withPositions();
        broker.close();
        assertThatThrownBy(() -> broker.source().newReceiver()).hasMessageStartingWith("ACQ-2065");
    }

    @Test
    void anAbilityIsLackingForAReason() {
        Abilities fewer = Abilities.all().without(Ability.PRESERVES_ORDER, "there are several queues");
        assertThat(fewer.has(Ability.PRESERVES_ORDER)).isFalse();
        assertThat(fewer.has(Ability.REPLAYS_FROM_OFFSET)).isTrue();
        assertThat(fewer).hasToString("lacking {PRESERVES_ORDER=there are several queues}");
        assertThat(Abilities.all()).hasToString("all abilities");
        assertThatThrownBy(() -> fewer.without(Ability.REPLAYS_FROM_OFFSET, " "))
                .hasMessageStartingWith("ACQ-2061");
    }
}
