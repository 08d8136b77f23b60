/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.akka;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.AbstractActor;
import akka.actor.ActorRef;
import akka.actor.OneForOneStrategy;
import akka.actor.Props;
import akka.actor.SupervisorStrategy;
import io.acequia.streaming.receiver.EndOfSourceException;
import io.acequia.streaming.receiver.ReceiverDisconnectedException;
import io.acequia.streaming.testkit.ReceiverReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Actors that fail, end and are closed, in their own process. */
@Timeout(60)
class AkkaSupervisionTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    private static List<String> texts(int count) {
        return IntStream.range(0, count).mapToObj(i -> "t" + i).toList();
    }

    // ---- supervision and ends

    private static SupervisorStrategy strategy(SupervisorStrategy.Directive directive) {
        return new OneForOneStrategy(
                false, akka.japi.pf.DeciderBuilder.matchAny(e -> directive).build());
    }

    private static void fail(ActorRef actor) {
        ToldActor.tell(actor, told -> {
            throw new IllegalArgumentException("of the test");
        });
    }

    @Test
    void anActorThatThrowsIsRestartedByDefault() throws Exception {
        try (ReceiverReader<String> reader =
                new ReceiverReader<>(ToldActor.builder("restarted").build())) {
            ActorRef actor = ToldActor.of("restarted", reader);
            fail(actor);
            ToldActor.ask(actor, "after");
            assertThat(reader.readAll(1)).containsExactly("after");
        }
    }

    @Test
    void anActorThatIsStoppedForItsFailureEndsTheReceiverWithTheCause() throws Exception {
        AkkaSource<String> source = ToldActor.builder("stopped")
                .supervision(() -> strategy(SupervisorStrategy.stop()))
                .build();
        try (ReceiverReader<String> reader = new ReceiverReader<>(source)) {
            fail(ToldActor.of("stopped", reader));
            assertThat(reader.readToTheEnd())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("ACQ-2613 the actor of source 'stopped' has stopped, its last failure was:"
                            + " java.lang.IllegalArgumentException: of the test")
                    .hasCauseInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void anActorThatIsRestartedTooOftenEndsTheReceiverWithTheCause() throws Exception {
        AkkaSource<String> source = ToldActor.builder("often")
                .supervision(() -> new OneForOneStrategy(2, LONG, SupervisorStrategy.defaultDecider()))
                .build();
        try (ReceiverReader<String> reader = new ReceiverReader<>(source)) {
            ActorRef actor = ToldActor.of("often", reader);
            IntStream.range(0, 3).forEach(i -> fail(actor));
            assertThat(reader.readToTheEnd()).hasMessageContainingAll("ACQ-2613 ", "has stopped", "of the test");
        }
    }

    @Test
    void aFailureThatIsEscalatedEndsTheReceiverWithTheCause() throws Exception {
        AkkaSource<String> source = ToldActor.builder("escalated")
                .supervision(() -> strategy(SupervisorStrategy.escalate()))
                .build();
        try (ReceiverReader<String> reader = new ReceiverReader<>(source)) {
            fail(ToldActor.of("escalated", reader));
            assertThat(reader.readToTheEnd())
                    .hasMessage("ACQ-2613 the actor of source 'escalated' has escalated, its last failure was:"
                            + " java.lang.IllegalArgumentException: of the test");
        }
    }

    @Test
    void anActorThatCannotBeMadeEndsTheReceiverWithTheCause() throws Exception {
        AkkaSource<String> source = AkkaSource.of(
                "unmade",
                () -> Props.create(AbstractActor.class, () -> {
                    throw new IllegalArgumentException("of the constructor");
                }));
        try (ReceiverReader<String> reader = new ReceiverReader<>(source)) {
            Exception ended = reader.readToTheEnd();
            assertThat(ended).hasMessageStartingWith("ACQ-2613 the actor of source 'unmade' has stopped");
            assertThat(ended).rootCause().hasMessage("of the constructor");
        }
    }

    @Test
    void whatWasStoredIsReadBeforeTheReceiverEnds() throws Exception {
        try (LoggedLines log = new LoggedLines()) {
            try (ReceiverReader<String> reader =
                    new ReceiverReader<>(ToldActor.builder("gone").build())) {
                ActorRef actor = ToldActor.of("gone", reader);
                ToldActor.let(actor, told -> {
                            told.store(texts(10));
                            told.getContext().stop(told.getSelf());
                        })
                        .get();
                assertThat(reader.readToTheEnd())
                        .isInstanceOf(ReceiverDisconnectedException.class)
                        .hasMessage("ACQ-2612 the actor of source 'gone' has stopped itself; to end the source, let it"
                                + " call endSource()");
                assertThat(reader.records()).isEqualTo(texts(10));
                actor.tell("late", ActorRef.noSender());
            }
            assertThat(log.text()).contains("ACQ-2617 source 'gone': 1 messages reached nobody");
        }
    }

    @Test
    void anActorCanEndTheReceiverAndTheSource() throws Exception {
        try (ReceiverReader<String> reader =
                new ReceiverReader<>(ToldActor.builder("again").build())) {
            ActorRef actor = ToldActor.of("again", reader);
            ToldActor.let(actor, told -> {
                        told.store("last");
                        told.restart("of the test");
                        told.endSource();
                    })
                    .get();
            assertThat(ToldActor.let(actor, told -> told.store("late")).get())
                    .isEqualTo(
                            "ACQ-2610 the receiver of source 'again' has ended and stores nothing more, send it to the"
                                    + " next one; it ended by: of the test");
            assertThat(reader.readToTheEnd())
                    .isInstanceOf(ReceiverDisconnectedException.class)
                    .hasMessage("of the test");
            assertThat(reader.records()).containsExactly("last");
        }
        try (ReceiverReader<String> reader =
                new ReceiverReader<>(ToldActor.builder("ended").build())) {
            ToldActor.tell(ToldActor.of("ended", reader), ActorReceiver::endSource);
            assertThat(reader.readToTheEnd()).isInstanceOf(EndOfSourceException.class);
        }
    }

    @Test
    void aFatalErrorEndsTheReceiverAndNotTheProgram() throws Exception {
        try (ReceiverReader<String> reader =
                new ReceiverReader<>(ToldActor.builder("fatal").build())) {
            ToldActor.tell(ToldActor.of("fatal", reader), told -> {
                throw new InternalError("of the test");
            });
            assertThat(reader.readToTheEnd())
                    .isInstanceOf(ReceiverDisconnectedException.class)
                    .hasMessage("ACQ-2615 the actor system of source 'fatal' has ended by itself: see what Akka has"
                            + " logged");
        }
    }

    @Test
    void whatAkkaLogsGoesToOurLog() throws Exception {
        try (LoggedLines log = new LoggedLines()) {
            try (ReceiverReader<String> reader = new ReceiverReader<>(
                    ToldActor.builder("logs").set("akka.loglevel", "DEBUG").build())) {
                ActorRef actor = ToldActor.of("logs", reader);
                fail(actor);
                ToldActor.let(actor, told -> told.getContext().getSystem().log().info("a line of the test"))
                        .get();
                while (!log.text().contains("a line of the test")) {
                    Thread.onSpinWait();
                }
            }
            assertThat(log.text()).contains("java.lang.IllegalArgumentException: of the test", "] INFO ");
        }
    }

    // ---- closing

    private static long threads() {
        return Thread.getAllStackTraces().size();
    }

    private static long openFiles() throws Exception {
        try (Stream<Path> files = Files.list(Path.of("/dev/fd"))) {
            return files.count();
        }
    }

    @Test
    void aHundredConnectionsLeaveNoThreadAndNoFileBehind() throws Exception {
        AkkaSource<String> source =
                ToldActor.builder("hundred").remote("127.0.0.1", 0).build();
        long threads = 0;
        long files = 0;
        for (int i = 0; i < 110; i++) {
            if (i == 10) {
                threads = threads();
                files = openFiles();
            }
            try (ReceiverReader<String> reader = new ReceiverReader<>(source)) {
                reader.read(1);
            }
        }
        while (threads() > threads + 5 || openFiles() > files + 5) {
            Thread.onSpinWait();
        }
    }

    @Test
    void aSystemThatDoesNotEndIsReportedAndLeftBehind() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        try (LoggedLines log = new LoggedLines()) {
            try (ReceiverReader<String> reader =
                    new ReceiverReader<>(ToldActor.builder("stuck").build())) {
                LinkedBlockingQueue<String> stuck = new LinkedBlockingQueue<>();
                ToldActor.tell(ToldActor.of("stuck", reader), told -> {
                    stuck.add("yes");
                    go.await();
                });
                stuck.poll(10, TimeUnit.SECONDS);
            }
            assertThat(log.text()).contains("ACQ-2618 the actor system of source 'stuck' has not ended within PT10S");
        } finally {
            go.countDown();
        }
    }
}
