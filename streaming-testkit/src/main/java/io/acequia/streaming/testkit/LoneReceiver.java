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
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** One receiver object, called by the test itself: on a thread of its own, and no call may take longer than the patience. */
final class LoneReceiver<T> implements AutoCloseable {
    private final ExecutorService thread = Executors.newSingleThreadExecutor();
    private final Duration patience;
    private final Receiver<T> receiver;
    private boolean closed;

    LoneReceiver(Source<T> source, Duration patience) throws Exception {
        this.patience = patience;
        this.receiver = within("newReceiver", thread.submit(source::newReceiver));
    }

    /** What a read gave. */
    record Read<T>(List<T> records, Settlement settlement, @Nullable Position position) {}

    Receiver<T> receiver() {
        return receiver;
    }

    void connect() throws Exception {
        call("connect", () -> {
            receiver.connect();
            return true;
        });
    }

    Read<T> read(int maxRecords, Duration maxWait) throws Exception {
        return within("read", begin(maxRecords, maxWait));
    }

    /** A read that goes on while the test does something else. */
    Future<Read<T>> begin(int maxRecords, Duration maxWait) {
        return thread.submit(() -> {
            if (receiver instanceof ReliableReceiver<T> reliable) {
                Delivery<T> delivery = reliable.read(maxRecords, maxWait);
                return new Read<>(
                        delivery.records(),
                        delivery.settlement(),
                        delivery.position().orElse(null));
            }
            Records<T> records = ((UnreliableReceiver<T>) receiver).read(maxRecords, maxWait);
            return new Read<>(records.records(), () -> {}, null);
        });
    }

    void ack(Read<T> read) throws Exception {
        call("ack", () -> {
            read.settlement().ack();
            return true;
        });
    }

    /** Closes the receiver on its thread. */
    void closeReceiver() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            call("close", () -> {
                receiver.close();
                return true;
            });
        } catch (Exception e) {
            throw new AssertionError("close threw " + e, e);
        }
    }

    private <V> V call(String what, Callable<V> call) throws Exception {
        return within(what, thread.submit(call));
    }

    <V> V within(String what, Future<V> call) throws Exception {
        try {
            return call.get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError(what + " did not return within " + patience, e);
        } catch (ExecutionException e) {
            throw thrown(e.getCause());
        }
    }

    private static Exception thrown(@Nullable Throwable cause) {
        if (cause instanceof Error error) {
            throw error;
        }
        return cause instanceof Exception exception ? exception : new IllegalStateException(cause);
    }

    /** Closes the receiver if the test did not, and ends the thread. */
    @Override
    public void close() {
        try {
            closeReceiver();
            thread.shutdownNow();
            if (!thread.awaitTermination(patience.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new AssertionError("the receiver ignores an interrupt for " + patience);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            thread.shutdownNow();
        }
    }
}
