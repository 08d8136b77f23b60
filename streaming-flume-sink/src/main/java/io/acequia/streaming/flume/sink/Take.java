/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.flume.sink;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.flume.Channel;
import org.apache.flume.ChannelException;
import org.apache.flume.Event;
import org.apache.flume.Transaction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One transaction of the channel, from the client's question for events to its verdict on them. Flume binds a transaction to a
 * thread, so this one has a thread for all of its life; others only tell it the verdict.
 *
 * <p>It is never interrupted: an interrupt would close the files of a file channel.
 */
final class Take implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(Take.class);
    /** How often an empty channel is looked at. */
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final Connection connection;
    private final Channel channel;
    private final int id;
    private final int mostEvents;
    private final int mostBytes;
    private final long waitNanos;
    private final long timeoutNanos;
    private Verdict verdict;

    /** What became of the events. */
    enum Verdict {
        ACK,
        NACK,
        /** Nobody is there to be told. */
        CLOSED
    }

    Take(
            Connection connection,
            Channel channel,
            int id,
            int mostEvents,
            int mostBytes,
            long waitNanos,
            long timeoutNanos) {
        this.connection = connection;
        this.channel = channel;
        this.id = id;
        this.mostEvents = mostEvents;
        this.mostBytes = mostBytes;
        this.waitNanos = waitNanos;
        this.timeoutNanos = timeoutNanos;
    }

    int id() {
        return id;
    }

    /** Any thread; only the first verdict counts. */
    synchronized void decide(Verdict given) {
        if (verdict == null) {
            verdict = given;
            notifyAll();
        }
    }

    private synchronized Verdict await(long nanos) throws InterruptedException {
        long deadline = System.nanoTime() + nanos;
        for (long left = nanos; verdict == null && left > 0; left = deadline - System.nanoTime()) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        return verdict;
    }

    @Override
    public void run() {
        try {
            long deadline = System.nanoTime() + waitNanos;
            boolean empty = !transaction();
            while (empty && await(LOOK_NANOS) == null && deadline - System.nanoTime() > 0) {
                empty = !transaction();
            }
            if (empty) {
                connection.finished(this);
                connection.send(Wire.events(id, new ArrayList<>()));
            }
        } catch (IOException e) {
            // The reader of the connection meets it as well, and ends it.
            connection.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            failed(e);
        } finally {
            connection.finished(this);
        }
    }

    /** Whether there was something in the channel. */
    private boolean transaction() throws IOException, InterruptedException {
        Transaction transaction = channel.getTransaction();
        transaction.begin();
        boolean committed = false;
        try {
            List<Event> events = fill();
            Verdict told = Verdict.ACK;
            if (!events.isEmpty()) {
                told = deliver(events);
            }
            if (told == Verdict.ACK) {
                transaction.commit();
                committed = true;
                connection.drained(events.size());
            }
            return !events.isEmpty();
        } finally {
            if (!committed) {
                transaction.rollback();
            }
            transaction.close();
        }
    }

    private List<Event> fill() {
        List<Event> events = new ArrayList<>();
        for (long bytes = 0; events.size() < mostEvents && bytes < mostBytes; ) {
            Event event;
            try {
                event = channel.take();
            } catch (ChannelException e) {
                if (events.isEmpty()) {
                    throw e;
                }
                break; // the capacity of the channel's transactions is less than what was asked for
            }
            if (event == null) {
                break;
            }
            events.add(event);
            bytes += Wire.size(event);
        }
        return events;
    }

    private Verdict deliver(List<Event> events) throws IOException, InterruptedException {
        connection.attempted(events.size());
        connection.send(Wire.events(id, events));
        Verdict told = await(timeoutNanos);
        if (told == null) {
            LOG.warn(
                    "ACQ-2636 sink {}: {} events that were given to {} were not acknowledged within {} ms, and go back"
                            + " to the channel: they will be given again. Raise transactionTimeout above the time that a"
                            + " batch takes",
                    connection.sink(),
                    events.size(),
                    connection,
                    TimeUnit.NANOSECONDS.toMillis(timeoutNanos));
            connection.finished(this);
            connection.send(Wire.gone(id));
        }
        return told;
    }

    private void failed(RuntimeException failure) {
        LOG.error("ACQ-2637 sink {}: the channel failed: {}", connection.sink(), failure.toString(), failure);
        try {
            connection.finished(this);
            connection.send(Wire.failed(id, failure.toString()));
        } catch (IOException e) {
            connection.close();
        }
    }
}
