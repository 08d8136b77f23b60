/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.twitter;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.receiver.LineCutter;
import io.acequia.streaming.receiver.ReceiverDisconnectedException;
import io.acequia.streaming.receiver.Records;
import io.acequia.streaming.receiver.Rejected;
import io.acequia.streaming.receiver.RetryAfterException;
import io.acequia.streaming.receiver.UnreliableReceiver;
import io.acequia.streaming.twitter.Sessions.Session;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One connection to a stream of lines of JSON.
 *
 * <p><b>Threads.</b> The HTTP client's threads only hand over bytes, by {@link ResponseBody}; all else is done by the thread that
 * reads.
 *
 * <p><b>Ordering.</b> As the server sends. An id counts as known when its post is given to the runtime, not when it arrives: what
 * a broken connection still held comes again, if the server sends it again.
 *
 * <p><b>End.</b> What came before the connection broke is given first, then half a line is rejected, then the error is thrown.
 *
 * <p><b>What survives</b> the receiver is in its {@link Session}.
 */
final class StreamReceiver implements UnreliableReceiver<Tweet> {
    private static final int MOST_LINE_BYTES = 8 * 1024 * 1024;

    private final StreamApi api;
    private final Session session;
    private final Sessions sessions;
    private final Duration silence;
    private final StreamClock clock;
    private final String place;
    private final LineCutter cutter;
    private final Deque<byte[]> uncut = new ArrayDeque<>();
    private final Counts counts;
    private InputStream cutting = InputStream.nullInputStream();
    private volatile @Nullable ResponseBody body;
    private @Nullable ReceiverDisconnectedException broken;

    /** @param silence a server from which nothing comes for so long is gone */
    StreamReceiver(StreamApi api, Session session, Sessions sessions, Duration silence, StreamClock clock) {
        this.api = api;
        this.session = session;
        this.sessions = sessions;
        this.silence = silence;
        this.clock = clock;
        this.place = Refusal.place(api.request().uri());
        this.cutter = new LineCutter(place, MOST_LINE_BYTES);
        this.counts = sessions.counts();
    }

    @Override
    public void connect() throws Exception {
        ResponseBody fresh = new ResponseBody(clock);
        body = fresh;
        HttpResponse<ResponseBody> response;
        try {
            response = session.client().send(api.request(), any -> fresh);
        } catch (IOException e) {
            throw new RetryAfterException(
                    "ACQ-2667 cannot connect to " + place + ": " + reason(e)
                            + "; check the URL, the network and the certificates",
                    session.waits().afterNetwork());
        }
        if (response.statusCode() != 200) {
            throw Refusal.of(response, fresh.text(Refusal.MOST_BYTES, silence), session.waits(), clock);
        }
        session.waits().connected();
    }

    /** The first of the causes that says something, as the client's own exceptions often do not. */
    private static String reason(Throwable error) {
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (cause.getMessage() != null) {
                return cause.toString();
            }
        }
        return error.toString();
    }

    @Override
    public Records<Tweet> read(int maxRecords, Duration maxWait) throws Exception {
        if (maxRecords == 0) {
            return Records.nothing(); // the server alone keeps the connection alive
        }
        ResponseBody open = Objects.requireNonNull(body, "read before connect");
        Lot lot = new Lot(maxRecords);
        long until = clock.nanoTime() + maxWait.toNanos();
        take(lot);
        while (lot.isEmpty() && broken == null) {
            ResponseBody.End end = open.end();
            long left = Math.min(until - clock.nanoTime(), silence.toNanos() - open.silentNanos());
            List<byte[]> pieces = open.poll(Duration.ofNanos(Math.max(0, left)));
            if (!pieces.isEmpty()) {
                uncut.addAll(pieces);
                take(lot);
            } else if (end != null) {
                breaks("ACQ-2668 " + place + " has ended the connection"
                        + (end.cause() == null ? "" : ": " + reason(end.cause())));
            } else if (open.silentNanos() >= silence.toNanos()) {
                breaks("ACQ-2669 " + place + " has sent nothing for " + silence
                        + ", not even a blank line: it counts as gone");
            } else {
                break; // woken up, or the time is over
            }
            if (clock.nanoTime() >= until) {
                break;
            }
        }
        lot.rejected.addAll(cutter.takeRejected());
        if (lot.isEmpty() && broken != null) {
            throw broken;
        }
        return lot.records();
    }

    /** The end of what was read; half a line cannot be completed any more. */
    private void breaks(String why) {
        broken = new ReceiverDisconnectedException(why);
        cutter.rejectRest();
    }

    /** Takes posts from the lines that are there; behind a good-bye there are none. */
    private void take(Lot lot) throws IOException {
        List<String> lines = new ArrayList<>();
        do {
            lines.clear();
            cutter.cut(lot.room(), lines);
            for (int i = 0; i < lines.size() && broken == null; i++) {
                if (!lines.get(i).isEmpty()) {
                    decode(lines.get(i), lot);
                }
            }
        } while (lot.room() > 0 && broken == null && (!lines.isEmpty() || fill()));
    }

    private boolean fill() throws IOException {
        if (cutting.available() == 0) {
            byte[] next = uncut.poll();
            if (next == null) {
                return false;
            }
            cutting = new ByteArrayInputStream(next);
        }
        return cutter.fill(cutting);
    }

    private void decode(String line, Lot lot) {
        try {
            Tweet tweet = api.decode(line);
            if (tweet != null && !session.isNew(tweet.id())) {
                counts.duplicates.increment();
            } else if (tweet != null) {
                lot.tweets.add(tweet);
            }
        } catch (ReceiverDisconnectedException e) {
            broken = e;
        } catch (Exception e) {
            lot.rejected.add(new Rejected(
                    line.getBytes(UTF_8),
                    place,
                    new IllegalArgumentException("ACQ-2672 a line of " + place + " is no post: " + e.getMessage(), e)));
        }
    }

    @Override
    public void wakeUp() {
        ResponseBody open = body;
        if (open != null) {
            open.wakeUp();
        }
    }

    @Override
    public void close() {
        ResponseBody open = body;
        if (open != null) {
            open.close();
        }
        sessions.giveBack(session);
    }

    /** What a read gives. */
    private static final class Lot {
        private final int most;
        private final List<Tweet> tweets = new ArrayList<>();
        private final List<Rejected> rejected = new ArrayList<>();

        Lot(int most) {
            this.most = most;
        }

        int room() {
            return most - tweets.size() - rejected.size();
        }

        boolean isEmpty() {
            return tweets.isEmpty() && rejected.isEmpty();
        }

        Records<Tweet> records() {
            return Records.of(tweets).rejecting(rejected);
        }
    }
}
