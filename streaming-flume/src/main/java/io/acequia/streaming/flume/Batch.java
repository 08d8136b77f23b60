/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.flume;

import io.acequia.streaming.receiver.Delivery;
import io.acequia.streaming.receiver.ReceiverDisconnectedException;
import io.acequia.streaming.receiver.Settlement;
import java.util.List;

/**
 * The events of one transaction of a sink, read in as many parts as the reads of the receiver are short. It is acknowledged when all
 * parts are, and goes back as a whole when one of them does. For the receiver's thread.
 */
final class Batch {
    private final SinkConnection sink;
    private final int id;
    private final List<FlumeEvent> events;
    private int given;
    private int openParts;
    private boolean settled;

    Batch(SinkConnection sink, int id, List<FlumeEvent> events) {
        this.sink = sink;
        this.id = id;
        this.events = events;
    }

    int id() {
        return id;
    }

    boolean isRead() {
        return given == events.size();
    }

    boolean isBegun() {
        return given > 0;
    }

    /** It went back to its channel: nobody is told any more. */
    void forget() {
        settled = true;
    }

    Delivery<FlumeEvent> next(int most) {
        int from = given;
        given += Math.min(most, events.size() - given);
        openParts++;
        return Delivery.of(from == 0 && isRead() ? events : events.subList(from, given), new Part());
    }

    private final class Part implements Settlement {
        @Override
        public void ack() throws ReceiverDisconnectedException {
            openParts--;
            if (!settled && openParts == 0 && isRead()) {
                settled = true;
                sink.settle(Batch.this, true);
            }
        }

        @Override
        public void nack(Throwable cause) throws ReceiverDisconnectedException {
            openParts--;
            if (!settled) {
                settled = true;
                sink.settle(Batch.this, false);
            }
        }
    }
}
