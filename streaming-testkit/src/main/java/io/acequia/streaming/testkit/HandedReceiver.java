/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import io.acequia.streaming.receiver.Records;
import io.acequia.streaming.receiver.Source;
import io.acequia.streaming.receiver.UnreliableReceiver;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;

/** Reads what the test hands over, record by record. Only one may run at a time. */
final class HandedReceiver implements UnreliableReceiver<String> {
    private static final SynchronousQueue<List<String>> HANDED = new SynchronousQueue<>();

    static Source<String> source() {
        return Source.of("handed", HandedReceiver::new);
    }

    /** Returns when the record has been stored: the receiver has come back for more. */
    static void hand(String record) throws InterruptedException {
        HANDED.put(List.of(record));
        HANDED.put(List.of());
    }

    @Override
    public void connect() {}

    @Override
    public Records<String> read(int maxRecords, Duration maxWait) throws InterruptedException {
        List<String> handed = HANDED.poll(maxWait.toMillis(), TimeUnit.MILLISECONDS);
        return handed == null ? Records.nothing() : Records.of(handed);
    }

    @Override
    public void close() {}
}
