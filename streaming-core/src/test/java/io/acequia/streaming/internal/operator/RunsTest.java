/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.data.Time;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.engine.OperatorException;
import io.acequia.streaming.engine.Roots;
import io.acequia.streaming.engine.StorageTask;
import io.acequia.streaming.storage.Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What operators put aside, with a disk that sees everything. */
class RunsTest {
    private static final int BAD = 999;

    /** A task of little memory, and its disk. */
    private static final class Disk implements StorageTask {
        private final long memory;
        private final Set<Aside<?>> files = new HashSet<>();
        private int written;
        private int mostFiles = Integer.MAX_VALUE;
        private int open;
        private int mostOpen;
        private boolean cancelled;

        Disk(long memory) {
            this.memory = memory;
        }

        @Override
        public long operatorMemory() {
            return memory;
        }

        @Override
        public <T> Aside<T> putAside(Iterator<? extends T> records) {
            List<T> copy = new ArrayList<>();
            records.forEachRemaining(copy::add);
            if (++written > mostFiles) {
                throw new UncheckedIOException("the disk is full", new IOException());
            }
            Aside<T> file = new Aside<>() {
                @Override
                public Iterator<T> open() {
                    mostOpen = Math.max(mostOpen, ++open);
                    return new Reading<>(copy.iterator());
                }

                @Override
                public void close() {
                    files.remove(this);
                }
            };
            files.add(file);
            return file;
        }

        private final class Reading<T> implements Iterator<T>, AutoCloseable {
            private final Iterator<T> records;
            private boolean closed;

            Reading(Iterator<T> records) {
                this.records = records;
            }

            @Override
            public boolean hasNext() {
                return records.hasNext();
            }

            @Override
            public T next() {
                return records.next();
            }

            @Override
            public void close() {
                open -= closed ? 0 : 1;
                closed = true;
            }
        }

        @Override
        public Storage storage(String uri) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int partition() {
            return 0;
        }

        @Override
        public int attempt() {
            return 0;
        }

        @Override
        public Optional<Time> batchTime() {
            return Optional.empty();
        }

        @Override
        public String output() {
            return "out";
        }

        @Override
        public boolean isCancelled() {
            return cancelled;
        }

        @Override
        public void count(String name, long n) {}
    }

    private final Disk disk = new Disk(4 << 10);

    private static List<Integer> shuffled(int records) {
        List<Integer> numbers =
                new ArrayList<>(IntStream.range(0, records).boxed().toList());
        Collections.shuffle(numbers, new java.util.Random(5));
        return numbers;
    }

    private static SortOperator<Integer> sort() {
        return new SortOperator<>(Site.of("sort"), Integer::compare);
    }

    private static int unlessBad(Integer a, Integer b) {
        if (a == BAD || b == BAD) {
            throw new AssertionError("no order");
        }
        return Integer.compare(a, b);
    }

    private void nothingIsLeft() {
        assertThat(disk.open).as("open files").isZero();
        assertThat(disk.files).as("files").isEmpty();
    }

    @Test
    void aSortOfManyRunsMergesNeighboursAndLeavesNothing() throws Exception {
        Tasks.Collected<Integer> out = new Tasks.Collected<>();
        Roots.drive(disk, shuffled(5000).iterator(), sort().attach(disk, out));

        assertThat(out.records).hasSize(5000).isSorted();
        assertThat(disk.written).isGreaterThan(20);
        nothingIsLeft();
    }

    @Test
    void aCancelledTaskStopsMerging() throws Exception {
        Tasks.Collected<Integer> out = new Tasks.Collected<>() {
            @Override
            public void accept(Integer record) {
                disk.cancelled = true;
                super.accept(record);
            }
        };
        assertThatThrownBy(() -> Roots.drive(disk, shuffled(5000).iterator(), sort().attach(disk, out)))
                .isInstanceOf(InterruptedException.class);
        assertThat(out.records.size()).isLessThanOrEqualTo(1024);
        nothingIsLeft();
    }

    @Test
    void anErrorOfTheOrderLeavesNothingOpen() {
        try (Runs<Integer> runs = new Runs<>(disk, RunsTest::unlessBad)) {
            for (int run = 0; run < 20; run++) {
                runs.add(List.of(run, run == 10 ? BAD : 500).iterator(), 16);
            }
            assertThatThrownBy(() -> runs.merged(List.of(7).iterator())).isInstanceOf(AssertionError.class);
            assertThat(disk.open).isZero();
        }
        nothingIsLeft();
    }

    @Test
    void anErrorOfTheOrderAtTheFirstRecordsLeavesNothingOpen() {
        try (Runs<Integer> runs = new Runs<>(disk, RunsTest::unlessBad)) {
            runs.add(List.of(1).iterator(), 16);
            runs.add(List.of(BAD).iterator(), 16);
            assertThatThrownBy(() -> runs.merged(List.of(7).iterator())).isInstanceOf(AssertionError.class);
            assertThat(disk.open).isZero();
        }
        nothingIsLeft();
    }

    @Test
    void whatTheOrderThrowsWhileRunsAreMergedIsToldAsItsOwn() {
        disk.mostFiles = 2;
        SortOperator<Integer> bad = new SortOperator<>(Site.of("sort"), (a, b) -> {
            if (disk.written == 2) {
                throw new IllegalStateException("no order");
            }
            return Integer.compare(a, b);
        });
        assertThatThrownBy(() -> Roots.drive(disk, shuffled(400).iterator(), bad.attach(disk, new Tasks.Collected<>())))
                .isInstanceOf(OperatorException.class)
                .hasMessageContaining("sort at RunsTest.java");
        nothingIsLeft();
    }

    @Test
    void aDiskThatFailsWhileRunsAreMergedIsNotToldAsTheOrders() throws Exception {
        Roots.drive(disk, shuffled(5000).iterator(), sort().attach(disk, new Tasks.Collected<>()));
        disk.mostFiles = disk.written - 1;
        disk.written = 0;

        assertThatThrownBy(() ->
                        Roots.drive(disk, shuffled(5000).iterator(), sort().attach(disk, new Tasks.Collected<>())))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessage("the disk is full");
        nothingIsLeft();
    }

    @Test
    void valuesThatAreLargerThanWhatCameGoToDisk() throws Exception {
        List<Tuple2<Integer, Integer>> pairs = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            pairs.add(Tuple2.of(i % 100, 1));
        }
        CombineOperator<Integer, Integer, byte[]> sketch = new CombineOperator<>(
                Site.of("sketch"), one -> new byte[1024], (bytes, one) -> bytes, (bytes, more) -> bytes);
        Tasks.Collected<Tuple2<Integer, byte[]>> out = new Tasks.Collected<>();
        Roots.drive(disk, pairs.iterator(), sketch.attach(disk, out));

        assertThat(out.records).hasSize(100);
        assertThat(disk.written).isGreaterThan(10);
        nothingIsLeft();
    }

    @Test
    void largeRecordsAreMergedFewRunsAtATime() throws Exception {
        Disk roomy = new Disk(2 << 20);
        SortOperator<byte[]> sort = new SortOperator<>(Site.of("sort"), Arrays::compare);
        for (int bytes : new int[] {20 << 10, 200 << 10}) {
            List<byte[]> records = new ArrayList<>(Collections.nCopies((20 << 20) / bytes, new byte[bytes]));
            roomy.mostOpen = 0;
            records.replaceAll(byte[]::clone);
            Roots.drive(roomy, records.iterator(), sort.attach(roomy, new Tasks.Collected<>()));
            assertThat(roomy.mostOpen).isLessThan(bytes > 100 << 10 ? 5 : 20);
        }
    }

    @Test
    void recordsAreMeasuredFromTheFirstOn() throws Exception {
        List<byte[]> large = Arrays.asList(new byte[8 << 10], new byte[8 << 10], new byte[8 << 10]);
        SortOperator<byte[]> sort = new SortOperator<>(Site.of("sort"), Arrays::compare);
        Roots.drive(disk, large.iterator(), sort.attach(disk, new Tasks.Collected<>()));

        assertThat(disk.written).isEqualTo(3);
        nothingIsLeft();
    }
}
