/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PartitionerTest {
    private static final Partitioner HUNDRED = Partitioner.hash(100);

    private enum Colour {
        RED,
        GREEN
    }

    private record Point(int x, String y, Colour colour) {}

    private record Holder(int[] values) {}

    /** Written down once: data placed by an earlier run must be found by a later one. */
    @Test
    void keysAreWhereTheyWereInEarlierRuns() {
        Map<Object, Integer> places = new LinkedHashMap<>();
        places.put("word", 71);
        places.put("", 0);
        places.put(1, 55);
        places.put(1L, 55);
        places.put(-7L, 35);
        places.put(2.5, 28);
        places.put(new BigDecimal("2.50"), 59);
        places.put(Utf8.of("word"), 71);
        places.put(Colour.RED, 43);
        places.put(Colour.GREEN, 96);
        places.put(Tuple2.of("a", 1), 64);
        places.put(new Point(1, "a", Colour.RED), 49);
        Map<Object, Integer> actual = new LinkedHashMap<>();
        places.keySet().forEach(key -> actual.put(key, HUNDRED.getPartition(key)));
        assertThat(actual).isEqualTo(places);
    }

    @Test
    void equalKeysShareAPartitionAndTheNullKeyIsInTheFirst() {
        assertThat(HUNDRED.getPartition(new Point(1, "a", Colour.RED)))
                .isEqualTo(HUNDRED.getPartition(new Point(1, new String("a"), Colour.RED)));
        assertThat(HUNDRED.getPartition(Tuple2.of("a", List.of(1))))
                .isEqualTo(HUNDRED.getPartition(new Tuple2<>("a", Arrays.asList(1))));
        assertThat(HUNDRED.getPartition(null)).isZero();
        assertThat(HUNDRED.getPartition(Tuple2.of(null, null))).isZero();
    }

    @Test
    void arraysAreRefusedAloneAndInsideOfRecordsAndTuples() {
        for (Object key : List.of(new int[1], Tuple2.of("a", new int[0]), new Holder(new int[] {1}))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> HUNDRED.getPartition(key))
                    .withMessage("ACQ-0103 a key of type int[] cannot be placed: arrays have no content hash;"
                            + " use a List, a String or a record");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HUNDRED.getPartition(new String[0]))
                .withMessageStartingWith("ACQ-0103 a key of type java.lang.String[] ");
    }

    @Test
    void everyPartitionIsInRangeAndConsecutiveNumbersSpread() {
        for (int partitions : new int[] {1, 2, 3, 7, 64}) {
            Partitioner hash = Partitioner.hash(partitions);
            int[] sizes = new int[partitions];
            IntStream.range(-5000, 5000).forEach(i -> sizes[hash.getPartition(i)]++);
            assertThat(hash.numPartitions()).isEqualTo(partitions);
            assertThat(Arrays.stream(sizes).min().orElseThrow())
                    .as("the smallest of %d partitions", partitions)
                    .isGreaterThan(5000 / partitions);
        }
    }

    @Test
    void partitionersOfTheSameSizeAreEqual() {
        assertThat(HUNDRED).isEqualTo(Partitioner.hash(100)).hasSameHashCodeAs(Partitioner.hash(100));
        assertThat(HUNDRED).isNotEqualTo(Partitioner.hash(99));
    }

    @Test
    void noPartitionsAreRefused() {
        for (int partitions : new int[] {0, -1}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Partitioner.hash(partitions))
                    .withMessage("ACQ-0102 number of partitions is " + partitions + ": must be at least 1");
        }
    }
}
