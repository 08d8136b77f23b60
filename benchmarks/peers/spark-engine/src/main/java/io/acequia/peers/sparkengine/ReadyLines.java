/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.peers.sparkengine;

import java.util.Arrays;
import java.util.List;

/**
 * Lines that are in memory already, for the one receiver of this JVM: it gets as many as it may and then waits, round and round in the
 * pool. It is reached by a static field, since a receiver travels to its task without them.
 */
final class ReadyLines {
    private static volatile ReadyLines here = new ReadyLines(new String[0]);

    private final String[] pool;
    private long granted;
    private long given;
    private long stored;

    private ReadyLines(String[] pool) {
        this.pool = pool;
    }

    static ReadyLines begin(String[] pool) {
        here = new ReadyLines(pool);
        return here;
    }

    static ReadyLines here() {
        return here;
    }

    /** Lets so many more lines through. */
    synchronized void grant(long lines) {
        granted += lines;
        notifyAll();
    }

    /** Returns when all that was granted waits for a batch: the receiver has come back for more. */
    synchronized void awaitStored() throws InterruptedException {
        while (stored < granted) {
            wait();
        }
    }

    /** The next lines, at most so many; none when there are none for so long. */
    synchronized List<String> next(int most, long waitMillis) throws InterruptedException {
        stored = given;
        notifyAll();
        if (given == granted && most > 0) {
            wait(waitMillis);
        }
        int from = (int) (given % pool.length);
        int count = (int) Math.min(Math.min(most, granted - given), pool.length - from);
        given += count;
        return Arrays.asList(Arrays.copyOfRange(pool, from, from + count));
    }
}
