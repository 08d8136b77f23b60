/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.engine.DriverChannel;
import java.io.IOException;
import java.io.NotSerializableException;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The way to the driver from a running receiver. A letter without an answer is sent again, since the driver knows it by its number;
 * after some time the driver is given up, for good: then the task fails, and Spark runs the receiver anew.
 *
 * <p>Threads: any. An interrupt says that there is news, which an answer brings; so it waits for the answer.
 */
final class ToDriver implements DriverChannel {
    private static final int LEAST_TRIES = 3;
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration PAUSE = Duration.ofMillis(200);

    private final String launch;
    private final Transport transport;
    private final StreamClock clock;
    private final String sender = UUID.randomUUID().toString();
    private final AtomicLong numbers = new AtomicLong();
    private volatile @Nullable IOException lost;

    /** Brings a letter to the driver, and its answer back; blocks. */
    interface Transport {
        byte[] ask(byte[] letter) throws Exception;
    }

    ToDriver(String launch, Transport transport, StreamClock clock) {
        this.launch = launch;
        this.transport = transport;
        this.clock = clock;
    }

    @Override
    public Reply ask(Message message) throws IOException {
        byte[] letter = written(message);
        boolean interrupted = Thread.interrupted();
        try {
            long began = clock.nanoTime();
            for (int tries = 1; ; ) {
                IOException before = lost;
                if (before != null) {
                    throw new IOException(before.getMessage(), before);
                }
                try {
                    return (Reply) Letter.read(transport.ask(letter), Letter.loader());
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (Exception e) {
                    boolean enough = clock.nanoTime() - began >= PATIENCE.toNanos();
                    if (tries >= LEAST_TRIES && enough) {
                        throw giveUp(tries, e);
                    }
                    tries++;
                    interrupted |= pause();
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private byte[] written(Message message) throws IOException {
        try {
            return new Letter(launch, sender, numbers.incrementAndGet(), Letter.written(message)).write();
        } catch (NotSerializableException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            NotSerializableException cannot = new NotSerializableException(e.toString());
            cannot.initCause(e);
            throw cannot;
        }
    }

    private IOException giveUp(int tries, Exception last) {
        IOException why = new IOException(
                "ACQ-2692 the driver of receiver " + launch + " gave no answer: it was asked " + tries + " times in "
                        + PATIENCE.toSeconds() + " s at least; the receiver ends, and Spark runs it anew: " + last,
                last);
        lost = why;
        return why;
    }

    /** Whether it was interrupted. */
    private boolean pause() {
        try {
            clock.awaitUntil(clock.now().plus(PAUSE));
            return false;
        } catch (InterruptedException e) {
            return true;
        }
    }
}
