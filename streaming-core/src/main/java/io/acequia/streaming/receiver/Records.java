/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.receiver;

import java.util.List;

/**
 * What an unreliable receiver read: records, and what it could not decode. The list is kept, not copied: it must not be
 * changed afterwards.
 *
 * @param <T> type of the records
 */
public final class Records<T> {
    private static final Records<?> NOTHING = new Records<>(List.of(), List.of());

    private final List<T> records;
    private final List<Rejected> rejected;

    private Records(List<T> records, List<Rejected> rejected) {
        this.records = records;
        this.rejected = rejected;
    }

    /** These records. */
    public static <T> Records<T> of(List<T> records) {
        return new Records<>(records, List.of());
    }

    /** No record in the time given. */
    @SuppressWarnings("unchecked")
    public static <T> Records<T> nothing() {
        return (Records<T>) NOTHING;
    }

    /** The same records, and these that could not be decoded. */
    public Records<T> rejecting(List<Rejected> undecodable) {
        return undecodable.isEmpty() ? this : new Records<>(records, List.copyOf(undecodable));
    }

    public List<T> records() {
        return records;
    }

    public List<Rejected> rejected() {
        return rejected;
    }
}
