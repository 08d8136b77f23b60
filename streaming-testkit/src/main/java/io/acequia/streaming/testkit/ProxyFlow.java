/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;

/**
 * One direction of a proxied connection. Holds at most one chunk: what one read gave, or the end of the stream. It is read
 * only when the one before has gone on, so a receiver that does not read holds up its sender, as without a proxy.
 */
final class ProxyFlow {
    private static final int CHUNK_BYTES = 16 * 1024;

    private final ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES).limit(0);
    private boolean ended;
    private boolean endPassed;
    private long heldSince;
    private long sinceCut;
    private long restsUntil;

    /** The next piece begins here. */
    void startPieces(long now) {
        sinceCut = 0;
        restsUntil = now;
    }

    /** Reads a chunk when none is held, and passes a held one when its time has come; returns how many bytes it passed. */
    int step(SocketChannel from, SocketChannel to, ProxyFaults faults, long now) throws IOException {
        if (wantsChunk()) {
            chunk.clear();
            ended = from.read(chunk) < 0;
            chunk.flip();
            heldSince = now;
        }
        if (!holds() || nanosUntilDue(faults, now) > 0) {
            return 0;
        }
        if (chunk.hasRemaining()) {
            return pass(to, faults, now);
        }
        to.shutdownOutput();
        endPassed = true;
        return 0;
    }

    private int pass(SocketChannel to, ProxyFaults faults, long now) throws IOException {
        int bytes = (int) Math.min(chunk.remaining(), faults.pieceBytes() - sinceCut);
        int passed = to.write(chunk.slice(chunk.position(), bytes));
        chunk.position(chunk.position() + passed);
        sinceCut += passed;
        if (sinceCut == faults.pieceBytes()) {
            sinceCut = 0;
            heldSince = now;
            restsUntil = now + faults.restNanos();
        }
        return passed;
    }

    private boolean wantsChunk() {
        return !ended && !chunk.hasRemaining();
    }

    /** Something waits to be passed. */
    boolean holds() {
        return chunk.hasRemaining() || ended && !endPassed;
    }

    /** The sender has ended, and the receiver knows. */
    boolean isDone() {
        return endPassed;
    }

    long nanosUntilDue(ProxyFaults faults, long now) {
        return Math.max(heldSince + faults.delayNanos() - now, restsUntil - now);
    }

    /** What the flow must know of the channel it reads. */
    int readInterest() {
        return wantsChunk() ? SelectionKey.OP_READ : 0;
    }

    /** What the flow must know of the channel it writes. */
    int writeInterest(ProxyFaults faults, long now) {
        return holds() && nanosUntilDue(faults, now) <= 0 ? SelectionKey.OP_WRITE : 0;
    }
}
