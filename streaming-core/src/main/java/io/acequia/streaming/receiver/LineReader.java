/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.receiver;

import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.data.Utf8;
import java.io.Closeable;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Reads lines of UTF-8 text from a connected socket, with a time-out that loses nothing: a half line waits for its rest. A
 * line ends with {@code \n}; a {@code \r} before it is cut; malformed bytes are replaced and counted; a line longer than the
 * limit is rejected as a whole and skipped. Read by one thread; {@link #close()} may come from any.
 */
public final class LineReader implements Closeable {
    private static final Duration LONGEST_WAIT = Duration.ofDays(1);

    private final Socket socket;
    private final String peer;
    private final LineCutter cutter;
    private boolean ended;

    /**
     * A reader of a connected socket, which it owns from now on. It sets the socket's read time-out.
     *
     * @param maxLineBytes longest line accepted, in bytes without its end, from 1 to 1 GiB
     */
    public LineReader(Socket socket, int maxLineBytes) {
        if (!socket.isConnected()) {
            throw new IllegalArgumentException("ACQ-0604 the socket " + socket + " is not connected: connect it first");
        }
        this.socket = socket;
        this.peer = socket.getInetAddress().getHostAddress() + ":" + socket.getPort();
        this.cutter = new LineCutter(peer, maxLineBytes);
    }

    /**
     * The lines that are there; waits for the first one. What was rejected meanwhile is ready in {@link #takeRejected()},
     * and something rejected ends the waiting as a line does.
     *
     * @param most at most so many lines; may be 0, which reads nothing
     * @param atMost how long to wait; less than a millisecond counts as one
     * @throws ReceiverDisconnectedException at the end of the stream, when all lines before it have been returned; a half line
     *     at the end is rejected first
     */
    public List<String> read(int most, Duration atMost) throws IOException, ReceiverDisconnectedException {
        return read(most, atMost, cutter::cut);
    }

    /** As {@link #read}, the lines as slices of the bytes received; malformed ones are counted and stay as they are. */
    public List<Utf8> readUtf8(int most, Duration atMost) throws IOException, ReceiverDisconnectedException {
        return read(most, atMost, cutter::cutUtf8);
    }

    /**
     * What the last read rejected, with its first 256 bytes: lines over the limit, and a half line at the end of the stream.
     * Take it after each read: the next one forgets it.
     */
    public List<Rejected> takeRejected() {
        return cutter.takeRejected();
    }

    /** How many malformed UTF-8 sequences were read so far. */
    public long malformed() {
        return cutter.malformed();
    }

    /** Closes the socket. A read under way ends with a {@link ReceiverDisconnectedException}. */
    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // The connection is given up either way.
        }
    }

    private <L> List<L> read(int most, Duration atMost, Cut<L> cut) throws IOException, ReceiverDisconnectedException {
        if (most < 0 || atMost.isNegative()) {
            throw new IllegalArgumentException(
                    "ACQ-0605 read of " + most + " lines within " + atMost + ": neither may be negative");
        }
        cutter.takeRejected();
        List<L> lines = new ArrayList<>();
        cut.cut(most, lines);
        if (most == 0 || !lines.isEmpty() || cutter.hasRejected()) {
            return lines;
        }
        if (ended) {
            throw closedByPeer();
        }
        try {
            fillAndCut(most, atMost, cut, lines);
        } catch (SocketTimeoutException e) {
            return lines;
        } catch (SocketException e) {
            throw new ReceiverDisconnectedException(
                    "ACQ-0607 the connection to " + peer + " broke: " + e.getMessage(), e);
        }
        return lines;
    }

    /** Sockets wait in the time of the machine, whatever the clock of the context. */
    private <L> void fillAndCut(int mostLines, Duration atMost, Cut<L> cut, List<L> lines)
            throws IOException, ReceiverDisconnectedException {
        StreamClock clock = StreamClock.system();
        long most = (atMost.compareTo(LONGEST_WAIT) < 0 ? atMost : LONGEST_WAIT).toNanos();
        long until = clock.nanoTime() + most;
        for (long left = most; lines.isEmpty() && !cutter.hasRejected(); left = until - clock.nanoTime()) {
            if (left <= 0 && !atMost.isZero()) {
                return;
            }
            socket.setSoTimeout((int) Math.min(Integer.MAX_VALUE, Math.max(1, TimeUnit.NANOSECONDS.toMillis(left))));
            if (!cutter.fill(socket.getInputStream())) {
                ended = true;
                cutter.rejectRest();
                if (!cutter.hasRejected()) {
                    throw closedByPeer();
                }
                return;
            }
            cut.cut(mostLines, lines);
            if (atMost.isZero()) {
                return;
            }
        }
    }

    private ReceiverDisconnectedException closedByPeer() {
        return new ReceiverDisconnectedException("ACQ-0606 " + peer + " closed the connection");
    }

    @FunctionalInterface
    private interface Cut<L> {
        void cut(int most, List<L> into);
    }
}
