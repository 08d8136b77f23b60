/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.internal.log.Address;
import io.acequia.streaming.internal.log.LogReader;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.time.Duration;

/** Tells every two seconds how far something has been read; short work is not told at all. For one thread. */
final class Progress implements LogReader.Visitor {
    private static final long EVERY = Duration.ofSeconds(2).toNanos();
    private static final long MIB = 1 << 20;

    private final StreamClock clock;
    private final PrintWriter to;
    private final String what;
    private final long totalBytes;
    private long told;
    private long bytes;
    private long lastSeq;

    Progress(StreamClock clock, PrintWriter to, String what, long totalBytes) {
        this.clock = clock;
        this.to = to;
        this.what = what;
        this.totalBytes = totalBytes;
        this.told = clock.nanoTime();
    }

    @Override
    public void record(byte type, Address address, ByteBuffer payload) {
        if (address.seq() <= lastSeq) {
            bytes = 0; // it is read again
        }
        lastSeq = address.seq();
        add(address.length());
    }

    /** So many bytes more. */
    void add(long more) {
        bytes += more;
        long now = clock.nanoTime();
        if (now - told >= EVERY) {
            told = now;
            to.println(what + ": " + bytes / MIB + " of " + totalBytes / MIB + " MiB");
        }
    }
}
