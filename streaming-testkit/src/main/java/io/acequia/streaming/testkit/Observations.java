/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import io.acequia.streaming.listener.ReceiverEvent;
import io.acequia.streaming.listener.ReceiverState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What a harness sees of a receiver: its calls, its records, and what is wrong. Safe for any thread. */
final class Observations {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition news = lock.newCondition();

    // Guarded by the lock.
    private final List<String> calls = new ArrayList<>();
    private final List<String> read = new ArrayList<>();
    private final List<String> received = new ArrayList<>();
    private final List<String> givenUp = new ArrayList<>();
    private final Set<String> safe = new HashSet<>();
    private final List<Throwable> wrong = new ArrayList<>();
    private final List<ReceiverEvent> events = new ArrayList<>();
    private long version;
    private int emptyCalls;

    private void note(Runnable change) {
        lock.lock();
        try {
            change.run();
            version++;
            news.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private <V> V look(Supplier<V> at) {
        lock.lock();
        try {
            return at.get();
        } finally {
            lock.unlock();
        }
    }

    /** A call of the receiver with this number: {@code "close 2"}. */
    void call(String what, int receiver) {
        note(() -> calls.add(what + " " + receiver));
    }

    /** A receiver that is held back was called for no records. */
    void calledForNothing() {
        note(() -> emptyCalls++);
    }

    void read(List<String> payloads) {
        note(() -> read.addAll(payloads));
    }

    /** A batch took these. */
    void received(List<String> payloads) {
        note(() -> received.addAll(payloads));
    }

    /** A batch took these, and was given up. */
    void givenUp(List<String> payloads) {
        note(() -> givenUp.addAll(payloads));
    }

    /** These may be acknowledged from now on. */
    void safe(Collection<String> payloads) {
        note(() -> safe.addAll(payloads));
    }

    void event(ReceiverEvent event) {
        note(() -> events.add(event));
    }

    /** Something is wrong; also thrown, so that the receiver ends. */
    AssertionError wrong(String what) {
        AssertionError error = new AssertionError(what);
        note(() -> wrong.add(error));
        return error;
    }

    void changed() {
        note(() -> {});
    }

    List<String> calls() {
        return look(() -> List.copyOf(calls));
    }

    List<String> read() {
        return look(() -> List.copyOf(read));
    }

    List<String> received() {
        return look(() -> List.copyOf(received));
    }

    List<String> givenUp() {
        return look(() -> List.copyOf(givenUp));
    }

    boolean areSafe(Collection<String> payloads) {
        return look(() -> safe.containsAll(payloads));
    }

    int emptyCalls() {
        return look(() -> emptyCalls);
    }

    long count(ReceiverState state) {
        return look(
                () -> events.stream().filter(event -> event.state() == state).count());
    }

    @Nullable
    ReceiverEvent lastEvent() {
        return look(() -> events.isEmpty() ? null : events.get(events.size() - 1));
    }

    /** Throws what was wrong first. */
    void check() {
        lock.lock();
        try {
            if (!wrong.isEmpty()) {
                AssertionError all = new AssertionError(wrong.get(0).getMessage(), wrong.get(0));
                wrong.stream().skip(1).forEach(all::addSuppressed);
                throw all;
            }
        } finally {
            lock.unlock();
        }
    }

    long version() {
        return look(() -> version);
    }

    /** Waits for news since {@code seen}. */
    void await(long seen, Duration atMost) throws InterruptedException {
        long left = atMost.toNanos();
        lock.lock();
        try {
            while (version == seen && left > 0) {
                left = news.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public String toString() {
        return look(
                () -> read.size() + " read, " + received.size() + " received, " + givenUp.size() + " given up, last "
                        + (events.isEmpty() ? "no state" : events.get(events.size() - 1)) + ", calls "
                        + calls.subList(Math.max(0, calls.size() - 20), calls.size()));
    }
}
