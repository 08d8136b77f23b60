/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.akka;

import akka.Done;
import akka.actor.ActorContext;
import akka.actor.ActorRef;
import io.acequia.streaming.receiver.EndOfSourceException;
import io.acequia.streaming.receiver.ReceiverDisconnectedException;
import java.util.Collections;
import java.util.List;

/**
 * What an actor implements to store what it is sent: the actor of an {@link AkkaSource}, and any worker below it.
 *
 * <pre>{@code
 * final class Lines extends AbstractActor implements ActorReceiver<String> {
 *     @Override
 *     public void preStart() {
 *         feeder().tell("subscribe", getSelf());
 *     }
 *
 *     @Override
 *     public Receive createReceive() {
 *         return receiveBuilder().match(String.class, line -> store(line, getSender())).build();
 *     }
 * }
 * }</pre>
 *
 * <p>A {@code store} with somebody to reply to answers when the records are safe, as the {@code AckMode} of the stream says: a
 * feeder that sends again what was not answered loses nothing. A {@code store} without is fire and forget: the records are lost
 * when this receiver ends before they are safe. What {@code createReceive} does not match is rejected, and goes the way of the
 * source's {@code onPoison}.
 *
 * <p>Called: by the actor itself, while it handles a message. Blocking: while the store is full, for the {@code storeTimeout} of the
 * source at most; the actor's thread of the dispatcher waits, and what the actor is sent waits in its mailbox, which has no bound
 * unless its configuration says so. Failure: an {@code IllegalArgumentException} for null; an {@code IllegalStateException} when
 * the store was full for too long or the receiver has ended, which is answered where there is somebody to reply to.
 *
 * @param <T> type of the records, which is not checked against that of the source
 */
public interface ActorReceiver<T> {
    /** Every actor has it. */
    ActorContext getContext();

    /** Stores a record and tells nobody. */
    default void store(T item) {
        store().put(Collections.singletonList(item), ActorStore.NOBODY);
    }

    /** Stores records in this order, all or none, and tells nobody. They are copied. */
    default void store(List<T> items) {
        store().put(items, ActorStore.NOBODY);
    }

    /**
     * Stores a record; {@code replyTo} is sent {@code akka.Done} when it is safe, and a {@code Status.Failure} when it is not and
     * should come again. When neither comes, it is not known to be safe.
     */
    default void store(T item, ActorRef replyTo) {
        store(Collections.singletonList(item), replyTo);
    }

    /** As {@link #store(Object, ActorRef)}, with one answer for all of these. They are copied. */
    default void store(List<T> items, ActorRef replyTo) {
        store().put(items, replyTo, Done.getInstance(), null);
    }

    /**
     * As {@link #store(List, ActorRef)}, with answers that say which records they are about. Where {@code replyTo} is in another
     * process, they must be something that Akka can serialize, as a {@code String} or a {@code Long}.
     *
     * @param safe the answer when they are safe
     * @param unsafe the answer when they are not, and should come again
     */
    default void store(List<T> items, ActorRef replyTo, Object safe, Object unsafe) {
        store().put(items, replyTo, safe, unsafe);
    }

    /** The feeder that the source names; it was there when the receiver connected, and is watched. */
    default ActorRef feeder() {
        return store().feeder();
    }

    /** Ends this receiver, and lets the runtime connect anew; what was stored before is still read. Does not block. */
    default void restart(String message) {
        store().end(new ReceiverDisconnectedException(message));
    }

    /** Ends the source for good, which is no failure; what was stored before is still read. Does not block. */
    default void endSource() {
        store().end(new EndOfSourceException());
    }

    private ActorStore<T> store() {
        return ActorStore.of(getContext().system());
    }
}
