/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.memory;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How much memory the records take that somebody gathers, and whether it is too much. Some of the records are remembered and
 * measured, and the others are taken to be alike. Measuring is not free, so it is done seldom while there is plenty of room, and
 * more often towards the bound; it never depends on anything but the records. One thread.
 */
public final class Gauge {
    private static final Logger LOG = LoggerFactory.getLogger(Gauge.class);
    private static final int SAMPLES = 16;
    private static final int SAMPLED_EVERY = 64;
    /** A single record may be too much. */
    private static final int FIRST_LOOK = 1;
    /** Between two looks the records become at most four times as many. */
    private static final int WIDEST = 3;
    /** And at least an eighth more. */
    private static final int NARROWEST = 8;

    private final long limitBytes;
    private final @Nullable Object[] samples = new @Nullable Object[SAMPLES];
    private int sampled;
    private long nextSample;
    private long records;
    private long nextLook;
    private boolean gaveUp;

    public Gauge(long limitBytes) {
        this.limitBytes = limitBytes;
        this.nextLook = limitBytes == Long.MAX_VALUE ? Long.MAX_VALUE : FIRST_LOOK;
    }

    /** Another record is held; whether it is time to ask {@link #isFull}. */
    public boolean isDue(@Nullable Object record) {
        if (records == nextSample) {
            samples[sampled++ % SAMPLES] = record;
            nextSample += sampled < SAMPLES ? 1 : SAMPLED_EVERY;
        }
        return ++records >= nextLook;
    }

    /** About how many bytes the records take that were told so far. */
    public long bytes() {
        int filled = Math.min(SAMPLES, sampled);
        return filled == 0 ? 0 : SizeEstimator.bytesOf(Arrays.asList(samples).subList(0, filled)) * records / filled;
    }

    /** Whether {@code held} bytes are too many. If not, says when to look again. */
    public boolean isFull(long held) {
        if (held >= limitBytes) {
            return true;
        }
        double untilFull = (double) (limitBytes - held) / Math.max(1, held) * records;
        double step = Math.max(records / NARROWEST, Math.min(untilFull / 2, WIDEST * records));
        nextLook = records + Math.max(1, (long) step);
        return false;
    }

    /** Nothing is held any more. */
    public void empty() {
        Arrays.fill(samples, null);
        sampled = 0;
        nextSample = 0;
        records = 0;
        nextLook = FIRST_LOOK;
    }

    /**
     * Empties this by writing what is held to the disk; false when it cannot be written. Then it stays in memory, with
     * all that comes after it, and nobody tries again.
     */
    public boolean putAside(Runnable writing) {
        if (gaveUp) {
            return false;
        }
        try {
            writing.run();
        } catch (IllegalArgumentException e) {
            LOG.warn(
                    "Records that do not fit into memory stay there, since they cannot go to disk: {}", e.getMessage());
            gaveUp = true;
            nextLook = Long.MAX_VALUE;
            return false;
        }
        empty();
        return true;
    }
}
