/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.data.Partitioner;
import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.direct.Split;
import io.acequia.streaming.direct.SplitReader;
import io.acequia.streaming.engine.Block;
import io.acequia.streaming.engine.Dataset;
import io.acequia.streaming.engine.Downstream;
import io.acequia.streaming.engine.Operator;
import io.acequia.streaming.engine.Operator2;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LocalDatasetTest {
    private final LocalEngine engine = Ops.engine("local[2]");

    @AfterEach
    void close() {
        engine.close();
    }

    @Test
    void aListIsCutIntoRunsOfNeighbours() {
        assertThat(Ops.partitions(engine.parallelize(Ops.numbers(7), 3)))
                .containsExactly(List.of(0, 1), List.of(2, 3), List.of(4, 5, 6));
    }

    @Test
    void moreSlicesThanRecordsLeaveSomeEmpty() {
        assertThat(Ops.partitions(engine.parallelize(List.of(1), 3))).containsExactly(List.of(), List.of(), List.of(1));
    }

    @Test
    void blocksOfAGroupAreReadInTurn() {
        Dataset<String> dataset = engine.fromBlocks(List.of(
                List.of(new ListBlock<>(List.of("a", "b")), new ListBlock<>(List.of("c"))),
                List.of(),
                List.of(new ListBlock<>(List.of("d")))));
        assertThat(Ops.partitions(dataset)).containsExactly(List.of("a", "b", "c"), List.of(), List.of("d"));
    }

    @Test
    void splitsAreReadToTheEndAndClosedOnce() {
        AtomicInteger closed = new AtomicInteger();
        Dataset<Integer> dataset = engine.fromSplits(
                List.of(List.of(new ListSplit(List.of(1, 2), closed), new ListSplit(List.of(3), closed))));
        assertThat(Ops.partitions(dataset)).containsExactly(List.of(1, 2, 3));
        assertThat(closed).hasValue(2);
    }

    @Test
    void aSplitIsClosedWhenNoMoreIsWanted() {
        AtomicInteger closed = new AtomicInteger();
        Dataset<Integer> dataset = engine.fromSplits(
                List.of(List.of(new ListSplit(List.of(1, 2), closed), new ListSplit(List.of(3), closed))));
        assertThat(Ops.records(dataset.transform(Ops.limit(1), true))).containsExactly(1);
        assertThat(closed).hasValue(1);
    }

    @Test
    void operatorsAreFusedAndOrdered() {
        Dataset<Integer> dataset = engine.parallelize(Ops.numbers(4), 2)
                .transform(Ops.map((Integer x) -> x + 1), true)
                .transform(Ops.flatMap((Integer x) -> List.of(x, -x).iterator()), false);
        assertThat(Ops.partitions(dataset)).containsExactly(List.of(1, -1, 2, -2), List.of(3, -3, 4, -4));
    }

    @Test
    void aLimitReadsNoMoreThanItNeeds() {
        AtomicInteger read = new AtomicInteger();
        Dataset<Integer> dataset = engine.parallelize(Ops.numbers(1000), 1)
                .transform(Ops.map((Integer x) -> read.incrementAndGet()), true);
        assertThat(Ops.records(dataset.transform(Ops.limit(3), true))).hasSize(3);
        assertThat(read).hasValue(3);
    }

    @Test
    void aLimitEndsACoalescedPartitionBeforeItsNextNeighbour() {
        AtomicInteger read = new AtomicInteger();
        Dataset<Integer> dataset = engine.parallelize(Ops.numbers(1000), 10)
                .transform(Ops.map((Integer x) -> read.incrementAndGet()), true)
                .coalesce(1);
        assertThat(Ops.records(dataset.transform(Ops.limit(101), true))).hasSize(101);
        assertThat(read).hasValue(101);
    }

    @Test
    void onlyThePartitionsAskedForRunInTheOrderAskedFor() throws Exception {
        Dataset<Integer> dataset = engine.parallelize(Ops.numbers(4), 4);
        assertThat(dataset.run(Ops.collect(), new int[] {3, 1}, Ops.job())).containsExactly(List.of(3), List.of(1));
        assertThat(dataset.run(Ops.collect(), new int[0], Ops.job())).isEmpty();
        assertThatThrownBy(() -> dataset.run(Ops.collect(), new int[] {4}, Ops.job()))
                .hasMessageStartingWith("ACQ-0515 there is no partition 4: the dataset has 4");
    }

    @Test
    void coalesceGroupsNeighboursEvenlyAndShowsOneBeginAndEnd() {
        List<String> calls = Collections.synchronizedList(new ArrayList<>());
        Dataset<Integer> dataset = engine.parallelize(Ops.numbers(5), 5).coalesce(2);
        assertThat(Ops.partitions(dataset)).containsExactly(List.of(0, 1), List.of(2, 3, 4));
        Dataset<Integer> one = engine.parallelize(Ops.numbers(5), 5).coalesce(1).transform(Ops.trace(calls), true);
        assertThat(Ops.records(one)).containsExactly(0, 1, 2, 3, 4);
        assertThat(calls).containsExactly("attach", "begin", "end", "close");
    }

    @Test
    void coalesceToAsManyIsTheSameDatasetAndKeepsItsPartitioner() {
        Dataset<Integer> placed = engine.parallelize(Ops.numbers(5), 2).partitionBy(x -> x, Partitioner.hash(3));
        assertThat(placed.coalesce(3)).isSameAs(placed);
        assertThat(placed.coalesce(2).partitioner()).isEmpty();
        assertThatThrownBy(() -> placed.coalesce(0)).hasMessageStartingWith("ACQ-0512");
    }

    @Test
    void unionKeepsTheOrderOfItsPartsAlsoOfEmptyOnes() {
        Dataset<Integer> empty = engine.fromBlocks(List.of());
        Dataset<Integer> first = engine.parallelize(List.of(1, 2), 2);
        Dataset<Integer> second = engine.parallelize(List.of(3), 1);
        assertThat(Ops.partitions(empty.union(List.of(first, empty, empty, second, empty))))
                .containsExactly(List.of(1), List.of(2), List.of(3));
        Dataset<Integer> placed = first.partitionBy(x -> x, Partitioner.hash(1));
        assertThat(placed.union(List.of(placed)).partitioner()).isEmpty();
    }

    @Test
    void aPulledUnionAndCoalesceGiveTheSameAsPushed() {
        Dataset<Integer> left =
                engine.parallelize(List.of(1, 2), 2).union(List.of(engine.parallelize(List.of(3, 4), 2)));
        Dataset<Integer> right = engine.parallelize(Ops.numbers(8), 8).coalesce(4);
        assertThat(Ops.partitions(left.zip(right, PAIRS, false)))
                .containsExactly(List.of("1+0"), List.of("2+2"), List.of("3+4"), List.of("4+6"));
    }

    private static final Operator2<Integer, Integer, String> PAIRS = (task, left, right, out) -> {
        while (left.hasNext() && right.hasNext()) {
            out.accept(left.next() + "+" + right.next());
        }
    };

    @Test
    void zipPairsPartitionsAndCanItselfBePulled() {
        Dataset<Integer> left = engine.parallelize(Ops.numbers(4), 2);
        Dataset<Integer> right =
                engine.parallelize(List.of(10, 11, 12, 13), 2).transform(Ops.map((Integer x) -> x * 2), true);
        Dataset<String> zipped = left.zip(right, PAIRS, false);
        assertThat(Ops.partitions(zipped)).containsExactly(List.of("0+20", "1+22"), List.of("2+24", "3+26"));
        Dataset<String> twice = zipped.zip(left, (task, a, b, out) -> out.accept(a.next() + "/" + b.next()), false);
        assertThat(Ops.records(twice)).containsExactly("0+20/0", "2+24/2");
    }

    @Test
    void zipRefusesOtherNumbersOfPartitionsAndOtherEngines() {
        Dataset<Integer> left = engine.parallelize(Ops.numbers(4), 2);
        assertThatThrownBy(() -> left.zip(engine.parallelize(Ops.numbers(4), 3), PAIRS, false))
                .hasMessageStartingWith("ACQ-0511 cannot zip 2 partitions with 3");
        try (LocalEngine other = Ops.engine("local")) {
            assertThatThrownBy(() -> left.zip(other.parallelize(Ops.numbers(4), 2), PAIRS, false))
                    .hasMessageStartingWith("ACQ-0523");
        }
    }

    @Test
    void zipKeepsThePlacementOfItsLeftSideWhenToldSo() {
        Dataset<Integer> left = engine.parallelize(Ops.numbers(4), 2).partitionBy(x -> x, Partitioner.hash(2));
        assertThat(left.zip(left, PAIRS, true).partitioner()).contains(Partitioner.hash(2));
        assertThat(left.zip(left, PAIRS, false).partitioner()).isEmpty();
    }

    @Test
    void aZipThatFailsClosesBothSidesAndItsChainOnce() {
        List<String> calls = Collections.synchronizedList(new ArrayList<>());
        AtomicInteger closed = new AtomicInteger();
        Dataset<Integer> left = engine.fromSplits(List.of(List.of(new ListSplit(List.of(1, 2), closed))));
        Dataset<Integer> right = engine.fromSplits(List.of(List.of(new ListSplit(List.of(3), closed))));
        Dataset<Integer> zipped = left.zip(
                        right,
                        (TaskContext task, Iterator<Integer> a, Iterator<Integer> b, Downstream<Integer> out) -> {
                            out.accept(a.next() + b.next());
                            throw new IllegalArgumentException("no");
                        },
                        false)
                .transform(Ops.trace(calls), true);
        assertThatThrownBy(() -> Ops.records(zipped))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no");
        assertThat(calls).containsExactly("attach", "begin", "close");
        assertThat(closed).hasValue(2);
    }

    @Test
    void aChainIsClosedOnceWhenAFunctionThrows() {
        List<String> calls = Collections.synchronizedList(new ArrayList<>());
        Dataset<Object> dataset = engine.parallelize(Ops.numbers(4), 1)
                .transform(Ops.trace(calls), true)
                .transform(
                        Ops.map((Integer x) -> {
                            throw new IllegalArgumentException("record " + x);
                        }),
                        true);
        assertThatThrownBy(() -> Ops.records(dataset)).hasMessage("record 0");
        assertThat(calls).containsExactly("attach", "begin", "close");
    }

    @Test
    void whatIsAttachedIsClosedWhenTheNextAttachThrows() {
        List<String> calls = Collections.synchronizedList(new ArrayList<>());
        Operator<Integer, Integer> broken = (task, down) -> {
            throw new IllegalStateException("cannot attach");
        };
        Dataset<Integer> dataset =
                engine.parallelize(Ops.numbers(4), 1).transform(broken, true).transform(Ops.trace(calls), true);
        assertThatThrownBy(() -> Ops.records(dataset)).hasMessage("cannot attach");
        assertThat(calls).containsExactly("attach", "close");
    }

    @Test
    void whatIsOpenIsClosedWhenAnAttachThrowsWhilePulled() {
        AtomicInteger closed = new AtomicInteger();
        Operator<Integer, Integer> broken = (task, down) -> {
            throw new IllegalStateException("cannot attach");
        };
        Dataset<Integer> left = engine.fromBlocks(List.of(List.of(new OpenBlock(closed))));
        Dataset<Integer> right = engine.<Integer>fromBlocks(List.of(List.of(new OpenBlock(closed))))
                .transform(broken, true);
        assertThatThrownBy(() -> Ops.records(left.zip(right, PAIRS, false))).hasMessage("cannot attach");
        assertThat(closed).hasValue(2);
    }

    @Test
    void theFailureOfACloseStandsBehindTheFirstOne() {
        Operator<Integer, Integer> broken = (task, down) -> new Ops.Step<>(down) {
            @Override
            public void accept(Integer record) {}

            @Override
            public void end() {
                throw new IllegalStateException("end");
            }

            @Override
            public void close() {
                throw new IllegalStateException("close");
            }
        };
        Dataset<Integer> dataset =
                engine.parallelize(List.of(1, 2), 2).coalesce(1).transform(broken, true);
        assertThatThrownBy(() -> Ops.records(dataset)).hasMessage("end").satisfies(failure -> assertThat(
                        failure.getSuppressed())
                .singleElement()
                .satisfies(second -> assertThat(second).hasMessage("close")));
    }

    @Test
    void theLastOperatorPushesExactlyOneRecord() {
        Dataset<Integer> dataset = engine.parallelize(Ops.numbers(2), 1);
        assertThatThrownBy(() -> dataset.run(Ops.map((Integer x) -> x), new int[] {0}, Ops.job()))
                .hasMessageStartingWith("ACQ-0517")
                .hasMessageContaining("pushed 2 records");
    }

    @Test
    void unwrapNamesTheTypesThatThereAre() {
        List<Integer> data = Ops.numbers(2);
        Dataset<Integer> dataset = engine.wrap(data);
        assertThat(dataset.partitionCount()).isEqualTo(2);
        assertThat((Object) dataset.unwrap(List.class)).isSameAs(data);
        assertThat((Object) dataset.unwrap(LocalDataset.class)).isSameAs(dataset);
        assertThatThrownBy(() -> dataset.unwrap(String.class))
                .hasMessageStartingWith("ACQ-0516")
                .hasMessageContaining("java.util.List");
        assertThatThrownBy(() -> engine.wrap("text"))
                .hasMessageStartingWith("ACQ-0520")
                .hasMessageContaining("java.util.List only");
        assertThatThrownBy(() -> engine.parallelize(data, 0)).hasMessageStartingWith("ACQ-0519");
    }

    record ListBlock<T>(List<T> records) implements Block<T> {
        @Override
        public int count() {
            return records.size();
        }

        @Override
        public Iterator<T> iterator() {
            return records.iterator();
        }
    }

    /** Has no records, but something to close. */
    record OpenBlock(AtomicInteger closed) implements Block<Integer> {
        @Override
        public int count() {
            return 0;
        }

        @Override
        public Iterator<Integer> iterator() {
            return new Open(closed);
        }
    }

    record Open(AtomicInteger closed) implements Iterator<Integer>, AutoCloseable {
        @Override
        public boolean hasNext() {
            return false;
        }

        @Override
        public Integer next() {
            throw new NoSuchElementException();
        }

        @Override
        public void close() {
            closed.incrementAndGet();
        }
    }

    /** Gives one record at a time. */
    record ListSplit(List<Integer> records, AtomicInteger closed) implements Split<Integer> {
        @Override
        public SplitReader<Integer> open(TaskContext task) {
            Iterator<Integer> left = records.iterator();
            return new SplitReader<>() {
                @Override
                public List<Integer> next() {
                    return left.hasNext() ? List.of(left.next()) : List.of();
                }

                @Override
                public void close() {
                    closed.incrementAndGet();
                }
            };
        }

        @Override
        public String describe() {
            return "list";
        }

        @Override
        public OptionalLong recordCount() {
            return OptionalLong.of(records.size());
        }
    }
}
