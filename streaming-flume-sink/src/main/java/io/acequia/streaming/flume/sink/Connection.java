/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.flume.sink;

import io.acequia.streaming.flume.sink.Take.Verdict;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client. This thread reads what it says, and answers its pings; takes run on threads of their own and write for themselves.
 * When it ends, for whatever reason, all that the client has not acknowledged goes back to the channel.
 */
final class Connection implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);
    /** No client has more open; one that does is not to fill the memory. */
    private static final int MOST_OPEN = 1_000;

    private final PollingSink sink;
    private final Socket socket;
    private final Map<Integer, Take> open = new ConcurrentHashMap<>();
    private final Object writing = new Object();
    private volatile long writingSince;
    private volatile boolean closed;

    Connection(PollingSink sink, Socket socket) {
        this.sink = sink;
        this.socket = socket;
    }

    String sink() {
        return sink.getName();
    }

    @Override
    public void run() {
        try {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout((int) sink.connectionTimeoutMillis());
            read(new DataInputStream(new BufferedInputStream(socket.getInputStream())));
        } catch (EOFException e) {
            LOG.info("sink {}: {} has gone", sink(), this);
        } catch (IOException | RuntimeException e) {
            if (!closed) {
                end(e.toString());
            }
        } finally {
            close();
            sink.ended(this);
        }
    }

    private void read(DataInputStream in) throws IOException {
        int hello = in.readInt();
        if (hello != Wire.HELLO) {
            throw new IOException(
                    "it began with " + Integer.toHexString(hello) + ", and not as an Acequia source does");
        }
        send(ByteBuffer.allocate(8)
                .putInt(Wire.HELLO)
                .putInt((int) sink.transactionTimeoutMillis())
                .array());
        while (!closed) {
            int type = in.readUnsignedByte();
            if (type == Wire.PING) {
                send(Wire.pong());
            } else if (type == Wire.TAKE) {
                take(in.readInt(), in.readInt(), in.readInt(), in.readInt());
            } else if (type == Wire.ACK || type == Wire.NACK) {
                decide(in.readInt(), type == Wire.ACK ? Verdict.ACK : Verdict.NACK);
            } else {
                throw new IOException("it said " + type + ", which means nothing");
            }
        }
    }

    private void take(int id, int mostEvents, int mostBytes, int waitMillis) throws IOException {
        if (open.size() >= MOST_OPEN) {
            throw new IOException("it has " + MOST_OPEN + " takes open");
        }
        Take take = new Take(
                this,
                sink.getChannel(),
                id,
                mostEvents,
                mostBytes,
                TimeUnit.MILLISECONDS.toNanos(waitMillis),
                TimeUnit.MILLISECONDS.toNanos(sink.transactionTimeoutMillis()));
        if (open.putIfAbsent(id, take) != null) {
            throw new IOException("it has a take " + id + " open already");
        }
        sink.execute(take);
    }

    private void decide(int id, Verdict verdict) throws IOException {
        Take take = open.remove(id);
        if (take == null) {
            send(Wire.gone(id));
        } else {
            take.decide(verdict);
        }
    }

    /** Blocks while the client does not read; the sink ends that after the connection's time-out. */
    void send(byte[] frame) throws IOException {
        synchronized (writing) {
            writingSince = System.nanoTime();
            try {
                OutputStream out = socket.getOutputStream();
                out.write(frame);
            } finally {
                writingSince = 0;
            }
        }
    }

    void end(String why) {
        LOG.warn("ACQ-2638 sink {}: the connection of {} ends: {}", sink(), this, why);
        close();
    }

    /** Ends it when it has not read for so long what it was sent. */
    void closeIfStuck(long timeoutNanos) {
        long since = writingSince;
        if (since != 0 && System.nanoTime() - since > timeoutNanos) {
            LOG.warn("ACQ-2639 sink {}: {} does not read what it asked for, and is disconnected", sink(), this);
            close();
        }
    }

    void finished(Take take) {
        open.remove(take.id(), take);
    }

    void attempted(int events) {
        sink.counter().addToEventDrainAttemptCount(events);
    }

    void drained(int events) {
        sink.counter().addToEventDrainSuccessCount(events);
    }

    /** Any thread. */
    void close() {
        closed = true;
        try {
            socket.close();
        } catch (IOException e) {
            LOG.debug("closing", e);
        }
        new ArrayList<>(open.values()).forEach(take -> take.decide(Verdict.CLOSED));
    }

    @Override
    public String toString() {
        return "client " + socket.getRemoteSocketAddress();
    }
}
