/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.store;

import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The places at which a fault rig may end the process, to see what survives: {@code -Dacequia.failpoint=block.forced:3:halt}
 * halts it at the third passage of that place, without a hook or a flush, as a kill does; {@code throw} instead of {@code
 * halt} throws there. Without the property a passage costs one comparison.
 */
public enum Failpoint {
    /** A receiver has read, and nothing is kept yet. */
    DELIVERY_READ,
    /** Blocks are written to the log and not forced. */
    BLOCK_WRITTEN,
    /** Blocks are forced, and the driver does not know. */
    BLOCK_FORCED,
    /** The driver knows, and the source does not. */
    BLOCK_ADDED,
    /** The source has been told. */
    DELIVERY_SETTLED;

    private static final @Nullable Armed ARMED = Armed.of(System.getProperty("acequia.failpoint"));

    /** Passes the place. */
    public void pass() {
        if (ARMED != null && ARMED.point == this) {
            ARMED.pass();
        }
    }

    /** As it is written in the property: {@code block.forced}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '.');
    }

    /** A place that is waited for. */
    static final class Armed {
        private final Failpoint point;
        private final long passage;
        private final boolean halts;
        private final AtomicLong passed = new AtomicLong();

        Armed(Failpoint point, long passage, boolean halts) {
            this.point = point;
            this.passage = passage;
            this.halts = halts;
        }

        static @Nullable Armed of(@Nullable String text) {
            if (text == null) {
                return null;
            }
            String[] parts = text.split(":", -1);
            for (Failpoint point : Failpoint.values()) {
                if (parts.length == 3 && point.text().equals(parts[0])) {
                    return new Armed(point, Long.parseLong(parts[1]), parts[2].equals("halt"));
                }
            }
            throw new IllegalArgumentException("ACQ-0675 acequia.failpoint = '" + text
                    + "': must be a place, a passage and halt or throw, such as block.forced:3:halt");
        }

        void pass() {
            if (passed.incrementAndGet() == passage) {
                if (halts) {
                    Runtime.getRuntime().halt(137);
                }
                throw new IllegalStateException("ACQ-0676 failpoint " + point.text());
            }
        }
    }
}
