/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.data.StorageLevel;
import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.engine.BlockInfo;
import io.acequia.streaming.engine.DriverChannel;
import io.acequia.streaming.engine.ReceiverTask;
import io.acequia.streaming.listener.ReceiverEvent;
import io.acequia.streaming.listener.ReceiverState;
import io.acequia.streaming.receiver.EndOfSourceException;
import io.acequia.streaming.receiver.Records;
import io.acequia.streaming.receiver.Source;
import io.acequia.streaming.receiver.UnreliableReceiver;
import io.acequia.streaming.storage.Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RegistrationTest {
    @Test
    void aBeatWhileTheReceiverRegistersDoesNotEndIt() {
        List<ReceiverEvent> events = new ArrayList<>();
        ReceiverTracker tracker = new ReceiverTracker(1, "early", 0, events::add);
        Reception<String> task = new Reception<>(1, Source.of("early", EndsAtOnce::new), ReceiverSettings.defaults());
        task.run(new BeatenEarly(tracker));

        assertThat(events)
                .extracting(ReceiverEvent::state)
                .containsExactly(ReceiverState.STARTING, ReceiverState.ACTIVE, ReceiverState.STOPPED);
    }

    @Test
    void aBlockThatIsAddedAgainCountsOnceAndAZombiesDoesNot() throws IOException {
        ReceiverTracker tracker = new ReceiverTracker(1, "again", 0, event -> {});
        long first = tracker.ask(new DriverChannel.Register(1)).epoch();
        assertThat(tracker.ask(block(first, 0)).accepted()).isTrue();
        assertThat(tracker.ask(block(first, 0)).accepted()).isTrue();
        assertThat(tracker.ask(block(first, 1)).accepted()).isTrue();
        assertThat(tracker.take().blocks()).extracting(BlockInfo::number).containsExactly(0L, 1L);

        long second = tracker.ask(new DriverChannel.Register(1)).epoch();
        DriverChannel.Reply late = tracker.ask(block(first, 2));
        assertThat(late.accepted()).isFalse();
        assertThat(late.want()).isEqualTo(DriverChannel.Want.END);
        assertThat(tracker.ask(block(second, 0)).accepted()).isTrue();
        assertThat(tracker.take().blocks()).extracting(BlockInfo::epoch).containsExactly(second);
    }

    private static DriverChannel.AddBlock block(long epoch, long number) {
        return new DriverChannel.AddBlock(new BlockInfo(1, epoch, number, 1, 10, List.of(), null), List.of());
    }

    @Test
    void aReceiverWhoseDriverIsOutOfReachEndsByAnExceptionAndSaysNotThatItHasStopped() {
        for (Class<?> unheard :
                List.of(DriverChannel.Register.class, DriverChannel.AddBlock.class, DriverChannel.Report.class)) {
            List<ReceiverEvent> events = new ArrayList<>();
            ReceiverTracker tracker = new ReceiverTracker(1, "lost", 0, events::add);
            Reception<String> task = new Reception<>(1, Source.of("lost", OneByOne::new), ReceiverSettings.defaults());
            List<DriverChannel.Message> after = new ArrayList<>();
            BeatenEarly host = new BeatenEarly(message -> {
                boolean started = events.stream().anyMatch(event -> event.state() == ReceiverState.ACTIVE);
                if (unheard.isInstance(message) && (started || unheard != DriverChannel.Report.class)
                        || !after.isEmpty()) {
                    after.add(message);
                    throw new IOException("no route");
                }
                return tracker.ask(message);
            });

            assertThatThrownBy(() -> task.run(host))
                    .as(unheard.getSimpleName())
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("no route");
            assertThat(events)
                    .extracting(ReceiverEvent::state)
                    .doesNotContain(ReceiverState.STOPPED, ReceiverState.FAILED);
        }
    }

    @Test
    void aReceiverThatIsRefusedAtOnceEndsAndReadsNothing() {
        List<DriverChannel.Message> said = new ArrayList<>();
        Reception<String> task = new Reception<>(
                1,
                Source.of("unknown", () -> {
                    throw new AssertionError("it must not read");
                }),
                ReceiverSettings.defaults());
        task.run(new BeatenEarly(message -> {
            said.add(message);
            return new DriverChannel.Reply(false, 0, DriverChannel.Want.END, 0, 0, List.of(), 0, 0);
        }));
        assertThat(said.get(0)).isInstanceOf(DriverChannel.Register.class);
    }

    @Test
    void aReportThatWasOvertakenDoesNotTakeBackThatReadingHasEnded() throws InterruptedException {
        ReceiverTracker tracker = new ReceiverTracker(1, "overtaken", 0, event -> {});
        Reception<String> task =
                new Reception<>(1, Source.of("overtaken", EndsAtOnce::new), ReceiverSettings.defaults());
        tracker.start(task, (launched, driver) -> new Gone());
        long epoch = tracker.ask(new DriverChannel.Register(1)).epoch();

        tracker.ask(report(epoch, 3, false));
        assertThat(tracker.awaitReadingEnded(Duration.ZERO)).isFalse();

        tracker.ask(report(epoch, 7, true));
        tracker.ask(report(epoch, 5, false));
        assertThat(tracker.awaitReadingEnded(Duration.ZERO)).isTrue();
        assertThat(tracker.status(Optional.empty()).records()).isEqualTo(7);

        long next = tracker.ask(new DriverChannel.Register(1)).epoch();
        tracker.ask(report(next, 1, false));
        assertThat(tracker.awaitReadingEnded(Duration.ZERO))
                .as("a receiver that begins anew reads again")
                .isFalse();
    }

    private static DriverChannel.Report report(long epoch, long records, boolean readingEnded) {
        return new DriverChannel.Report(1, epoch, new DriverChannel.Counts(records, 0, 0, 0, 0, 0, readingEnded), null);
    }

    /** A receiver whose thread has returned. */
    private static final class Gone implements ReceiverTask.Running {
        @Override
        public void beat() {}

        @Override
        public void flush() {}

        @Override
        public void close() {}

        @Override
        public boolean awaitEnd(Duration atMost) {
            return true;
        }

        @Override
        public String whereabouts() {
            return "gone";
        }
    }

    /** The driver takes a batch just when it has counted the new attempt, which the receiver does not know yet. */
    private static final class BeatenEarly implements ReceiverTask.Host<String> {
        private final DriverChannel driver;
        private ReceiverTask.Control control;

        BeatenEarly(DriverChannel tracker) {
            this.driver = message -> {
                DriverChannel.Reply reply = tracker.ask(message);
                if (message instanceof DriverChannel.Register) {
                    control.beat();
                }
                return reply;
            };
        }

        @Override
        public DriverChannel driver() {
            return driver;
        }

        @Override
        public StreamClock clock() {
            return StreamClock.system();
        }

        @Override
        public Storage storage(String uri) {
            throw new AssertionError("there is no log");
        }

        @Override
        public boolean keep(BlockInfo block, List<? extends List<String>> records, StorageLevel level) {
            return true;
        }

        @Override
        public void control(ReceiverTask.Control handle) {
            control = handle;
        }
    }

    /** Gives a record at each read, for ever. */
    private static final class OneByOne implements UnreliableReceiver<String> {
        @Override
        public void connect() {}

        @Override
        public Records<String> read(int maxRecords, Duration maxWait) {
            return maxRecords == 0 ? Records.nothing() : Records.of(List.of("record"));
        }

        @Override
        public void close() {}
    }

    private static final class EndsAtOnce implements UnreliableReceiver<String> {
        @Override
        public void connect() {}

        @Override
        public Records<String> read(int maxRecords, Duration maxWait) throws EndOfSourceException {
            throw new EndOfSourceException();
        }

        @Override
        public void close() {}
    }
}
