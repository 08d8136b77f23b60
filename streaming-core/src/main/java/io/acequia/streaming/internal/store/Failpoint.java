/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The places between two steps of which a process may end after the first: a fault rig ends it there, to see what survives.
 * {@code -Dacequia.failpoint=block.forced:3:halt} halts it at the third passage of that place, without a hook or a flush, as a
 * kill does; {@code throw} instead of {@code halt} throws there, {@code delay} waits for 200 ms. With {@code
 * -Dacequia.failpoint.after=batch.planned} passages count from the first one of that other place on. {@code
 * -Dacequia.failpoints.seen=FILE} counts every passage into a file, which outlives a kill. Without these properties a passage
 * costs one comparison.
 *
 * <p>Here are those that are no operation of a storage; each of these has a place before and after it, and {@link
 * FailpointStorage} names them. {@link #all()} has both.
 */
public enum Failpoint {
    /** A receiver is about to connect. */
    RECEIVER_CONNECT_BEFORE,
    /** It has. */
    RECEIVER_CONNECT_AFTER,
    /** A receiver has read, and nothing is kept yet. */
    DELIVERY_READ,
    /** Blocks are written to the log and not forced. */
    BLOCK_WRITTEN,
    /** Blocks are forced, and the driver does not know. */
    BLOCK_FORCED,
    /** The driver knows, and the source does not. */
    BLOCK_ADDED,
    /** The source is about to be told. */
    DELIVERY_SETTLE_BEFORE,
    /** The source has been told. */
    DELIVERY_SETTLED,
    /** A batch is planned, and the journal does not know. */
    BATCH_PLANNED,
    /** The journal is forced: the batch will be repeated. */
    BATCH_ALLOCATED,
    /** A partition of an output is written, and not committed; passed by sinks. */
    OUTPUT_COMMIT_BEFORE,
    /** It is committed, and only the output knows; passed by sinks. */
    OUTPUT_COMMIT_AFTER,
    /** The journal was given that an output is done. */
    OUTPUT_DONE,
    /** The journal is forced: the batch is done. */
    BATCH_DONE,
    /** A checkpoint is due; it is about to be taken from what runs. */
    CHECKPOINT_BEGUN,
    /** It is taken, and about to be written. */
    CHECKPOINT_TAKEN,
    /** It is written and checked. */
    CHECKPOINT_WRITTEN,
    /** Older ones are deleted. */
    CHECKPOINT_PRUNED,
    /** Sources are about to hear which batches are covered by a checkpoint. */
    PROCESSED_TOLD_BEFORE,
    /** They may know, and what nobody needs may go. */
    PROCESSED_TOLD_AFTER,
    /** What an earlier run left is known, and about to be taken up. */
    RECOVERY_BEGUN,
    /** State and windows of a checkpoint were taken up. */
    RECOVERY_RESTORED,
    /** A batch of an earlier run is about to run again. */
    RECOVERY_REPLAYS;

    private final String text = name().toLowerCase(Locale.ROOT).replace('_', '.');

    /** Passes the place. */
    public void pass() {
        if (Passages.ON && Passages.failsAt(text)) {
            throw new IllegalStateException(Passages.message(text));
        }
    }

    /** As it is written in the property: {@code block.forced}. */
    public String text() {
        return text;
    }

    /** The names of all places: those of the code, then those of storages. */
    public static List<String> all() {
        List<String> all = new ArrayList<>();
        for (Failpoint point : values()) {
            all.add(point.text);
        }
        all.addAll(FailpointStorage.names());
        return all;
    }
}
