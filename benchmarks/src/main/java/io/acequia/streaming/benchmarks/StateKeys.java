/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import io.acequia.streaming.BatchContext;
import io.acequia.streaming.PairRDD;
import io.acequia.streaming.data.Tuple2;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * The keys of a state, and updates of them. Each key begins with a count above those that the JVM keeps boxed. No two of these
 * strings are the same object.
 */
final class StateKeys {
    static final long FIRST_COUNT = 1_000;
    private static final int SEED = 42;

    private StateKeys() {}

    static String key(int number) {
        return "key" + number;
    }

    /** Each of so many keys once. */
    static List<String> all(int keys) {
        return IntStream.range(0, keys).mapToObj(StateKeys::key).toList();
    }

    /** The state to begin with; nothing holds on to its keys but who reads it. */
    static PairRDD<String, Long> initial(BatchContext context, int keys) {
        int half = (keys + 1) / 2;
        return context.parallelize(List.of(0, half), 2)
                .flatMapToPair(from -> IntStream.range(from, Math.min(keys, from + half))
                        .mapToObj(number -> Tuple2.of(key(number), FIRST_COUNT))
                        .iterator());
    }

    /** So many batches of keys, each key as likely as any other: the same in every run. */
    static List<List<String>> updates(int keys, int batches, int size) {
        SplittableRandom random = new SplittableRandom(SEED);
        List<List<String>> updates = new ArrayList<>();
        for (int batch = 0; batch < batches; batch++) {
            List<String> some = new ArrayList<>(size);
            for (int i = 0; i < size; i++) {
                some.add(key(random.nextInt(keys)));
            }
            updates.add(some);
        }
        return updates;
    }
}
