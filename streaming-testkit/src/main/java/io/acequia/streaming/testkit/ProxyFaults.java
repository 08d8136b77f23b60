/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import java.util.concurrent.TimeUnit;

/** What a fault proxy does to the bytes it passes. */
record ProxyFaults(boolean blackHole, boolean halfOpen, long delayNanos, int pieceBytes) {
    /** How long the line rests after a cut, so that the reader gets the piece alone unless it is slow. */
    private static final long REST_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private static final int UNCUT = Integer.MAX_VALUE;

    static final ProxyFaults NONE = new ProxyFaults(false, false, 0, UNCUT);

    ProxyFaults withBlackHole() {
        return new ProxyFaults(true, false, delayNanos, pieceBytes);
    }

    ProxyFaults withHalfOpen() {
        return new ProxyFaults(false, true, delayNanos, pieceBytes);
    }

    ProxyFaults withDelay(long nanos) {
        return new ProxyFaults(blackHole, halfOpen, nanos, pieceBytes);
    }

    ProxyFaults withPieces(int bytes) {
        return new ProxyFaults(blackHole, halfOpen, delayNanos, bytes);
    }

    /** The same for bytes that go to the target. */
    ProxyFaults uncut() {
        return withPieces(UNCUT);
    }

    long restNanos() {
        return pieceBytes == UNCUT ? 0 : REST_NANOS;
    }
}
