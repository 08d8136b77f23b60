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
import akka.actor.Props;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.receiver.Rejected;
import io.acequia.streaming.testkit.ReceiverReader;
import io.acequia.streaming.testkit.TestStreams;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What an actor can do, in its own process. */
@Timeout(60)
class AkkaSourceTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Duration SHORT = Duration.ofMillis(200);

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
            CompletableFuture<Object> answer = ToldActor.ask(Objects.requireNonNull(ToldActor.find("source")), "text");
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
            CompletableFuture<Object> answer = ToldActor.ask(ToldActor.of("answer", reader), "text");
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
            CompletableFuture<Object> answer = ToldActor.ask(ToldActor.of("nack", reader), "text");
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
            CompletableFuture<Object> safe = ToldActor.ask(
                    actor, (ToldActor.Act) told -> told.store(List.of("a", "b"), told.getSender(), "safe", "unsafe"));
            assertThat(reader.readAll(2)).containsExactly("a", "b");
            reader.ack();
            assertThat(safe.get()).isEqualTo("safe");
            CompletableFuture<Object> unsafe = ToldActor.ask(
                    actor, (ToldActor.Act) told -> told.store(List.of("c"), told.getSender(), "safe", "unsafe"));
            reader.readAll(3);
            reader.nack(new IOException("given up"));
            assertThat(unsafe.get()).isEqualTo("unsafe");
            CompletableFuture<Object> done =
                    ToldActor.ask(actor, (ToldActor.Act) told -> told.store(List.of("d", "e"), told.getSender()));
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
            assertThat(ToldActor.let(ToldActor.of("list", reader), told -> {
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
            CompletableFuture<Object> answer = ToldActor.ask(ToldActor.of("worker", reader), "text");
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
            assertThat(ToldActor.let(actor, told -> told.store((String) null)).get())
                    .isEqualTo(refusal);
            assertThat(ToldActor.let(actor, told -> told.store(Arrays.asList("a", null)))
                            .get())
                    .isEqualTo(refusal);
            assertThat(ToldActor.let(actor, told -> told.store((String) null, told.getSender()))
                            .get())
                    .isEqualTo(refusal);
            ToldActor.ask(actor, "after");
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
                ToldActor.ask(actor, (ToldActor.Act) told ->
                                told.getContext().getParent().tell(new Identify("behind them"), told.getSender()))
                        .get();
                ToldActor.ask(actor, "after");
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
            assertThat(ToldActor.let(ToldActor.of("unfed", reader), ActorReceiver::feeder)
                            .get())
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
            assertThat(ToldActor.let(actor, told -> told.store("first")).get()).isEqualTo("done");
            assertThat(ToldActor.let(actor, told -> told.store("second")).get())
                    .isEqualTo("ACQ-2609 source 'full' had no room for PT0.2S, records not stored: 1; let feeders wait"
                            + " for answers, or raise storeTimeout");
            assertThatThrownBy(() -> ToldActor.ask(actor, "third").get())
                    .cause()
                    .hasMessageStartingWith("ACQ-2611 not safe at source 'full', send it again: ACQ-2609 ");
            assertThat(reader.readAll(1)).containsExactly("first");
            ToldActor.ask(actor, "fourth");
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
            unread = ToldActor.ask(actor, "unread");
            held = ToldActor.ask(actor, "held");
            while (Thread.getAllStackTraces().entrySet().stream()
                    .noneMatch(each -> each.getKey().getState() == Thread.State.TIMED_WAITING
                            && Arrays.stream(each.getValue())
                                    .anyMatch(frame -> frame.getClassName().equals(ActorStore.class.getName())))) {
                reader.read(0);
            }
        }
        for (CompletableFuture<Object> each : List.of(unread, held)) {
            assertThatThrownBy(each::get).cause().hasMessageStartingWith("ACQ-2611 not safe at source 'let-go'");
        }
    }
}
