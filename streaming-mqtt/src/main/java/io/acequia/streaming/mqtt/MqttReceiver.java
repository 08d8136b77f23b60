/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.mqtt;

import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.receiver.Delivery;
import io.acequia.streaming.receiver.Handoff;
import io.acequia.streaming.receiver.Records;
import io.acequia.streaming.receiver.Rejected;
import io.acequia.streaming.receiver.ReliableReceiver;
import io.acequia.streaming.receiver.Settlement;
import io.acequia.streaming.receiver.UnreliableReceiver;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One connection to a broker.
 *
 * <p><b>Threads.</b> The client puts what arrives into a {@link Handoff}; everything else happens on the receiver's thread.
 *
 * <p><b>Full.</b> Messages of QoS 1 wait for room, and the line with them; the broker's window of messages that are not
 * acknowledged keeps that from happening. Messages of QoS 0 have no window: they are dropped then, counted and reported.
 *
 * <p><b>Connecting.</b> A session may hold more than there is room for, and the broker answers behind it: what comes meanwhile is
 * taken out of the way. It cannot be more than there are numbers for messages, 65535.
 *
 * <p><b>Given back.</b> A broker gives nothing again on the same connection, and has a window that what was given back would fill:
 * so it is given again from here.
 */
final class MqttReceiver implements ReliableReceiver<MqttMessage>, Client.Events {
    private static final System.Logger LOG = System.getLogger(MqttSource.class.getName());
    private static final Settlement NONE = () -> {};
    private static final Duration ANSWER = Duration.ofMillis(5);

    private final MqttSource source;
    private final StreamClock clock;
    private final Link link;
    private final Handoff<Arrived> handoff;
    private final Queue<Arrived> again = new ArrayDeque<>();
    private final AtomicLong dropped = new AtomicLong();
    private long reportedAtNanos;

    private record Arrived(int id, MqttMessage message) {}

    MqttReceiver(MqttSource source, StreamClock clock) {
        this.source = source;
        this.clock = clock;
        this.link = new Link(source.settings.broker(), source.session(), this, clock);
        this.handoff = new Handoff<>(source.settings.maxInflight());
    }

    @Override
    public void connect() throws Exception {
        boolean kept = link.open();
        boolean before = source.hasSubscribed;
        if (before && !kept && source.isReliable()) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "ACQ-2561 the broker has lost the session of " + source
                            + ": what it held for it is gone, and so is what was published since");
        }
        // Subscribing to what is subscribed to would bring all retained messages again.
        if (!before || !kept) {
            link.subscribe(
                    source.settings.filters(),
                    () -> again.addAll(handoff.poll(Integer.MAX_VALUE, ANSWER).records()));
        }
        source.hasSubscribed = true;
    }

    @Override
    public void arrived(int id, MqttMessage message) throws InterruptedException {
        List<Arrived> one = List.of(new Arrived(id, message));
        try {
            if (message.qos() > 0) {
                handoff.put(one, NONE);
            } else if (!handoff.offer(one, NONE)) {
                dropped.incrementAndGet();
            }
        } catch (IllegalStateException e) {
            // Closed: what has QoS 1 comes again.
        }
    }

    @Override
    public void lost(int code, @Nullable Throwable cause) {
        handoff.wakeUp();
    }

    @Override
    public Delivery<MqttMessage> read(int maxRecords, Duration maxWait) throws Exception {
        link.check();
        reportDropped(clock.nanoTime() - reportedAtNanos > link.look().toNanos());
        List<Arrived> next = next(maxRecords, maxWait);
        if (next.isEmpty()) {
            // What has QoS 0 is read before, as nobody else has it.
            if (maxRecords > 0 || source.isReliable()) {
                link.refuseWhenLost();
            }
            return Delivery.nothing();
        }
        List<MqttMessage> records = new ArrayList<>(next.size());
        List<Rejected> rejected = new ArrayList<>();
        for (Arrived each : next) {
            MqttMessage message = each.message;
            if (message.payload().length <= source.settings.maxPayload().bytes()) {
                records.add(message);
            } else {
                rejected.add(new Rejected(message.payload(), "topic " + message.topic(), tooLarge(message)));
            }
        }
        Delivery<MqttMessage> read = Delivery.of(records, new Told(this, next));
        return rejected.isEmpty() ? read : read.rejecting(rejected);
    }

    private List<Arrived> next(int maxRecords, Duration maxWait) throws InterruptedException {
        if (again.isEmpty()) {
            Duration wait = maxWait.compareTo(link.look()) < 0 ? maxWait : link.look();
            return handoff.poll(maxRecords, link.isOver() ? Duration.ZERO : wait)
                    .records();
        }
        List<Arrived> next = new ArrayList<>();
        while (next.size() < maxRecords && !again.isEmpty()) {
            next.add(again.remove());
        }
        return next;
    }

    private Exception tooLarge(MqttMessage message) {
        return new IllegalArgumentException("ACQ-2562 a message of the topic '" + message.topic() + "' has "
                + message.payload().length + " bytes, and maxPayload = "
                + source.settings.maxPayload().bytes()
                + " at most are taken: raise it, or let the publisher send less at once");
    }

    private void reportDropped(boolean due) {
        if (due && dropped.get() > 0) {
            reportedAtNanos = clock.nanoTime();
            LOG.log(
                    System.Logger.Level.WARNING,
                    "ACQ-2563 " + dropped.getAndSet(0) + " messages of QoS 0 were dropped by " + source
                            + ": more came than were read, and maxInflight = "
                            + source.settings.maxInflight()
                            + " may wait; raise it, or subscribe with QoS 1, where the broker keeps them");
        }
    }

    private record Told(MqttReceiver receiver, List<Arrived> messages) implements Settlement {
        @Override
        public void ack() throws Exception {
            for (Arrived each : messages) {
                if (each.message.qos() > 0 && !receiver.link.isOver()) {
                    receiver.link.client().acknowledge(each.id);
                }
            }
        }

        @Override
        public void nack(Throwable cause) {
            receiver.again.addAll(messages);
        }
    }

    @Override
    public void wakeUp() {
        handoff.wakeUp();
    }

    @Override
    public void close() {
        handoff.close();
        link.close();
        reportDropped(true);
    }

    /** The same where nothing can be acknowledged. */
    record Unreliable(MqttReceiver receiver) implements UnreliableReceiver<MqttMessage> {
        @Override
        public void connect() throws Exception {
            receiver.connect();
        }

        @Override
        public Records<MqttMessage> read(int maxRecords, Duration maxWait) throws Exception {
            Delivery<MqttMessage> read = receiver.read(maxRecords, maxWait);
            return Records.of(read.records()).rejecting(read.rejected());
        }

        @Override
        public void wakeUp() {
            receiver.wakeUp();
        }

        @Override
        public void close() {
            receiver.close();
        }
    }
}
