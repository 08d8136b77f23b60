/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.rdd;

import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.internal.operator.SampleOperator;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Records drawn from an RDD, so many of them whatever its size. <b>Without replacement</b> each record gets a random ticket, and
 * the least tickets win; tickets know nothing of partitions. <b>With replacement</b> the places are drawn first, from the numbers
 * of records of the partitions, and a second pass fetches what is there.
 */
final class Draws {
    private Draws() {}

    /** Each record with its ticket. */
    static <T> Iterator<Tuple2<Long, T>> tickets(int partition, Iterator<T> records, long seed) {
        SplittableRandom random = SampleOperator.random(seed, partition);
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return records.hasNext();
            }

            @Override
            public Tuple2<Long, T> next() {
                return new Tuple2<>(random.nextLong(), records.next());
            }
        };
    }

    /** A place that was drawn: the {@code number}th record of its partition is the one at {@code at} in the sample. */
    private record Place(long number, int at) implements Serializable {}

    /** The places that were drawn, by partition and in the order of their numbers. */
    static final class Places implements Serializable {
        private final List<List<Place>> byPartition = new ArrayList<>();

        /** Draws so many places from partitions of these sizes, which are not all empty. */
        Places(List<Long> sizes, int count, long seed) {
            long total = 0;
            for (long size : sizes) {
                byPartition.add(new ArrayList<>());
                total += size;
            }
            SplittableRandom random = new SplittableRandom(seed);
            for (int at = 0; at < count; at++) {
                long number = random.nextLong(total);
                int partition = 0;
                while (number >= sizes.get(partition)) {
                    number -= sizes.get(partition++);
                }
                byPartition.get(partition).add(new Place(number, at));
            }
            byPartition.forEach(places -> places.sort(Comparator.comparingLong(Place::number)));
        }

        /** What stands at the places of a partition, each with where it is in the sample. */
        @SuppressWarnings("NullAway") // the records are what they are
        <T> Iterator<Tuple2<Integer, T>> of(int partition, Iterator<T> records) {
            List<Tuple2<Integer, T>> found = new ArrayList<>();
            Iterator<Place> places = byPartition.get(partition).iterator();
            long next = 0;
            @Nullable T record = null;
            while (places.hasNext()) {
                Place place = places.next();
                while (next <= place.number) {
                    record = records.next();
                    next++;
                }
                found.add(new Tuple2<>(place.at, record));
            }
            return found.iterator();
        }
    }
}
