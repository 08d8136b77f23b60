/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.log;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** The segments of a log that are not written any more, in order. For one thread at a time. */
final class PastSegments {
    private final Deque<Past> segments = new ArrayDeque<>();
    private long bytes;

    /** A segment, and whether the first of its records, the preamble, is there. */
    record Past(String file, long lastSeq, long bytes, boolean hasPreamble) {}

    void add(Past segment) {
        segments.add(segment);
        bytes += segment.bytes();
    }

    int count() {
        return segments.size();
    }

    long bytes() {
        return bytes;
    }

    /**
     * The oldest segment, when it may go: it holds no record from a number on, and a newer preamble is durable, be it here or
     * in the segment that is open.
     */
    @Nullable
    Past oldestBelow(long seq, boolean openHasPreamble) {
        Past oldest = segments.peek();
        boolean needed = oldest == null || oldest.lastSeq() >= seq || (!openHasPreamble && oldest == newestPreamble());
        return needed ? null : oldest;
    }

    private @Nullable Past newestPreamble() {
        Past newest = null;
        for (Past segment : segments) {
            newest = segment.hasPreamble() ? segment : newest;
        }
        return newest;
    }

    void removeOldest() {
        bytes -= segments.remove().bytes();
    }
}
