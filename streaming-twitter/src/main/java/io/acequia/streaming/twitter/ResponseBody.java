/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.twitter;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.receiver.Handoff;
import io.acequia.streaming.receiver.Settlement;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a response that does not end, on their way from the threads of the HTTP client to that of the receiver.
 *
 * <p><b>Threads.</b> The client's only put in what it read; the receiver's takes it out, cuts it and decodes it.
 *
 * <p><b>Bound.</b> When {@value #MOST_PIECES} pieces of at most 16 KiB or so wait, the client's thread waits too, and the client
 * reads no more of this connection: the server's writes pile up in the network. That time is no silence of the server's.
 *
 * <p><b>End.</b> What came before the end can still be taken: the end is told after the last piece.
 */
final class ResponseBody implements HttpResponse.BodySubscriber<ResponseBody> {
    private static final int MOST_PIECES = 64;
    private static final Settlement NONE = () -> {};

    private final Handoff<byte[]> pieces = new Handoff<>(MOST_PIECES);
    private final StreamClock clock;
    private volatile Flow.@Nullable Subscription subscription;
    private volatile boolean closed;
    private volatile boolean waiting;
    private volatile long heardAtNanos;
    private volatile @Nullable End end;

    /** How it ended; without a cause when the server ended it in order. */
    record End(@Nullable Throwable cause) {}

    ResponseBody(StreamClock clock) {
        this.clock = clock;
        this.heardAtNanos = clock.nanoTime();
    }

    // ---- threads of the HTTP client

    @Override
    public void onSubscribe(Flow.Subscription given) {
        subscription = given;
        if (closed) {
            given.cancel();
        } else {
            heardAtNanos = clock.nanoTime();
            given.request(1);
        }
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        Flow.Subscription from = subscription;
        try {
            waiting = true;
            pieces.put(List.of(joined(buffers)), NONE);
            heardAtNanos = clock.nanoTime();
            waiting = false;
            if (from != null) {
                from.request(1);
            }
        } catch (InterruptedException | IllegalStateException e) {
            if (from != null) {
                from.cancel(); // the receiver was closed
            }
        }
    }

    private static byte[] joined(List<ByteBuffer> buffers) {
        byte[] all = new byte[buffers.stream().mapToInt(ByteBuffer::remaining).sum()];
        int at = 0;
        for (ByteBuffer each : buffers) {
            int length = each.remaining();
            each.get(all, at, length);
            at += length;
        }
        return all;
    }

    @Override
    public void onError(Throwable cause) {
        end(new End(cause));
    }

    @Override
    public void onComplete() {
        end(new End(null));
    }

    private void end(End how) {
        end = how;
        pieces.wakeUp();
    }

    /** There at once, so that a response is there with its headers. */
    @Override
    public CompletionStage<ResponseBody> getBody() {
        return CompletableFuture.completedStage(this);
    }

    // ---- the receiver's thread

    /** The next pieces; none when the time is over, when {@link #wakeUp} came, and at the end. */
    List<byte[]> poll(Duration atMost) throws InterruptedException {
        return pieces.poll(MOST_PIECES, end == null ? atMost : Duration.ZERO).records();
    }

    /** How it ended, if it has: when nothing is polled after that, nothing more comes. */
    @Nullable
    End end() {
        return end;
    }

    /** For how many nanoseconds nothing has come, although it was waited for. */
    long silentNanos() {
        long heard = heardAtNanos; // read first: it is written before waiting ends
        return waiting ? 0 : clock.nanoTime() - heard;
    }

    /** The beginning of a short body, as of an error. */
    String text(int mostBytes, Duration atMost) throws InterruptedException {
        long until = clock.nanoTime() + atMost.toNanos();
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        boolean ended;
        List<byte[]> next;
        do {
            ended = end != null;
            next = poll(Duration.ofNanos(Math.max(0, until - clock.nanoTime())));
            next.forEach(all::writeBytes);
        } while (all.size() < mostBytes && (!next.isEmpty() || !ended) && clock.nanoTime() < until);
        return new String(all.toByteArray(), 0, Math.min(all.size(), mostBytes), UTF_8);
    }

    /** Any thread. */
    void wakeUp() {
        pieces.wakeUp();
    }

    /** Closes the connection. */
    void close() {
        closed = true;
        Flow.Subscription from = subscription;
        if (from != null) {
            from.cancel();
        }
        pieces.close();
    }
}
