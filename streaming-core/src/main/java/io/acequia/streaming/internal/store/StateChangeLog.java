/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.store;

import io.acequia.streaming.data.Time;
import io.acequia.streaming.engine.StateChange;
import java.io.IOException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * The change log of one partition of keyed state: how its versions are written, as far as they differ.
 *
 * <p><b>Format</b>, as records of a {@link RecordSerializer}, so with names of classes and no ids, and readable by another
 * process: the number of the format ({@code Integer}, 1), the time of the version before ({@code Long}, milliseconds; null when
 * this is a whole version), the time of the version after ({@code Long}); then for each change the key, its state (null when it
 * was removed) and when it is due ({@code Long}, milliseconds; null when it is not). Removals stand before states, so
 * whoever applies the changes in order to the version before has the version after. Chunks, their lengths and checksums are those
 * of the file or log that holds the records.
 */
public final class StateChangeLog {
    private static final int FORMAT = 1;

    private StateChangeLog() {}

    /** Writes what changed after {@code from} until {@code until}; with {@code from} null the changes are a whole version. */
    public static <K, S> void write(
            @Nullable Time from, Time until, Iterator<StateChange<K, S>> changes, RecordSerializer.Writer out)
            throws IOException {
        begin(from, until, out);
        while (changes.hasNext()) {
            add(changes.next(), out);
        }
    }

    /** The first part of {@link #write}: what comes before the changes. */
    @SuppressWarnings("NullAway") // the serializer takes null
    public static void begin(@Nullable Time from, Time until, RecordSerializer.Writer out) throws IOException {
        out.add(FORMAT);
        out.add(millis(from));
        out.add(millis(until));
    }

    /** One change. */
    @SuppressWarnings("NullAway") // the serializer takes null
    public static void add(StateChange<?, ?> change, RecordSerializer.Writer out) throws IOException {
        out.add(change.key());
        out.add(change.state());
        out.add(millis(change.due()));
    }

    private static @Nullable Long millis(@Nullable Time time) {
        return time == null ? null : time.milliseconds();
    }

    /** Begins to read; the records must not be used by others meanwhile. */
    public static <K, S> Reader<K, S> read(Iterator<?> records) {
        return new Reader<>(records);
    }

    /** The changes of a log, in order. For one thread. */
    public static final class Reader<K, S> implements Iterator<StateChange<K, S>> {
        private final Iterator<?> records;
        private final @Nullable Time from;
        private final Time until;

        private Reader(Iterator<?> records) {
            this.records = records;
            Object format = next(records);
            if (!(format instanceof Integer number) || number != FORMAT) {
                throw damaged(
                        "it begins with " + format + " where the number of its format should be, at most " + FORMAT);
            }
            this.from = time(next(records));
            Time last = time(next(records));
            if (last == null) {
                throw damaged("it does not say which version it leads to");
            }
            this.until = last;
        }

        /** The version before; null when the changes are a whole version. */
        public @Nullable Time from() {
            return from;
        }

        /** The version after. */
        public Time until() {
            return until;
        }

        @Override
        public boolean hasNext() {
            return records.hasNext();
        }

        @Override
        @SuppressWarnings("unchecked") // what was written
        public StateChange<K, S> next() {
            if (!records.hasNext()) {
                throw new NoSuchElementException();
            }
            K key = (K) next(records);
            if (key == null) {
                throw damaged("a key is null");
            }
            S state = (S) next(records);
            return new StateChange<>(key, state, time(next(records)));
        }

        private static @Nullable Object next(Iterator<?> records) {
            if (!records.hasNext()) {
                throw damaged("it ends inside a change");
            }
            return records.next();
        }

        private static @Nullable Time time(@Nullable Object millis) {
            if (millis == null) {
                return null;
            }
            if (millis instanceof Long number) {
                return new Time(number);
            }
            throw damaged("a time is a " + millis.getClass().getName());
        }

        private static IllegalStateException damaged(String how) {
            return new IllegalStateException(
                    "ACQ-0592 a log of state changes is damaged: " + how + "; recover from an older checkpoint");
        }
    }
}
