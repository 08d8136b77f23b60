/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.data.Time;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RootsTest {
    private final Task task = new Task();
    private final Tail tail = new Tail();

    @Test
    void everyRecordPassesBetweenBeginAndEnd() throws Exception {
        Roots.drive(task, List.of("a", "b").iterator(), tail);
        assertThat(tail.calls).containsExactly("begin", "a", "b", "end", "close");
    }

    @Test
    void nothingIsReadThatIsNotWanted() throws Exception {
        tail.most = 1;
        Root root = new Root(List.of("a", "b").iterator());
        Roots.drive(task, root, tail);
        assertThat(tail.calls).containsExactly("begin", "a", "end", "close");
        assertThat(root.records.next()).isEqualTo("b");
        assertThat(root.closed).isTrue();
    }

    @Test
    void aFailureClosesChainAndRootWithoutAnEnd() {
        tail.breaksAt = "b";
        Root root = new Root(List.of("a", "b", "c").iterator());
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> Roots.drive(task, root, tail))
                .withMessage("at b");
        assertThat(tail.calls).containsExactly("begin", "a", "close");
        assertThat(root.closed).isTrue();
    }

    @Test
    void aCancelledTaskEndsInTheMiddle() {
        task.cancelled = true;
        Iterator<String> many =
                IntStream.range(0, 1_000_000).mapToObj(String::valueOf).iterator();
        assertThatExceptionOfType(InterruptedException.class)
                .isThrownBy(() -> Roots.drive(task, many, tail))
                .withMessage("task was cancelled");
        assertThat(tail.calls).hasSizeLessThan(10_000).endsWith("close").doesNotContain("end");
    }

    @Test
    void aRootThatCannotBeClosedSaysSo() {
        Root root = new Root(List.of("a").iterator());
        root.brokenClose = new IOException("disk gone");
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> Roots.drive(task, root, tail))
                .withMessage("ACQ-0301 closing the root failed")
                .withCause(root.brokenClose);
        assertThat(tail.calls).endsWith("end", "close");
    }

    @Test
    void anIteratorThatHoldsNothingNeedsNoClosing() {
        Roots.close(List.of("a").iterator());
        assertThat(tail.calls).isEmpty();
    }

    private static final class Tail implements Downstream<String> {
        private final List<String> calls = new ArrayList<>();
        private int most = Integer.MAX_VALUE;
        private String breaksAt = "";

        @Override
        public void begin() {
            calls.add("begin");
        }

        @Override
        public void accept(String record) throws IOException {
            if (record.equals(breaksAt)) {
                throw new IOException("at " + record);
            }
            most--;
            calls.add(record);
        }

        @Override
        public boolean wantsMore() {
            return most > 0;
        }

        @Override
        public void end() {
            calls.add("end");
        }

        @Override
        public void close() {
            calls.add("close");
        }
    }

    private static final class Root implements Iterator<String>, AutoCloseable {
        private final Iterator<String> records;
        private boolean closed;
        private IOException brokenClose;

        Root(Iterator<String> records) {
            this.records = records;
        }

        @Override
        public boolean hasNext() {
            return records.hasNext();
        }

        @Override
        public String next() {
            return records.next();
        }

        @Override
        public void close() throws IOException {
            closed = true;
            if (brokenClose != null) {
                throw brokenClose;
            }
        }

        @Override
        public String toString() {
            return "the root";
        }
    }

    private static final class Task implements TaskContext {
        private boolean cancelled;

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
            return "test";
        }

        @Override
        public boolean isCancelled() {
            return cancelled;
        }

        @Override
        public void count(String name, long n) {}
    }
}
