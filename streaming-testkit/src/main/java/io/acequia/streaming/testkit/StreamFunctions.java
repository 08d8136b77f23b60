/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import io.acequia.streaming.State;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.data.Tuple2;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The functions of random programs. They are serializable and pure; the model uses the same. */
final class StreamFunctions {
    private static final long PRIME = 1_009;

    private StreamFunctions() {}

    /** A null counts as 0. */
    static long value(@Nullable Long v) {
        return v == null ? 0 : v;
    }

    /** Between 1 and 9. */
    static long positive(@Nullable Long v) {
        return 1 + Math.floorMod(value(v), 9L);
    }

    /** Ways to combine two values; all are associative. */
    enum Merge {
        SUM,
        MOST,
        /** Not commutative: each value is a function {@code x -> a·x + b}, and they are composed. */
        COMPOSE;

        Long of(@Nullable Long first, @Nullable Long second) {
            long a = value(first);
            long b = value(second);
            return switch (this) {
                case SUM -> a + b;
                case MOST -> Math.max(a, b);
                case COMPOSE -> composed(Math.floorMod(a, PRIME * PRIME), Math.floorMod(b, PRIME * PRIME));
            };
        }

        private static long composed(long first, long second) {
            long factor = (first / PRIME) * (second / PRIME) % PRIME;
            long plus = ((second / PRIME) * (first % PRIME) + second % PRIME) % PRIME;
            return factor * PRIME + plus;
        }
    }

    /** What a function of a state of {@code updateStateByKey} does. */
    enum Update {
        SUM,
        /** A key without values fades, and goes at 0; some sums make it go at once. */
        REMOVING,
        /** Looks at the time and the key. */
        TIMED,
        /** The order of the values matters. */
        IN_ORDER;

        Optional<Long> next(int batch, Object key, List<Long> values, Optional<Long> state) {
            long sum = state.orElse(0L);
            for (Long v : values) {
                sum = this == IN_ORDER ? (sum * 3 + value(v)) % 1_000_003 : sum + value(v);
            }
            return switch (this) {
                case SUM, IN_ORDER -> Optional.of(sum);
                case TIMED -> Optional.of(sum + batch % 3 + Math.floorMod(key.hashCode(), 4));
                case REMOVING -> {
                    long left = values.isEmpty() ? sum - 9 : Math.abs(sum);
                    yield left <= 0 || left % 5 == 3 ? Optional.empty() : Optional.of(left);
                }
            };
        }
    }

    /**
     * What the function of {@code mapWithState} does: it counts the records of a key.
     *
     * @param most the count at which the state is removed; 0 for never
     * @param quiet whether it emits nothing at every third count
     * @param weighed whether a record counts as much as its value says; only where the order of the records is known
     */
    record Count(int most, boolean quiet, boolean weighed) implements Serializable {
        long next(long before, @Nullable Long v) {
            return before + 1 + (weighed ? Math.floorMod(value(v), 3L) : 0);
        }

        boolean removes(long count) {
            return most > 0 && count >= most;
        }

        Optional<Tuple2<Object, Long>> emitted(Object key, long count) {
            return quiet && count % 3 == 0 ? Optional.empty() : Optional.of(Tuple2.of(key, count));
        }

        Optional<Tuple2<Object, Long>> last(Object key, long count) {
            return Optional.of(Tuple2.of(key, -1_000 - count));
        }

        /** The function as the engine calls it. */
        Optional<Tuple2<Object, Long>> call(Object key, Optional<Long> v, State<Long> state) {
            if (state.isTimingOut()) {
                return last(key, state.get());
            }
            long count = next(state.exists() ? state.get() : 0, v.orElse(null));
            if (removes(count)) {
                state.remove();
            } else {
                state.update(count);
            }
            return emitted(key, count);
        }
    }

    /** Which batch a time is: the first one is 1. */
    record Batches(long start, long interval) implements Serializable {
        int at(Time time) {
            return (int) ((time.milliseconds() - start) / interval);
        }

        Time time(int batch) {
            return new Time(start + batch * interval);
        }
    }
}
