/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.twitter;

import java.time.Duration;

/**
 * How long to wait after failures in a row, as the servers ask for it: after one of the network 250 ms more each time, up to
 * 16 s; after a refusal 5 s, twice as long each time, up to 320 s; where the server asks for patience 60 s, twice as long each
 * time, up to 16 minutes. For one thread.
 */
final class Waits {
    private static final Duration NETWORK_STEP = Duration.ofMillis(250);
    private static final Duration NETWORK_MOST = Duration.ofSeconds(16);
    private static final Duration REFUSED_FIRST = Duration.ofSeconds(5);
    private static final int REFUSED_DOUBLINGS = 6;
    private static final Duration PATIENCE_FIRST = Duration.ofSeconds(60);
    private static final int PATIENCE_DOUBLINGS = 4;

    private int network;
    private int refused;
    private int patience;

    /** The stream is there: what failed before does not count any more. */
    void connected() {
        network = 0;
        refused = 0;
        patience = 0;
    }

    Duration afterNetwork() {
        network++;
        Duration wait = NETWORK_STEP.multipliedBy(network);
        return wait.compareTo(NETWORK_MOST) < 0 ? wait : NETWORK_MOST;
    }

    Duration afterRefusal() {
        return doubled(REFUSED_FIRST, Math.min(refused++, REFUSED_DOUBLINGS));
    }

    Duration withPatience() {
        return doubled(PATIENCE_FIRST, Math.min(patience++, PATIENCE_DOUBLINGS));
    }

    private static Duration doubled(Duration first, int times) {
        return first.multipliedBy(1L << times);
    }
}
