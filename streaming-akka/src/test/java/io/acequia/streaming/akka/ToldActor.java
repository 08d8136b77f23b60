/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.akka;

import akka.actor.AbstractActor;
import akka.actor.ActorRef;
import akka.actor.Props;
import akka.pattern.Patterns;
import io.acequia.streaming.testkit.ReceiverReader;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Stores texts, and does what else a test tells it; tests find it by the name of its source. */
class ToldActor extends AbstractActor implements ActorReceiver<String> {
    private static final Duration AT_MOST = Duration.ofSeconds(20);
    private static final Map<String, ActorRef> BY_NAME = new ConcurrentHashMap<>();

    /** What an actor is told to do. */
    interface Act {
        void on(ToldActor actor) throws Exception;
    }

    static AkkaSource.Builder<String> builder(String name) {
        return AkkaSource.builder(name, () -> Props.create(ToldActor.class, ToldActor::new));
    }

    /** The one that was started last; it may not be there yet. */
    static @Nullable ActorRef find(String name) {
        return BY_NAME.get(name);
    }

    /** Reads until it is there. */
    static ActorRef of(String name, ReceiverReader<?> reader) throws Exception {
        reader.readUntil(() -> find(name) != null);
        return Objects.requireNonNull(find(name));
    }

    static void tell(ActorRef actor, Act what) {
        actor.tell(what, ActorRef.noSender());
    }

    static CompletableFuture<Object> ask(ActorRef actor, Object message) {
        return Patterns.ask(actor, message, AT_MOST).toCompletableFuture();
    }

    /** What it did, as an answer. */
    static CompletableFuture<Object> let(ActorRef actor, Act act) {
        return ask(actor, (Act) told -> {
            Object answer = "done";
            try {
                act.on(told);
            } catch (IllegalStateException | IllegalArgumentException e) {
                answer = e.getMessage();
            }
            told.getSender().tell(answer, told.getSelf());
        });
    }

    @Override
    public void preStart() {
        BY_NAME.put(getSelf().path().name(), getSelf());
    }

    @Override
    public Receive createReceive() {
        return receiveBuilder()
                .match(String.class, text -> store(text, getSender()))
                .match(Act.class, act -> act.on(this))
                .build();
    }
}
