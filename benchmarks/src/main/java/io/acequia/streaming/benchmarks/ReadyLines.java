/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import io.acequia.streaming.receiver.Receiver;
import io.acequia.streaming.receiver.Records;
import io.acequia.streaming.receiver.Source;
import io.acequia.streaming.receiver.UnreliableReceiver;
import java.time.Duration;
import java.util.Arrays;

/**
 * A source in this process whose lines are in memory already. Its receiver gives as many as it may and then waits; it goes
 * round in the pool. It never travels, so what it holds need not be written.
 *
 * @param <T> type of a line
 */
final class ReadyLines<T> implements Source<T> {
    private final transient T[] pool;
    private long granted;
    private long given;
    private long stored;

    ReadyLines(T[] pool) {
        this.pool = pool;
    }

    /** Lets so many more lines through. */
    synchronized void grant(long lines) {
        granted += lines;
        notifyAll();
    }

    /** Returns when all that was granted waits for a batch: the receiver has come back for more. */
    synchronized void awaitStored() throws InterruptedException {
        while (stored < granted) {
            wait();
        }
    }

    private synchronized Records<T> next(int most, Duration wait) throws InterruptedException {
        stored = given;
        notifyAll();
        if (given == granted && most > 0) {
            wait(wait.toMillis());
        }
        int from = (int) (given % pool.length);
        int count = (int) Math.min(Math.min(most, granted - given), pool.length - from);
        given += count;
        return count == 0 ? Records.nothing() : Records.of(Arrays.asList(Arrays.copyOfRange(pool, from, from + count)));
    }

    @Override
    public String name() {
        return "ready lines";
    }

    @Override
    public Receiver<T> newReceiver() {
        return new UnreliableReceiver<>() {
            @Override
            public void connect() {}

            @Override
            public Records<T> read(int maxRecords, Duration maxWait) throws InterruptedException {
                return next(maxRecords, maxWait);
            }

            @Override
            public void close() {}
        };
    }
}
