/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.operator;

import java.io.Serializable;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Values by entry. They are held as numbers while all of them are {@code Integer}, or all are {@code Long}, and come in the
 * order of the entries: sums change with each record, and a number changes in place.
 */
final class Values<V> implements Serializable {
    private static final int LEAST = 16;

    private long[] numbers = new long[LEAST];
    private int numberCount;
    /** Of the numbers; null before the first value. */
    private @Nullable Class<?> type;
    /** Null while the values are numbers. */
    private @Nullable Object @Nullable [] objects;

    Values() {}

    private Values(Values<V> other) {
        numbers = other.numbers.clone();
        numberCount = other.numberCount;
        type = other.type;
        objects = other.objects == null ? null : other.objects.clone();
    }

    Values<V> copy() {
        return new Values<>(this);
    }

    @SuppressWarnings("unchecked") // what was set
    @Nullable
    V get(int entry) {
        if (objects != null) {
            return entry < objects.length ? (V) objects[entry] : null;
        }
        return entry < numberCount ? (V) number(entry) : null;
    }

    void set(int entry, @Nullable V value) {
        if (objects == null && (value instanceof Integer || value instanceof Long) && isNext(entry, value.getClass())) {
            numbers[entry] = ((Number) value).longValue();
            return;
        }
        setObject(entry, value);
    }

    private boolean isNext(int entry, Class<?> given) {
        if (entry < numberCount) {
            return given == type;
        }
        if (entry > numberCount || (type != null && given != type)) {
            return false;
        }
        type = given;
        if (++numberCount > numbers.length) {
            numbers = Arrays.copyOf(numbers, 2 * numbers.length);
        }
        return true;
    }

    private Object number(int entry) {
        long number = numbers[entry];
        if (type == Integer.class) {
            return (int) number;
        }
        return number;
    }

    private void setObject(int entry, @Nullable V value) {
        if (objects == null) {
            objects = new Object[Math.max(LEAST, numbers.length)];
            for (int each = 0; each < numberCount; each++) {
                objects[each] = number(each);
            }
        }
        if (entry >= objects.length) {
            objects = Arrays.copyOf(objects, Math.max(entry + 1, 2 * objects.length));
        }
        objects[entry] = value;
    }
}
