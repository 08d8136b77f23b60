/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import io.acequia.streaming.receiver.Delivery;
import io.acequia.streaming.receiver.Position;
import io.acequia.streaming.receiver.Receiver;
import io.acequia.streaming.receiver.Records;
import io.acequia.streaming.receiver.ReliableReceiver;
import io.acequia.streaming.receiver.Settlement;
import io.acequia.streaming.receiver.Source;
import io.acequia.streaming.receiver.UnreliableReceiver;
import io.acequia.streaming.testkit.ReceiverHarness.Mode;
import java.time.Duration;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A source whose receivers are the real ones, watched: each call is written down and checked against the contract, in both
 * directions, and the faults of a mode happen on the receiver's thread, at the call that they are named after.
 *
 * <p>Threads: the receivers run on one thread each, in turn; faults are armed from the thread of the test.
 *
 * @param <T> type of the records
 */
@SuppressWarnings("serial") // never sent anywhere
final class ObservedSource<T> implements Source<T> {
    private final ExternalSystem<T> system;
    private final Source<T> source;
    private final Mode mode;
    private final Observations seen;
    private final Set<Receiver<T>> made = Collections.newSetFromMap(new IdentityHashMap<>());
    private final AtomicInteger faults = new AtomicInteger();
    private final AtomicInteger happened = new AtomicInteger();
    private final AtomicBoolean closeDuringRead = new AtomicBoolean();
    private int receivers;

    ObservedSource(ExternalSystem<T> system, Mode mode, Observations seen) {
        this.system = system;
        this.source = system.source();
        this.mode = mode;
        this.seen = seen;
    }

    /** So many faults more are to happen, each to a receiver of its own. */
    void arm(int more) {
        happened.set(0);
        faults.addAndGet(more);
    }

    /** No more of them. */
    void disarm() {
        faults.set(0);
    }

    /** Whether none was armed, or at least one has happened. */
    boolean hasFaulted() {
        return happened.get() > 0 || faults.get() <= 0;
    }

    private void happened() {
        faults.decrementAndGet();
        happened.incrementAndGet();
    }

    /** Whether the receiver is to be closed now, while it reads; says so once for each fault. */
    boolean takeCloseDuringRead() {
        return closeDuringRead.getAndSet(false);
    }

    @Override
    public String name() {
        return source.name();
    }

    @Override
    public Receiver<T> newReceiver() throws Exception {
        Receiver<T> real = source.newReceiver();
        if (real == null) {
            throw seen.wrong("R4 newReceiver returned null");
        }
        if (!made.add(real)) {
            throw seen.wrong("R1 newReceiver returned an object that it had returned before");
        }
        int number = ++receivers;
        seen.call("new", number);
        if (real instanceof ReliableReceiver<T> reliable) {
            return new ObservedReliable(reliable, number);
        }
        return new ObservedUnreliable((UnreliableReceiver<T>) real, number);
    }

    private enum Stage {
        MADE,
        CONNECTED,
        CLOSED
    }

    /** The calls that both kinds have. */
    private abstract class Observed {
        final int number;
        private final Receiver<T> real;
        private final Thread thread = Thread.currentThread();
        private Stage stage = Stage.MADE;
        private boolean faulted;

        Observed(Receiver<T> real, int number) {
            this.real = real;
            this.number = number;
        }

        void called(String what, Stage in) {
            if (Thread.currentThread() != thread) {
                throw seen.wrong("R2 " + what + " came on " + Thread.currentThread() + ", not on " + thread);
            }
            if (stage != in) {
                throw seen.wrong("R3 " + what + " came when the receiver was " + stage + ": " + seen.calls());
            }
        }

        /** Whether the fault of this mode is to happen now. */
        boolean faults(Mode of) {
            if (mode != of || faulted || faults.get() <= 0) {
                return false;
            }
            faulted = true;
            return true;
        }

        public void connect() throws Exception {
            called("connect", Stage.MADE);
            seen.call("connect", number);
            stage = Stage.CONNECTED;
            if (!faults(Mode.CUT_DURING_CONNECT)) {
                real.connect();
                return;
            }
            try {
                system.cut();
                real.connect();
            } finally {
                system.heal();
                happened();
            }
        }

        void reads(int maxRecords) {
            called("read", Stage.CONNECTED);
            if (maxRecords == 0) {
                seen.calledForNothing();
            } else if (faults(Mode.CLOSE_DURING_READ)) {
                closeDuringRead.set(true);
                happened();
                seen.changed();
            }
        }

        void gave(@Nullable List<T> records, int maxRecords) {
            if (records == null) {
                throw seen.wrong("R4 read returned null");
            }
            if (records.size() > maxRecords) {
                throw seen.wrong(
                        "R7 read was asked for " + maxRecords + " records at most and returned " + records.size());
            }
            if (!records.isEmpty()) {
                seen.read(payloads(records));
            }
        }

        public void wakeUp() {
            real.wakeUp();
        }

        public void close() {
            if (stage == Stage.CLOSED) {
                throw seen.wrong("R3 close came twice");
            }
            called("close", stage);
            stage = Stage.CLOSED;
            seen.call("close", number);
            try {
                real.close();
            } catch (RuntimeException e) {
                throw seen.wrong("R3 close threw " + e);
            }
        }
    }

    List<String> payloads(List<T> records) {
        return records.stream().map(system::payloadOf).toList();
    }

    private final class ObservedUnreliable extends Observed implements UnreliableReceiver<T> {
        private final UnreliableReceiver<T> real;

        ObservedUnreliable(UnreliableReceiver<T> real, int number) {
            super(real, number);
            this.real = real;
        }

        @Override
        public Records<T> read(int maxRecords, Duration maxWait) throws Exception {
            reads(maxRecords);
            Records<T> records = real.read(maxRecords, maxWait);
            gave(records == null ? null : records.records(), maxRecords);
            return records;
        }
    }

    private final class ObservedReliable extends Observed implements ReliableReceiver<T> {
        private final ReliableReceiver<T> real;

        ObservedReliable(ReliableReceiver<T> real, int number) {
            super(real, number);
            this.real = real;
        }

        @Override
        public Delivery<T> read(int maxRecords, Duration maxWait) throws Exception {
            reads(maxRecords);
            Delivery<T> delivery = real.read(maxRecords, maxWait);
            gave(delivery == null ? null : delivery.records(), maxRecords);
            if (delivery == Delivery.<T>nothing()) {
                return delivery;
            }
            Position at = delivery.position().orElse(null);
            Delivery<T> watched = Delivery.of(
                            delivery.records(), new Told(payloads(delivery.records()), delivery.settlement()))
                    .rejecting(delivery.rejected());
            return at == null ? watched : watched.at(at);
        }

        /** A settlement that may be told once, and not before its time. */
        private final class Told implements Settlement {
            private final List<String> payloads;
            private final Settlement real;
            private boolean told;

            Told(List<String> payloads, Settlement real) {
                this.payloads = payloads;
                this.real = real;
            }

            @Override
            public void ack() throws Exception {
                tell("ack");
                if (!seen.areSafe(payloads)) {
                    throw seen.wrong("R21 acknowledged before it was safe: " + payloads);
                }
                if (faults(Mode.CUT_BEFORE_ACK)) {
                    cutAndHeal();
                }
                real.ack();
                if (faults(Mode.CUT_AFTER_ACK)) {
                    cutAndHeal();
                }
            }

            @Override
            public void nack(Throwable cause) throws Exception {
                tell("nack");
                real.nack(cause);
            }

            private void tell(String what) {
                called(what, Stage.CONNECTED);
                seen.call(what, number);
                if (told) {
                    throw seen.wrong("R19 told twice: " + payloads);
                }
                told = true;
            }

            private void cutAndHeal() throws Exception {
                system.cut();
                system.heal();
                happened();
            }
        }
    }
}
