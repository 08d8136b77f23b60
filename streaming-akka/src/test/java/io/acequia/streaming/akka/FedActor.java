/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.akka;

import akka.actor.AbstractActor;
import akka.actor.Props;
import java.util.List;

/** Stores the texts of a channel of a {@link Feeder}, and answers it by their numbers. */
final class FedActor extends AbstractActor implements ActorReceiver<String> {
    static Props props() {
        return Props.create(FedActor.class, FedActor::new);
    }

    @Override
    public void preStart() {
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
