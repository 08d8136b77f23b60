/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.receiver;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a reliable receiver read: records, what it could not decode, where in the source they stand, and the settlement for
 * all of it. The list is kept, not copied: it must not be changed afterwards.
 *
 * @param <T> type of the records
 */
public final class Delivery<T> {
    private static final Settlement NONE = () -> {};
    private static final Delivery<?> NOTHING = new Delivery<>(List.of(), List.of(), null, NONE);

    private final List<T> records;
    private final List<Rejected> rejected;
    private final @Nullable Position position;
    private final Settlement settlement;

    private Delivery(List<T> records, List<Rejected> rejected, @Nullable Position position, Settlement settlement) {
        this.records = records;
        this.rejected = rejected;
        this.position = position;
        this.settlement = settlement;
    }

    /** These records, settled together. */
    public static <T> Delivery<T> of(List<T> records, Settlement settlement) {
        return new Delivery<>(records, List.of(), null, settlement);
    }

    /** Nothing in the time given, nothing to settle. */
    @SuppressWarnings("unchecked")
    public static <T> Delivery<T> nothing() {
        return (Delivery<T>) NOTHING;
    }

    /** The same delivery with its place in the source, by which a repeated delivery is recognised. */
    public Delivery<T> at(Position position) {
        return new Delivery<>(records, rejected, position, settlement);
    }

    /** The same delivery, and these that could not be decoded; they are settled with it. */
    public Delivery<T> rejecting(List<Rejected> undecodable) {
        return new Delivery<>(records, List.copyOf(undecodable), position, settlement);
    }

    public List<T> records() {
        return records;
    }

    public List<Rejected> rejected() {
        return rejected;
    }

    public Optional<Position> position() {
        return Optional.ofNullable(position);
    }

    public Settlement settlement() {
        return settlement;
    }
}
