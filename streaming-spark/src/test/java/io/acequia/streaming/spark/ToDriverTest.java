/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.engine.BlockInfo;
import io.acequia.streaming.engine.DriverChannel;
import io.acequia.streaming.engine.DriverChannel.AddBlock;
import io.acequia.streaming.engine.DriverChannel.Change;
import io.acequia.streaming.engine.DriverChannel.Counts;
import io.acequia.streaming.engine.DriverChannel.Phase;
import io.acequia.streaming.engine.DriverChannel.Register;
import io.acequia.streaming.engine.DriverChannel.Reply;
import io.acequia.streaming.engine.DriverChannel.Report;
import io.acequia.streaming.internal.ingest.ReceiverTracker;
import java.io.IOException;
import java.io.NotSerializableException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Letters to the driver over a way that loses some of them, or their answers. */
@Timeout(60)
class ToDriverTest {
    private final ReceiverTracker tracker = new ReceiverTracker(3, "numbers", 0, event -> {});
    private final Answers answers = new Answers();
    private final List<String> lost = new ArrayList<>();
    private final StreamClock clock = new Skipping();

    /** Is at once where somebody waits for it to be. */
    private static final class Skipping implements StreamClock {
        private Instant now = Instant.EPOCH;

        @Override
        public Instant now() {
            return now;
        }

        @Override
        public long nanoTime() {
            return Duration.between(Instant.EPOCH, now).toNanos();
        }

        @Override
        public void awaitUntil(Instant at) {
            now = at;
        }
    }

    /** The driver's end, as a launch has it. */
    private byte[] driver(byte[] bytes) throws IOException {
        Letter letter = Letter.read(bytes);
        return answers.to(
                letter,
                () -> Letter.written(
                        tracker.ask((DriverChannel.Message) Letter.read(letter.message(), Letter.loader()))));
    }

    /** Loses the first answers of each letter. */
    private DriverChannel losing(int count) {
        return new ToDriver(
                "one",
                letter -> {
                    byte[] answer = driver(letter);
                    String which = String.valueOf(Letter.read(letter).number());
                    if (lost.stream().filter(which::equals).count() < count) {
                        lost.add(which);
                        throw new IOException("time-out");
                    }
                    return answer;
                },
                clock);
    }

    @Test
    void aBlockWhoseAnswerWasLostIsAddedOnceAndItsSettlementComes() throws Exception {
        DriverChannel channel = losing(2);
        long epoch = channel.ask(new Register(3)).epoch();
        assertThat(epoch).isEqualTo(1);
        channel.ask(new AddBlock(new BlockInfo(3, epoch, 0, 7, 10, List.of(), null), List.of()));

        ReceiverTracker.Taken taken = tracker.take();
        assertThat(taken.blocks()).hasSize(1);
        tracker.settle(taken, null);
        Reply reply = channel.ask(new Report(3, epoch, Counts.NONE, null));
        assertThat(reply.settled()).extracting(DriverChannel.Settled::block).containsExactly(0L);
        assertThat(lost).hasSize(6);
    }

    @Test
    void aDriverThatNeverAnswersIsGivenUpForGood() {
        List<byte[]> sent = new ArrayList<>();
        DriverChannel channel = new ToDriver(
                "one",
                letter -> {
                    sent.add(letter);
                    throw new IOException("no route");
                },
                clock);

        assertThatThrownBy(() -> channel.ask(new Register(3)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("ACQ-2692")
                .hasMessageContaining("no route");
        assertThat(sent).hasSizeGreaterThanOrEqualTo(3);
        int before = sent.size();
        assertThatThrownBy(() -> channel.ask(new Register(3))).hasMessageContaining("ACQ-2692");
        assertThat(sent).hasSize(before);
    }

    @Test
    void anInterruptWaitsForTheAnswerAndIsKept() throws Exception {
        List<Boolean> interrupted = new ArrayList<>();
        DriverChannel channel = new ToDriver(
                "one",
                letter -> {
                    interrupted.add(Thread.currentThread().isInterrupted());
                    if (interrupted.size() == 1) {
                        throw new InterruptedException();
                    }
                    return driver(letter);
                },
                clock);
        Thread.currentThread().interrupt();

        assertThat(channel.ask(new Register(3)).epoch()).isEqualTo(1);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(interrupted).containsExactly(false, false);
    }

    @Test
    void anErrorThatCannotBeSentIsNamedToTheSender() {
        Exception odd = new Exception("odd") {
            private final Object inside = new Object();

            @Override
            public String toString() {
                return "odd " + inside;
            }
        };
        assertThatThrownBy(() ->
                        losing(0).ask(new Report(3, 1, Counts.NONE, new Change(Phase.RETRYING, 1, null, odd, false))))
                .isInstanceOf(NotSerializableException.class);
    }
}
