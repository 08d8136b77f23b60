/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.images.flume;

import org.apache.flume.EventDeliveryException;
import org.apache.flume.Transaction;
import org.apache.flume.sink.AvroSink;

/**
 * Flume's own Avro sink without the 5 s of Flume's sink runner between two attempts, for tests that break many connections; and without
 * attempts while there is nothing to send, since a test has many of them.
 */
public class QuickAvroSink extends AvroSink {
    private static final long PAUSE_MILLIS = 20;

    @Override
    public Status process() throws EventDeliveryException {
        try {
            if (isEmpty() || super.process() == Status.BACKOFF) {
                pause();
            }
        } catch (EventDeliveryException | RuntimeException e) {
            pause();
        }
        return Status.READY;
    }

    private boolean isEmpty() {
        Transaction look = getChannel().getTransaction();
        look.begin();
        try {
            return getChannel().take() == null;
        } finally {
            look.rollback();
            look.close();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
