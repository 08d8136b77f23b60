/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.engine.Downstream;
import io.acequia.streaming.engine.Operator;
import io.acequia.streaming.engine.OperatorException;
import io.acequia.streaming.function.Ordering;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class OperatorsTest {
    private static final Path OPEN_FILES = Path.of("/proc/self/fd");

    private final Site site = Site.of("test");

    // ---- one record at a time

    @Test
    void mapGivesOneRecordForEach() throws Exception {
        assertThat(Tasks.run(new MapOperator<Integer, String>(site, i -> "n" + i), 1, 2))
                .containsExactly("n1", "n2");
    }

    @Test
    void filterKeepsWhatHolds() throws Exception {
        assertThat(Tasks.run(new FilterOperator<Integer>(site, i -> i % 2 == 0), 1, 2, 3, 4))
                .containsExactly(2, 4);
    }

    @Test
    void flatMapGivesAnyNumberInOrder() throws Exception {
        FlatMapOperator<Integer, Integer> copies =
                new FlatMapOperator<>(site, n -> Collections.nCopies(n, n).iterator());
        assertThat(Tasks.run(copies, 2, 0, 3)).containsExactly(2, 2, 3, 3, 3);
    }

    @Test
    void flatMapStopsInTheMiddleOfARecordWhenNoMoreIsWanted() throws Exception {
        AtomicInteger given = new AtomicInteger();
        Operator<String, Integer> endless =
                new FlatMapOperator<String, Integer>(site, any -> endless(given)).andThen(new LimitOperator<>(3));
        assertThat(Tasks.run(endless, "a", "b")).containsExactly(1, 2, 3);
        assertThat(given).hasValue(3);
    }

    private static Iterator<Integer> endless(AtomicInteger given) {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return true;
            }

            @Override
            public Integer next() {
                return given.incrementAndGet();
            }
        };
    }

    @Test
    void pairGivesOnePairForEach() throws Exception {
        assertThat(Tasks.run(new PairOperator<Integer, Integer, String>(site, i -> Tuple2.of(i, "v")), 1))
                .containsExactly(Tuple2.of(1, "v"));
    }

    // ---- a partition as a whole

    @Test
    void limitGivesTheFirstOnesAndAsksForNoMore() throws Exception {
        assertThat(Tasks.run(new LimitOperator<Integer>(2), 1, 2, 3)).containsExactly(1, 2);
        assertThat(Tasks.run(new LimitOperator<Integer>(0), 1)).isEmpty();
        assertThat(Tasks.run(new LimitOperator<Integer>(5), 1)).containsExactly(1);
        Downstream<Integer> limit = new LimitOperator<Integer>(1).attach(new Tasks.Task(0), new Tasks.Collected<>());
        assertThat(limit.wantsMore()).isTrue();
        limit.accept(1);
        assertThat(limit.wantsMore()).isFalse();
    }

    @Test
    void limitPassesOnThatNoMoreIsWanted() throws Exception {
        Tasks.Collected<Integer> full = new Tasks.Collected<>();
        full.most = 0;
        assertThat(new LimitOperator<Integer>(5).attach(new Tasks.Task(0), full).wantsMore())
                .isFalse();
    }

    @Test
    void countAndListSeeEmptyPartitionsToo() throws Exception {
        assertThat(Tasks.run(new CountOperator<String>(), "a", "b")).containsExactly(2L);
        assertThat(Tasks.run(new CountOperator<String>())).containsExactly(0L);
        assertThat(Tasks.run(new ListOperator<String>(), "a", "b")).containsExactly(List.of("a", "b"));
        assertThat(Tasks.run(new ListOperator<String>())).containsExactly(List.of());
    }

    @Test
    void foldGivesItsZeroForAnEmptyPartitionAndReduceNothing() throws Exception {
        assertThat(Tasks.run(new FoldOperator<Integer, Integer>(site, () -> 10, Integer::sum), 1, 2))
                .containsExactly(13);
        assertThat(Tasks.run(new FoldOperator<Integer, Integer>(site, () -> 10, Integer::sum)))
                .containsExactly(10);
        assertThat(Tasks.run(new ReduceOperator<Integer>(site, Integer::sum), 1, 2, 3))
                .containsExactly(6);
        assertThat(Tasks.run(new ReduceOperator<Integer>(site, Integer::sum))).isEmpty();
    }

    @Test
    void sortIsStable() throws Exception {
        SortOperator<String> byLength = new SortOperator<>(site, Ordering.by(String::length));
        assertThat(Tasks.run(byLength, "bb", "a", "aa", "b")).containsExactly("a", "b", "bb", "aa");
    }

    @Test
    void orderedGivesTheLeastOfEachPartition() throws Exception {
        OrderedOperator<Integer> two = new OrderedOperator<Integer>(site, 2, Ordering.natural());
        assertThat(Tasks.run(two, 5, 1, 4, 1, 3)).containsExactly(List.of(1, 1));
        assertThat(Tasks.run(two, 5)).containsExactly(List.of(5));
        assertThat(Tasks.run(new OrderedOperator<Integer>(site, 0, Ordering.natural()), 5, 1))
                .containsExactly(List.of());
    }

    @Test
    void spreadBeginsAtAnotherTargetInEachPartition() throws Exception {
        assertThat(Tasks.run(new Tasks.Task(0), new SpreadOperator<String>(2), "a", "b", "c"))
                .containsExactly(Tuple2.of(0, "a"), Tuple2.of(1, "b"), Tuple2.of(0, "c"));
        assertThat(Tasks.run(new Tasks.Task(3), new SpreadOperator<String>(2), "a"))
                .containsExactly(Tuple2.of(1, "a"));
    }

    @Test
    void replicateGivesEachRecordToARowOrAColumnOfCells() throws Exception {
        assertThat(Tasks.run(new Tasks.Task(1), new ReplicateOperator<String>(3, 1, 3), "a"))
                .containsExactly(Tuple2.of(3, "a"), Tuple2.of(4, "a"), Tuple2.of(5, "a"));
        assertThat(Tasks.run(new Tasks.Task(2), new ReplicateOperator<String>(1, 3, 2), "a"))
                .containsExactly(Tuple2.of(2, "a"), Tuple2.of(5, "a"));
    }

    @Test
    void aSampleIsTheSameForTheSameSeedAndPartition() throws Exception {
        Integer[] numbers = new Integer[1000];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = i;
        }
        List<Integer> once = Tasks.run(new SampleOperator<>(false, 0.3, 7), numbers);
        assertThat(Tasks.run(new SampleOperator<>(false, 0.3, 7), numbers)).isEqualTo(once);
        assertThat(once).hasSizeBetween(200, 400).doesNotHaveDuplicates().isSorted();
        assertThat(Tasks.run(new SampleOperator<>(false, 0.3, 8), numbers)).isNotEqualTo(once);
        assertThat(Tasks.run(new Tasks.Task(1), new SampleOperator<>(false, 0.3, 7), numbers))
                .isNotEqualTo(once);
        assertThat(Tasks.run(new SampleOperator<>(false, 0, 7), numbers)).isEmpty();
        assertThat(Tasks.run(new SampleOperator<>(false, 1, 7), numbers)).containsExactly(numbers);
        assertThat(Tasks.run(new SampleOperator<>(true, 2, 7), numbers)).hasSizeBetween(1800, 2200);
        assertThat(Tasks.run(new SampleOperator<>(true, 0, 7), numbers)).isEmpty();
    }

    // ---- keys

    @Test
    void combineKeepsTheOrderInWhichKeysCame() throws Exception {
        CombineOperator<String, Integer, Integer> sum = new CombineOperator<>(site, null, Integer::sum, null);
        assertThat(Tasks.run(sum, Tuple2.of("b", 1), Tuple2.of("a", 2), Tuple2.of("b", 3), Tuple2.of(null, 4)))
                .containsExactly(Tuple2.of("b", 4), Tuple2.of("a", 2), Tuple2.of(null, 4));
    }

    @Test
    void combineMakesTheFirstValueOfAKey() throws Exception {
        CombineOperator<String, Integer, String> text =
                new CombineOperator<>(site, i -> "=" + i, (s, i) -> s + "+" + i, null);
        assertThat(Tasks.run(text, Tuple2.of("a", 1), Tuple2.of("a", 2))).containsExactly(Tuple2.of("a", "=1+2"));
    }

    @Test
    void combineTakesAllEvenWhenLittleIsWanted() throws Exception {
        Operator<Tuple2<String, Integer>, Tuple2<String, Integer>> first = new CombineOperator<
                        String, Integer, Integer>(site, null, Integer::sum, null)
                .andThen(new LimitOperator<>(1));
        assertThat(Tasks.run(first, Tuple2.of("a", 1), Tuple2.of("b", 1), Tuple2.of("a", 1)))
                .containsExactly(Tuple2.of("a", 2));
    }

    @Test
    void combiningToNullIsRefusedWithTheKey() {
        CombineOperator<String, Integer, Integer> none = new CombineOperator<>(site, null, (a, b) -> null, null);
        assertThatExceptionOfType(OperatorException.class)
                .isThrownBy(() -> Tasks.run(none, Tuple2.of("k", 1), Tuple2.of("k", 2)))
                .havingCause()
                .isInstanceOf(NullPointerException.class)
                .withMessage("ACQ-0702 combining gave null for key k: return a value, such as an Optional");
        assertThatThrownBy(() -> Tasks.run(none, Tuple2.of("k", (Integer) null)))
                .hasMessageContaining("ACQ-0702");
    }

    @Test
    void cogroupGathersBothSidesOfEachKey() throws Exception {
        Tasks.Collected<Tuple2<String, Tuple2<Iterable<Integer>, Iterable<String>>>> out = new Tasks.Collected<>();
        new CogroupOperator<String, Integer, String>(site)
                .apply(
                        new Tasks.Task(0),
                        List.of(Tuple2.of("b", 1), Tuple2.of("a", 2), Tuple2.of("b", 3))
                                .iterator(),
                        List.of(Tuple2.of("c", "x"), Tuple2.of("b", "y")).iterator(),
                        out);
        assertThat(out.records)
                .containsExactly(
                        Tuple2.of("b", Tuple2.of(List.of(1, 3), List.of("y"))),
                        Tuple2.of("a", Tuple2.of(List.of(2), List.of())),
                        Tuple2.of("c", Tuple2.of(List.of(), List.of("x"))));
    }

    @Test
    void cogroupGivesNoMoreThanIsWanted() throws Exception {
        Tasks.Collected<Tuple2<String, Tuple2<Iterable<Integer>, Iterable<Integer>>>> out = new Tasks.Collected<>();
        out.most = 1;
        List<Tuple2<String, Integer>> side = List.of(Tuple2.of("a", 1), Tuple2.of(null, 2));
        new CogroupOperator<String, Integer, Integer>(site)
                .apply(new Tasks.Task(0), side.iterator(), side.iterator(), out);
        assertThat(out.records).containsExactly(Tuple2.of("a", Tuple2.of(List.of(1), List.of(1))));
    }

    @Test
    void aPartitionFunctionPullsBothSidesAndIsReadNoFurtherThanWanted() throws Exception {
        Tasks.Collected<String> out = new Tasks.Collected<>();
        out.most = 2;
        new PartitionOperator<Integer, Integer, String>(site, (index, left, right) -> {
                    List<String> all = new ArrayList<>();
                    left.forEachRemaining(i -> all.add(index + "l" + i));
                    right.forEachRemaining(i -> all.add(index + "r" + i));
                    return all.iterator();
                })
                .apply(new Tasks.Task(5), List.of(1).iterator(), List.of(2, 3).iterator(), out);
        assertThat(out.records).containsExactly("5l1", "5r2");
    }

    @Test
    void rangesHoldWhatIsUpToTheirBound() {
        RangePartitioner<Integer> ranges = new RangePartitioner<Integer>(List.of(10, 20), Ordering.natural());
        assertThat(ranges.numPartitions()).isEqualTo(3);
        assertThat(List.of(-5, 10, 11, 20, 21, 99)).map(ranges::getPartition).containsExactly(0, 0, 1, 1, 2, 2);
        assertThat(new RangePartitioner<Integer>(List.of(), Ordering.natural()).getPartition(7))
                .isZero();
    }

    // ---- failures

    @Test
    void whatAFunctionThrowsNamesOperatorPlaceAndPartition() {
        RuntimeException broken = new IllegalStateException("broken");
        List<Operator<Integer, ?>> operators = List.of(
                new MapOperator<Integer, Integer>(site, i -> {
                    throw broken;
                }),
                new FilterOperator<Integer>(site, i -> {
                    throw broken;
                }),
                new FlatMapOperator<Integer, Integer>(site, i -> {
                    throw broken;
                }),
                new PairOperator<Integer, Integer, Integer>(site, i -> {
                    throw broken;
                }),
                new FoldOperator<Integer, Integer>(site, () -> 0, (a, b) -> {
                    throw broken;
                }),
                new FoldOperator<Integer, Integer>(
                        site,
                        () -> {
                            throw broken;
                        },
                        Integer::sum),
                new ReduceOperator<Integer>(site, (a, b) -> {
                    throw broken;
                }),
                new SortOperator<Integer>(site, (a, b) -> {
                    throw broken;
                }),
                new OrderedOperator<Integer>(site, 1, (a, b) -> {
                    throw broken;
                }));
        assertThat(operators).allSatisfy(operator -> assertThatExceptionOfType(OperatorException.class)
                .isThrownBy(() -> Tasks.run(new Tasks.Task(3), operator, 1, 2))
                .withMessage("function of test at " + site.callSite()
                        + " threw in partition 3: java.lang.IllegalStateException: broken")
                .withCause(broken)
                .satisfies(e -> assertThat(e.operator() + e.callSite() + e.partition())
                        .isEqualTo("test" + site.callSite() + "3")));
    }

    @Test
    void anErrorOfTheMachineIsNotWrapped() {
        MapOperator<Integer, Integer> full = new MapOperator<>(site, i -> {
            throw new OutOfMemoryError("full");
        });
        assertThatExceptionOfType(OutOfMemoryError.class).isThrownBy(() -> Tasks.run(full, 1));
    }

    // ---- text files

    @Test
    void aPartitionBecomesAFileOfLines(@TempDir Path directory) throws Exception {
        TextFileOperator<Object> files = new TextFileOperator<>(directory.toString(), false);
        assertThat(Tasks.run(new Tasks.Task(7), files, "a", 1, null)).containsExactly(3L);
        assertThat(directory.resolve("part-00007")).content().isEqualTo("a\n1\nnull\n");
        assertThat(Tasks.run(new Tasks.Task(8), files)).containsExactly(0L);
        assertThat(directory.resolve("part-00008")).isEmptyFile();
    }

    /** Half a surrogate pair has no UTF-8 form; the file's encoder meets it when the buffer is flushed. */
    @Test
    void aTextFileThatCannotBeClosedSaysSo(@TempDir Path directory) throws Exception {
        Tasks.Collected<Long> out = new Tasks.Collected<>();
        Downstream<String> file =
                new TextFileOperator<String>(directory.toString(), false).attach(new Tasks.Task(0), out);
        file.begin();
        file.accept("a\uD800");
        assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(file::close)
                .withMessage("ACQ-0704 closing " + directory.resolve("part-00000") + " failed");
        assertThat(out.closed).isEqualTo(1);
    }

    // ---- files

    /** Linux has a device that is always full, and lists what is open. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void aFullDiskLeavesNoFileOpen(@TempDir Path directory) throws Exception {
        Path full = Path.of("/dev/full");
        Files.createSymbolicLink(directory.resolve("part-00000.gz"), full);

        TextFileOperator<String> lines = new TextFileOperator<>(directory.toString(), true);
        assertThatThrownBy(() -> Tasks.run(lines, "line")).isInstanceOf(IOException.class);
        try (Stream<Path> open = Files.list(OPEN_FILES)) {
            assertThat(open.filter(each -> leadsTo(each, full))).isEmpty();
        }
    }

    private static boolean leadsTo(Path link, Path file) {
        try {
            return Files.readSymbolicLink(link).equals(file);
        } catch (IOException e) {
            return false; // closed in the meantime
        }
    }
}
