/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.akka;

import akka.actor.AbstractActor;
import akka.actor.Props;
import akka.actor.Terminated;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;

/** Stores the texts of a channel of a {@link Feeder}, and answers it by their numbers. */
final class FedActor extends AbstractActor implements ActorReceiver<String> {
    private static final Map<String, Future<Terminated>> ENDS = new ConcurrentHashMap<>();

    static Props props() {
        return Props.create(FedActor.class, FedActor::new);
    }

    /** When the system ends whose actor was the last to be fed by this one. */
    static Future<Terminated> endOf(String feederPath) {
        return ENDS.getOrDefault(feederPath, new CompletableFuture<>());
    }

    @Override
    public void preStart() {
        ENDS.put(
                feeder().path().toSerializationFormat().replaceAll("#.*", ""),
                getContext().getSystem().getWhenTerminated().toCompletableFuture());
        feeder().tell("subscribe", getSelf());
    }

    @Override
    public Receive createReceive() {
        return receiveBuilder().match(String.class, this::received).build();
    }

    private void received(String message) {
        int colon = message.indexOf(':');
        if (colon < 0) {
            store(message);
            return;
        }
        String number = message.substring(0, colon);
        store(List.of(message.substring(colon + 1)), getSender(), "ack:" + number, "nack:" + number);
    }
}
