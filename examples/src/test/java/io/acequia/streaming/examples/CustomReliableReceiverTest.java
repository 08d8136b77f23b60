/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.examples.CustomReliableReceiver.AckedLinesSource;
import io.acequia.streaming.receiver.Delivery;
import io.acequia.streaming.receiver.Position;
import io.acequia.streaming.receiver.ReceiverDisconnectedException;
import io.acequia.streaming.receiver.ReliableReceiver;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class CustomReliableReceiverTest {
    private static final String LOOPBACK = "127.0.0.1";

    private AckingServer server;

    @BeforeEach
    void startTheServer() throws IOException {
        server = new AckingServer();
    }

    @AfterEach
    void stopTheServer() throws IOException {
        server.close();
    }

    private RunningProgram program() {
        return RunningProgram.start(CustomReliableReceiver::main, LOOPBACK, server.port());
    }

    private RunningProgram program(Path checkpoint) {
        return RunningProgram.start(CustomReliableReceiver::main, LOOPBACK, server.port(), checkpoint.toString());
    }

    private ReliableReceiver<Tuple2<Long, String>> connect() throws Exception {
        ReliableReceiver<Tuple2<Long, String>> receiver =
                new AckedLinesSource(LOOPBACK, Integer.parseInt(server.port())).newReceiver();
        receiver.connect();
        server.awaitConnections(1);
        return receiver;
    }

    private static Delivery<Tuple2<Long, String>> readSome(ReliableReceiver<Tuple2<Long, String>> receiver, int most)
            throws Exception {
        Delivery<Tuple2<Long, String>> read = Delivery.nothing();
        while (read == Delivery.<Tuple2<Long, String>>nothing()) {
            read = receiver.read(most, Duration.ofSeconds(1));
        }
        return read;
    }

    @Test
    void withoutADirectoryWordsAreAcknowledgedWhenTheirBatchIsDone() throws Exception {
        server.send("to be or", "not to be");
        try (RunningProgram program = program()) {
            server.awaitAck(2);

            assertThat(program.awaitPrinted("(not,1)")).contains("(to,", "(be,");
            program.stopStream().awaitEnd();
        }
    }

    @Test
    void withADirectoryALineThatComesAgainIsCountedOnce(@TempDir Path dir) throws Exception {
        server.loseAcks(true).send("first");
        try (RunningProgram program = program(dir)) {
            program.awaitPrinted("(first,1)");
            server.awaitAck(1);
            server.disconnect();
            server.awaitConnections(2);
            server.loseAcks(false).send("second");
            program.awaitPrinted("(second,1)");

            assertThat(program.stopStream().awaitEnd()).containsOnlyOnce("(first,1)");
        }
    }

    @Test
    void aProgramThatIsStartedAgainKnowsWhatItHasLogged(@TempDir Path dir) throws Exception {
        server.loseAcks(true).send("first");
        try (RunningProgram before = program(dir)) {
            before.awaitPrinted("(first,1)");
            before.stopStream().awaitEnd();
        }
        server.loseAcks(false).send("second");
        try (RunningProgram after = program(dir)) {
            after.awaitPrinted("(second,1)");
            server.awaitAck(2);

            assertThat(after.stopStream().awaitEnd()).doesNotContain("first");
        }
    }

    @Test
    void deliveriesAreRunsOfLinesOneAfterTheOther() throws Exception {
        try (ReliableReceiver<Tuple2<Long, String>> receiver = connect()) {
            server.send("a", "b b", "c");
            List<Tuple2<Long, String>> read = new ArrayList<>();
            while (read.size() < 3) {
                Delivery<Tuple2<Long, String>> run = readSome(receiver, 2);
                assertThat(run.position())
                        .contains(new Position(
                                "acked-lines://" + LOOPBACK + ":" + server.port(),
                                read.size() + 1,
                                read.size() + 1 + run.records().size()));
                read.addAll(run.records());
                run.settlement().ack();
            }
            server.awaitAck(3);

            assertThat(read).containsExactly(Tuple2.of(1L, "a"), Tuple2.of(2L, "b b"), Tuple2.of(3L, "c"));
        }
    }

    @Test
    void anAcknowledgementWaitsForThoseBeforeIt() throws Exception {
        try (ReliableReceiver<Tuple2<Long, String>> receiver = connect()) {
            server.send("a", "b", "c");
            Delivery<Tuple2<Long, String>> first = readSome(receiver, 1);
            Delivery<Tuple2<Long, String>> second = readSome(receiver, 1);
            Delivery<Tuple2<Long, String>> third = readSome(receiver, 1);
            assertThat(third.records()).containsExactly(Tuple2.of(3L, "c"));

            second.settlement().ack();
            first.settlement().ack();
            third.settlement().ack();
            server.awaitAck(3);

            assertThat(server.acks()).containsExactly(2L, 3L);
        }
    }

    @Test
    void nothingAfterALineThatIsGivenBackIsAcknowledged() throws Exception {
        try (ReliableReceiver<Tuple2<Long, String>> receiver = connect()) {
            server.send("a", "b");
            Delivery<Tuple2<Long, String>> first = readSome(receiver, 1);
            Delivery<Tuple2<Long, String>> second = readSome(receiver, 1);

            assertThatThrownBy(() -> first.settlement().nack(new IOException("the batch failed")))
                    .isInstanceOf(ReceiverDisconnectedException.class)
                    .hasMessage("lines up to 1 are to be sent again");
            second.settlement().ack();
        }
        try (ReliableReceiver<Tuple2<Long, String>> next = connect()) {
            server.awaitConnections(2);

            assertThat(readSome(next, 1).records()).containsExactly(Tuple2.of(1L, "a"));
            assertThat(server.acks()).isEmpty();
        }
    }

    @Test
    void whatHasNoNumberIsRejectedApartFromTheLinesAndSettledBeforeThem() throws Exception {
        try (ReliableReceiver<Tuple2<Long, String>> receiver = connect()) {
            server.sendRaw("hello\n");
            Delivery<Tuple2<Long, String>> bad = readSome(receiver, 10);
            server.send("a");
            Delivery<Tuple2<Long, String>> good = readSome(receiver, 10);

            assertThat(bad.records()).isEmpty();
            assertThat(bad.position()).isEmpty();
            assertThat(bad.rejected()).singleElement().satisfies(rejected -> {
                assertThat(rejected.raw()).isEqualTo("hello".getBytes(StandardCharsets.UTF_8));
                assertThat(rejected.where()).isEqualTo("after line 0");
            });
            good.settlement().ack();
            bad.settlement().ack();
            server.awaitAck(1);
            assertThat(server.acks()).containsExactly(1L);
        }
    }

    @Test
    void halfALineAtTheEndOfAConnectionIsNoRejectSinceItComesAgain() throws Exception {
        try (ReliableReceiver<Tuple2<Long, String>> receiver = connect()) {
            server.sendRaw("1 hal").disconnect();

            assertThatThrownBy(() -> readSome(receiver, 10)).isInstanceOf(ReceiverDisconnectedException.class);
        }
    }
}
