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

    /**
     * The same in smaller blocks: first with samples of what was rejected, then in halves, then what was rejected apart; a
     * single record that is too large is rejected for {@code why}.
     */
    List<Sealed<T>> smaller(Throwable why) {
        if (rejected.stream().anyMatch(each -> each.raw().length > SAMPLE)) {
            List<Rejected> samples = rejected.stream()
                    .map(each -> new Rejected(sample(each.raw()), each.where(), each.cause()))
                    .toList();
            return List.of(new Sealed<>(parts, count, bytes, samples, positions, owed));
        }
        if (count > 1) {
            List<T> all = new ArrayList<>(count);
            parts.forEach(all::addAll);
            int half = count / 2;
            return halves(
                    new Sealed<>(List.of(all.subList(0, half)), half, bytes / 2, List.of(), List.of(), owed),
                    new Sealed<>(
                            List.of(all.subList(half, count)),
                            count - half,
                            bytes - bytes / 2,
                            rejected,
                            positions,
                            owed));
        }
        if (count == 1 && !rejected.isEmpty()) {
            return halves(
                    new Sealed<>(parts, 1, bytes, List.of(), List.of(), owed),
                    new Sealed<>(List.of(), 0, 0, rejected, positions, owed));
        }
        if (count == 0 && rejected.size() > 1) {
            int half = rejected.size() / 2;
            return halves(
                    new Sealed<>(List.of(), 0, 0, rejected.subList(0, half), List.of(), owed),
                    new Sealed<>(List.of(), 0, 0, rejected.subList(half, rejected.size()), positions, owed));
        }
        List<Rejected> all = new ArrayList<>(rejected);
        parts.forEach(part -> part.forEach(record -> all.add(new Rejected(sample(record), "received record", why))));
        return List.of(new Sealed<>(List.of(), 0, 0, all, positions, owed));
    }

    /** Their deliveries end with both. */
    private List<Sealed<T>> halves(Sealed<T> first, Sealed<T> second) {
        owed.forEach(delivery -> delivery.owedTo(1));
        return List.of(first, second);
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
