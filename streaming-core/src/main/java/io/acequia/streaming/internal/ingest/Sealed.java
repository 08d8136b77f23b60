/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.ingest;

import io.acequia.streaming.data.Utf8;
import io.acequia.streaming.receiver.Position;
import io.acequia.streaming.receiver.Rejected;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A closed block that is to be stored.
 *
 * @param parts the lists of the receiver, in the order of reading
 * @param count how many records they hold
 * @param bytes about how much heap they take
 * @param positions where in the source the records stand, at most one for each shard
 * @param owed the deliveries that end in this block or have records in it
 */
record Sealed<T>(
        List<List<T>> parts,
        int count,
        long bytes,
        List<Rejected> rejected,
        List<Position> positions,
        List<Owed> owed) {
    private static final int SAMPLE = 256;

    /** The same in two blocks; what is beside the records goes with the second. */
    List<Sealed<T>> halves() {
        List<T> all = new ArrayList<>(count);
        parts.forEach(all::addAll);
        int half = count / 2;
        owed.forEach(delivery -> delivery.owedTo(1));
        return List.of(
                new Sealed<>(List.of(all.subList(0, half)), half, bytes / 2, List.of(), List.of(), owed),
                new Sealed<>(
                        List.of(all.subList(half, count)), count - half, bytes - bytes / 2, rejected, positions, owed));
    }

    /** The same without its records, which are rejected for {@code why}. */
    Sealed<T> rejectingAll(Throwable why) {
        List<Rejected> all = new ArrayList<>(rejected);
        for (List<T> part : parts) {
            for (T record : part) {
                all.add(new Rejected(sample(record), "received record", why));
            }
        }
        return new Sealed<>(List.of(), 0, 0, all, positions, owed);
    }

    /** Its first bytes, for people. */
    private static byte[] sample(Object record) {
        if (record instanceof byte[] raw) {
            return Arrays.copyOf(raw, Math.min(SAMPLE, raw.length));
        }
        if (record instanceof Utf8 text) {
            return Arrays.copyOf(text.toBytes(), Math.min(SAMPLE, text.length()));
        }
        String text = record instanceof String all ? all : record.getClass().getName();
        return text.substring(0, Math.min(SAMPLE, text.length())).getBytes(StandardCharsets.UTF_8);
    }
}
