/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.akka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.Done;
import akka.actor.AbstractActor;
import akka.actor.ActorRef;
import akka.actor.ActorSystem;
import akka.actor.Identify;
import akka.actor.OneForOneStrategy;
import akka.actor.Props;
import akka.actor.SupervisorStrategy;
import akka.pattern.Patterns;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.receiver.EndOfSourceException;
import io.acequia.streaming.receiver.ReceiverDisconnectedException;
import io.acequia.streaming.receiver.Rejected;
import io.acequia.streaming.testkit.ReceiverReader;
import io.acequia.streaming.testkit.TestStreams;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What an actor can do, in its own process. */
@Timeout(60)
class AkkaSourceTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Duration SHORT = Duration.ofMillis(200);

    private static CompletableFuture<Object> ask(ActorRef actor, Object message) {
        return Patterns.ask(actor, message, LONG).toCompletableFuture();
    }

    /** What it did, as an answer. */
    private static CompletableFuture<Object> let(ActorRef actor, ToldActor.Act act) {
        return ask(actor, (ToldActor.Act) told -> {
            Object answer = "done";
            try {
                act.on(told);
            } catch (IllegalStateException | IllegalArgumentException e) {
                answer = e.getMessage();
            }
            told.getSender().tell(answer, told.getSelf());
        });
    }

    private static List<String> texts(int count) {
        return IntStream.range(0, count).mapToObj(i -> "t" + i).toList();
    }

    // ---- stored and answered

    @Test
    @DisplayName("S5.22 an actor runs as a source")
    void anActorRunsAsASource() throws Exception {
        AkkaSource<String> source = ToldActor.builder("source").build();
        try (TestStreams t = TestStreams.every(
                Duration.ofSeconds(1),
                StreamingConf.withoutDefaults().setMaster("local[2]").setAppName("akka"),
                s -> s.collect("texts", s.context().receiverStream(source)))) {
            while (ToldActor.find("source") == null) {
                t.advance(1);
            }
            CompletableFuture<Object> answer = ask(Objects.requireNonNull(ToldActor.find("source")), "text");
            while (!answer.isDone()) {
                t.advance(1);
            }
            assertThat(answer).isCompletedWithValue(Done.getInstance());
            assertThat(t.batches("texts").stream().flatMap(List::stream)).isEqualTo(List.of("text"));
        }
    }

    @Test
    void anAnswerComesWhenTheRecordIsSafeAndNotBefore() throws Exception {
        try (ReceiverReader<String> reader =
                new ReceiverReader<>(ToldActor.builder("answer").build())) {
            CompletableFuture<Object> answer = ask(ToldActor.of("answer", reader), "text");
            assertThat(reader.readAll(1)).containsExactly("text");
            reader.read(1);
            assertThat(answer).isNotDone();
            reader.ack();
            assertThat(answer.get()).isEqualTo(Done.getInstance());
        }
    }

    @Test
    void whatIsGivenBackIsAnsweredAsAFailure() throws Exception {
        try (ReceiverReader<String> reader =
                new ReceiverReader<>(ToldActor.builder("nack").build())) {
            CompletableFuture<Object> answer = ask(ToldActor.of("nack", reader), "text");
            reader.readAll(1);
            reader.nack(new IOException("given up"));
            assertThatThrownBy(answer::get)
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .hasMessage("ACQ-2611 not safe at source 'nack', send it again: given up");
        }
    }

    @Test
    void answersCanSayWhatTheyAreAbout() throws Exception {
        try (ReceiverReader<String> reader =
                new ReceiverReader<>(ToldActor.builder("own").build())) {
            ActorRef actor = ToldActor.of("own", reader);
            CompletableFuture<Object> safe = ask(
                    actor, (ToldActor.Act) told -> told.store(List.of("a", "b"), told.getSender(), "safe", "unsafe"));
            assertThat(reader.readAll(2)).containsExactly("a", "b");
            reader.ack();
            assertThat(safe.get()).isEqualTo("safe");
            CompletableFuture<Object> unsafe =
                    ask(actor, (ToldActor.Act) told -> told.store(List.of("c"), told.getSender(), "safe", "unsafe"));
            reader.readAll(3);
            reader.nack(new IOException("given up"));
            assertThat(unsafe.get()).isEqualTo("unsafe");
            CompletableFuture<Object> done =
                    ask(actor, (ToldActor.Act) told -> told.store(List.of("d", "e"), told.getSender()));
            reader.readAll(5);
            reader.ack();
            assertThat(done.get()).isEqualTo(Done.getInstance());
        }
    }

    @Test
    void aListIsCopiedAndComesInItsOrder() throws Exception {
        try (ReceiverReader<String> reader =
                new ReceiverReader<>(ToldActor.builder("list").build())) {
            List<String> texts = new java.util.ArrayList<>(texts(300));
            assertThat(let(ToldActor.of("list", reader), told -> {
                                told.store(texts);
                                texts.clear();
                            })
                            .get())
                    .isEqualTo("done");
            assertThat(reader.readAll(300)).isEqualTo(texts(300));
        }
    }

    @Test
    void workersBelowTheActorStoreAsItDoes() throws Exception {
        try (ReceiverReader<String> reader =
                new ReceiverReader<>(ToldActor.builder("workers").build())) {
            ToldActor.tell(ToldActor.of("workers", reader), told -> told.getContext()
                    .actorOf(Props.create(ToldActor.class, ToldActor::new), "worker"));
            CompletableFuture<Object> answer = ask(ToldActor.of("worker", reader), "text");
            reader.readAll(1);
            reader.ack();
            assertThat(answer.get()).isEqualTo(Done.getInstance());
        }
    }

    // ---- bad input

    @Test
    void nullIsRefusedAndNothingOfItsListIsStored() throws Exception {
        try (ReceiverReader<String> reader =
                new ReceiverReader<>(ToldActor.builder("null").build())) {
            ActorRef actor = ToldActor.of("null", reader);
            String refusal = "ACQ-2608 source 'null' was given null to store: give a record";
            assertThat(let(actor, told -> told.store((String) null)).get()).isEqualTo(refusal);
            assertThat(let(actor, told -> told.store(Arrays.asList("a", null))).get())
                    .isEqualTo(refusal);
            assertThat(let(actor, told -> told.store((String) null, told.getSender()))
                            .get())
                    .isEqualTo(refusal);
            ask(actor, "after");
            assertThat(reader.readAll(1)).containsExactly("after");
        }
    }

    @Test
    void aMessageThatTheActorDoesNotKnowIsRejected() throws Exception {
        try (ReceiverReader<String> reader =
                new ReceiverReader<>(ToldActor.builder("unknown").build())) {
            ActorRef actor = ToldActor.of("unknown", reader);
            actor.tell(17, ActorRef.noSender());
            reader.readUntil(() -> !reader.rejected().isEmpty());
            Rejected rejected = reader.rejected().get(0);
            assertThat(new String(rejected.raw(), UTF_8)).isEqualTo("17");
            assertThat(rejected.where()).contains(" to Actor[akka://acequia/user/supervisor/unknown");
            assertThat(rejected.cause())
                    .hasMessage("ACQ-2616 source 'unknown' was sent class java.lang.Integer, which its actor does not"
                            + " know: match it in createReceive");
            assertThat(reader.records()).isEmpty();
            reader.ack();
        }
    }

    @Test
    void moreUnknownMessagesThanAreKeptAreCounted() throws Exception {
        try (LoggedLines log = new LoggedLines()) {
            try (ReceiverReader<String> reader =
                    new ReceiverReader<>(ToldActor.builder("many").build())) {
                ActorRef actor = ToldActor.of("many", reader);
                IntStream.range(0, 1_500).forEach(i -> actor.tell(i, ActorRef.noSender()));
                ask(actor, (ToldActor.Act) told ->
                                told.getContext().getParent().tell(new Identify("behind them"), told.getSender()))
                        .get();
                ask(actor, "after");
                assertThat(reader.readAll(1)).containsExactly("after");
                assertThat(reader.rejected()).hasSize(1_000);
            }
            assertThat(log.text()).contains("ACQ-2617 source 'many': 500 messages reached nobody");
        }
    }

    @Test
    void messagesThatAMailboxHasNoRoomForAreCounted() throws Exception {
        AkkaSource<String> source = AkkaSource.<String>builder(
                        "bounded",
                        () -> Props.create(ToldActor.class, ToldActor::new).withMailbox("small"))
                .config("small { mailbox-type = akka.dispatch.BoundedMailbox, mailbox-capacity = 2,"
                        + " mailbox-push-timeout-time = 0 }")
                .build();
        try (LoggedLines log = new LoggedLines()) {
            try (ReceiverReader<String> reader = new ReceiverReader<>(source)) {
                ActorRef actor = ToldActor.of("bounded", reader);
                CountDownLatch busy = new CountDownLatch(1);
                CountDownLatch go = new CountDownLatch(1);
                ToldActor.tell(actor, told -> {
                    busy.countDown();
                    go.await();
                });
                busy.await();
                texts(10).forEach(text -> actor.tell(text, ActorRef.noSender()));
                go.countDown();
                assertThat(reader.readAll(2)).containsExactly("t0", "t1");
            }
            assertThat(log.text())
                    .contains("ACQ-2617 source 'bounded': 8 messages reached nobody")
                    .contains("feeders must send again what was not answered");
        }
    }

    /** A log knows no such class. */
    private static final class Unknown {}

    private static final class Storing extends AbstractActor implements ActorReceiver<Unknown> {
        @Override
        public void preStart() {
            store(new Unknown());
        }

        @Override
        public Receive createReceive() {
            return receiveBuilder().build();
        }
    }

    @Test
    void aRecordThatTheLogCannotSerializeEndsTheJobWithItsClass(@TempDir Path directory) throws Exception {
        AkkaSource<Unknown> source = AkkaSource.of("unlogged", () -> Props.create(Storing.class, Storing::new));
        StreamingConf conf =
                StreamingConf.withoutDefaults().setMaster("local[2]").setAppName("akka");
        try (StreamingContext context = new StreamingContext(conf, Duration.ofMillis(100))) {
            context.checkpoint(directory.toString());
            context.receiverStream(source).uid("read").count().print();
            context.start();
            assertThatThrownBy(context::awaitTermination)
                    .satisfies(e -> assertThat(causes(e)).contains("ACQ-0531 ", "$Unknown"));
        }
    }

    private static String causes(Throwable e) {
        StringBuilder all = new StringBuilder();
        for (Throwable each = e; each != null; each = each.getCause()) {
            all.append(each.getMessage()).append("\n");
        }
        return all.toString();
    }

    @Test
    void aSystemThatIsNotAReceiversIsRefused() throws Exception {
        ActorSystem other = ActorSystem.create("other");
        try {
            CompletableFuture<String> refusal = new CompletableFuture<>();
            other.actorOf(Props.create(AbstractActor.class, () -> new ToldActor() {
                @Override
                public void preStart() {
                    try {
                        store("text");
                    } catch (IllegalStateException e) {
                        refusal.complete(e.getMessage());
                    }
                }
            }));
            assertThat(refusal.get()).startsWith("ACQ-2607 the actor system 'other' is not that of a receiver");
        } finally {
            other.terminate();
        }
    }

    @Test
    void aFeederThatIsNotNamedCannotBeAskedFor() throws Exception {
        try (ReceiverReader<String> reader =
                new ReceiverReader<>(ToldActor.builder("unfed").build())) {
            assertThat(let(ToldActor.of("unfed", reader), ActorReceiver::feeder).get())
                    .isEqualTo("ACQ-2619 source 'unfed' names no feeder: call feeder(..) of its builder");
        }
    }

    // ---- a full store

    @Test
    void aFullStoreHoldsTheActorAndThenRefuses() throws Exception {
        AkkaSource<String> source =
                ToldActor.builder("full").capacity(1).storeTimeout(SHORT).build();
        try (ReceiverReader<String> reader = new ReceiverReader<>(source)) {
            ActorRef actor = ToldActor.of("full", reader);
            assertThat(let(actor, told -> told.store("first")).get()).isEqualTo("done");
            assertThat(let(actor, told -> told.store("second")).get())
                    .isEqualTo("ACQ-2609 source 'full' had no room for PT0.2S, records not stored: 1; let feeders wait"
                            + " for answers, or raise storeTimeout");
            assertThatThrownBy(() -> ask(actor, "third").get())
                    .cause()
                    .hasMessageStartingWith("ACQ-2611 not safe at source 'full', send it again: ACQ-2609 ");
            assertThat(reader.readAll(1)).containsExactly("first");
            ask(actor, "fourth");
            assertThat(reader.readAll(2)).containsExactly("first", "fourth");
        }
    }

    @Test
    void anActorThatIsHeldGoesOnWhenThereIsRoom() throws Exception {
        AkkaSource<String> source =
                ToldActor.builder("held").capacity(1).storeTimeout(LONG).build();
        try (ReceiverReader<String> reader = new ReceiverReader<>(source)) {
            ActorRef actor = ToldActor.of("held", reader);
            texts(1_000).forEach(text -> actor.tell(text, ActorRef.noSender()));
            assertThat(reader.readAll(1_000)).isEqualTo(texts(1_000));
        }
    }

    @Test
    void closingLetsGoAnActorThatIsHeld() throws Exception {
        AkkaSource<String> source =
                ToldActor.builder("let-go").capacity(1).storeTimeout(LONG).build();
        CompletableFuture<Object> unread;
        CompletableFuture<Object> held;
        try (ReceiverReader<String> reader = new ReceiverReader<>(source)) {
            ActorRef actor = ToldActor.of("let-go", reader);
            unread = ask(actor, "unread");
            held = ask(actor, "held");
        }
        for (CompletableFuture<Object> each : List.of(unread, held)) {
            assertThatThrownBy(each::get).cause().hasMessageStartingWith("ACQ-2611 not safe at source 'let-go'");
        }
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
            ask(actor, "after");
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
                let(actor, told -> {
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
            let(actor, told -> {
                        told.store("last");
                        told.restart("of the test");
                        told.endSource();
                    })
                    .get();
            assertThat(let(actor, told -> told.store("late")).get())
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
                let(actor, told -> told.getContext().getSystem().log().info("a line of the test"))
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
