/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.akka;

import akka.actor.AbstractExtensionId;
import akka.actor.ActorRef;
import akka.actor.ActorSystem;
import akka.actor.ExtendedActorSystem;
import akka.actor.Extension;
import akka.actor.Status;
import io.acequia.streaming.receiver.Delivery;
import io.acequia.streaming.receiver.Handoff;
import io.acequia.streaming.receiver.Rejected;
import io.acequia.streaming.receiver.Settlement;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Where the actors of a receiver meet it: records, messages that no actor knows, and what ends the receiver. Each actor system
 * has one. Safe for any thread; {@code poll} and {@code close} are for the receiver's.
 */
final class ActorStore<T> {
    static final Settlement NOBODY = () -> {};
    private static final int MOST_REJECTED = 1_000;
    private static final int MOST_TEXT = 1_000;

    private final String source;
    private final Duration patience;
    private final Handoff<T> handoff;
    private final BlockingQueue<Rejected> rejected = new ArrayBlockingQueue<>(MOST_REJECTED);
    private final AtomicLong lost = new AtomicLong();
    private final AtomicReference<@Nullable Exception> ended = new AtomicReference<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition room = lock.newCondition();
    private volatile @Nullable ActorRef feeder;

    ActorStore(String source, int capacity, Duration patience) {
        this.source = source;
        this.patience = patience;
        this.handoff = new Handoff<>(capacity);
    }

    /** How actors find the store of their system. */
    private static final class Place implements Extension {
        static final AbstractExtensionId<Place> ID = new AbstractExtensionId<>() {
            @Override
            public Place createExtension(ExtendedActorSystem system) {
                return new Place();
            }
        };

        volatile @Nullable ActorStore<?> store;
    }

    @SuppressWarnings("unchecked") // ActorReceiver says so
    static <T> ActorStore<T> of(ActorSystem system) {
        ActorStore<?> store = Place.ID.get(system).store;
        if (store == null) {
            throw new IllegalStateException(
                    "ACQ-2607 the actor system '" + system.name() + "' is not that of a receiver,"
                            + " which makes its own: give the Props of the actor that stores to AkkaSource");
        }
        return (ActorStore<T>) store;
    }

    void register(ActorSystem system, @Nullable ActorRef itsFeeder) {
        feeder = itsFeeder;
        Place.ID.get(system).store = this;
    }

    // ---- for actors

    ActorRef feeder() {
        ActorRef found = feeder;
        if (found == null) {
            throw new IllegalStateException(
                    "ACQ-2619 source '" + source + "' names no feeder: call feeder(..) of its builder");
        }
        return found;
    }

    void put(List<T> items, ActorRef replyTo, Object safe, @Nullable Object unsafe) {
        Objects.requireNonNull(safe, "safe");
        Settlement answer = new Settlement() {
            @Override
            public void ack() {
                replyTo.tell(safe, ActorRef.noSender());
            }

            @Override
            public void nack(Throwable cause) {
                replyTo.tell(unsafe == null ? failure(cause) : unsafe, ActorRef.noSender());
            }
        };
        try {
            put(items, answer);
        } catch (IllegalStateException e) {
            replyTo.tell(unsafe == null ? failure(e) : unsafe, ActorRef.noSender());
        }
    }

    private Status.Failure failure(Throwable cause) {
        return new Status.Failure(new IllegalStateException(
                "ACQ-2611 not safe at source '" + source + "', send it again: " + cause.getMessage(), cause));
    }

    /** Waits while there is no room, but not for ever; an interrupt ends the wait as well. */
    void put(List<T> items, Settlement settlement) {
        List<T> records = items.size() == 1 ? Collections.singletonList(items.get(0)) : new ArrayList<>(items);
        if (records.contains(null)) {
            throw new IllegalArgumentException(
                    "ACQ-2608 source '" + source + "' was given null to store: give a record");
        }
        if (isTaken(records, settlement)) {
            return;
        }
        lock.lock();
        try {
            for (long left = patience.toNanos(); !isTaken(records, settlement); left = room.awaitNanos(left)) {
                if (left <= 0) {
                    throw full(records.size());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw full(records.size());
        } finally {
            lock.unlock();
        }
    }

    private boolean isTaken(List<T> records, Settlement settlement) {
        Exception why = ended.get();
        if (why != null) {
            throw new IllegalStateException(
                    "ACQ-2610 the receiver of source '" + source
                            + "' has ended and stores nothing more, send it to the next one; it ended by: "
                            + why.getMessage(),
                    why);
        }
        return handoff.offer(records, settlement);
    }

    private IllegalStateException full(int records) {
        return new IllegalStateException("ACQ-2609 source '" + source + "' had no room for " + patience
                + ", records not stored: " + records + "; let feeders wait for answers, or raise storeTimeout");
    }

    /** What comes first counts; nothing is stored after it. */
    void end(Exception how) {
        ended.compareAndSet(null, how);
        signalRoom();
        handoff.wakeUp();
    }

    /** No actor knows this message: it goes with the next delivery. */
    void reject(Object message, String way) {
        String text = message.toString();
        byte[] raw = text.substring(0, Math.min(text.length(), MOST_TEXT)).getBytes(StandardCharsets.UTF_8);
        if (rejected.offer(new Rejected(
                raw,
                way,
                new IllegalArgumentException("ACQ-2616 source '" + source + "' was sent " + message.getClass()
                        + ", which its actor does not know: match it in createReceive")))) {
            handoff.wakeUp();
        } else {
            lose();
        }
    }

    /** A message has reached nobody. */
    void lose() {
        lost.incrementAndGet();
    }

    // ---- for the receiver

    /** Messages that reached nobody; those that are rejected with no delivery any more are among them. */
    long lost() {
        return lost.get() + rejected.size();
    }

    /** What there is, or what has ended the receiver when there is nothing more. */
    Delivery<T> poll(int maxRecords, Duration maxWait) throws Exception {
        Exception how = ended.get();
        Delivery<T> polled = handoff.poll(maxRecords, maxWait);
        signalRoom();
        if (maxRecords > 0 && !rejected.isEmpty()) {
            List<Rejected> taken = new ArrayList<>();
            rejected.drainTo(taken);
            Delivery<T> some = polled == Delivery.<T>nothing() ? Delivery.of(List.of(), NOBODY) : polled;
            return some.rejecting(taken);
        }
        if (how != null && maxRecords > 0 && polled == Delivery.<T>nothing()) {
            throw how;
        }
        return polled;
    }

    private void signalRoom() {
        lock.lock();
        try {
            room.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void wakeUp() {
        handoff.wakeUp();
    }

    /** Answers whoever waits that what was not read is not safe. */
    void close() {
        end(new IllegalStateException("it was closed"));
        handoff.close();
    }
}
