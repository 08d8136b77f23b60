/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.BatchSink;
import io.acequia.streaming.Output;
import io.acequia.streaming.data.Time;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What every {@link BatchSink} must do, so that an output is there exactly once: the rules of {@code docs/sink-contract.md}. A sink
 * passes by saying how its target is set up and read:
 *
 * <pre>{@code
 * class OrdersSinkConformanceTest extends BatchSinkConformance<String> {
 *     @TempDir
 *     Path folder;
 *
 *     @Override
 *     protected BatchSink<String> sink() {
 *         return new OrdersSink(folder.toString());
 *     }
 *
 *     @Override
 *     protected String record(String payload) {
 *         return payload;
 *     }
 *
 *     @Override
 *     protected List<String> committed() throws IOException {
 *         return OrdersSink.read(folder);
 *     }
 * }
 * }</pre>
 *
 * @param <T> type of the records
 */
@Timeout(120)
public abstract class BatchSinkConformance<T> {
    /** More than any sink should hold in one piece. */
    private static final int MANY = 2_500;

    private static final int ROUNDS = 10;
    private static final Output.Key KEY = new Output.Key(new Time(1_000), "rows", 0);

    /** For JUnit. */
    protected BatchSinkConformance() {}

    /**
     * A sink as a new run makes it: an object of its own, with the same target within a test. The target is empty when a test
     * begins.
     */
    protected abstract BatchSink<T> sink() throws Exception;

    /** The record that stands for a payload; payloads are short, and no two are the same. */
    protected abstract T record(String payload);

    /** The payloads of all rows that a reader of the target sees, those of a partition in the order of the target. */
    protected abstract List<String> committed() throws Exception;

    /** A record that the sink cannot write; null, if not said otherwise: the sink takes everything. */
    protected @Nullable T unwritable() {
        return null;
    }

    /** Ends what the sinks of this test hold, as the end of their process would: connections, locks. Nothing, if not said otherwise. */
    protected void crash() throws Exception {}

    @Test
    @DisplayName("B1 nothing is seen before the commit, and all of it after it")
    void aCommitShowsWhatWasWritten() throws Exception {
        List<String> rows = rows("one", MANY);
        try (BatchSink.Writer<T> writer = sink().open(KEY)) {
            write(writer, rows);
            assertThat(committed()).as("rows before the commit").isEmpty();
            writer.commit();
            assertThat(committed()).as("rows after the commit").containsExactlyInAnyOrderElementsOf(rows);
        }
        assertThat(committed()).as("rows after close").containsExactlyInAnyOrderElementsOf(rows);
    }

    @Test
    @DisplayName("B2 who reads during a commit sees all rows or none")
    void aReaderSeesAllOrNothing() throws Exception {
        List<String> rows = rows("whole", MANY);
        try (BatchSink.Writer<T> writer = sink().open(KEY)) {
            write(writer, rows);
            inThread(
                    () -> {
                        writer.commit();
                        return null;
                    },
                    commit -> {
                        boolean done;
                        do {
                            done = commit.isDone();
                            assertThat(committed().size())
                                    .as("rows seen during the commit")
                                    .isIn(0, MANY);
                        } while (!done);
                        commit.get();
                    });
        }
    }

    @Test
    @DisplayName("B3 an abort leaves nothing, and the next attempt writes all")
    void anAbortLeavesNothing() throws Exception {
        BatchSink<T> sink = sink();
        try (BatchSink.Writer<T> writer = sink.open(KEY)) {
            write(writer, rows("aborted", MANY));
            writer.abort();
        }
        assertThat(committed()).as("rows after an abort").isEmpty();
        writesOnce(sink(), rows("second", 5));
    }

    @Test
    @DisplayName("B4 a crash before the commit leaves nothing, and does not stand in the way of the next attempt")
    void aCrashLeavesNothing() throws Exception {
        write(sink().open(KEY), rows("crashed", MANY));
        crash();
        assertThat(committed()).as("rows after a crash").isEmpty();
        writesOnce(sink(), rows("second", 5));
    }

    @Test
    @DisplayName("B5 a writer that is closed without a commit leaves nothing")
    void closeIsNoCommit() throws Exception {
        try (BatchSink.Writer<T> writer = sink().open(KEY)) {
            write(writer, rows("closed", MANY));
        }
        assertThat(committed()).as("rows after close without commit").isEmpty();
        writesOnce(sink(), rows("second", 5));
    }

    @Test
    @DisplayName("B6 a commit whose reply was lost is repeated by the same writer without harm")
    void aWriterCommitsTwice() throws Exception {
        List<String> rows = rows("twice", 5);
        try (BatchSink.Writer<T> writer = sink().open(KEY)) {
            write(writer, rows);
            writer.commit();
            writer.commit();
        }
        assertThat(committed()).as("rows after two commits").containsExactlyInAnyOrderElementsOf(rows);
    }

    @Test
    @DisplayName("B7 a commit whose reply was lost is recognised, or replaced by its like, after a restart")
    void aRestartWritesOnce() throws Exception {
        List<String> rows = rows("restart", 5);
        BatchSink.Writer<T> writer = sink().open(KEY);
        write(writer, rows);
        writer.commit();
        crash();
        for (int restarts = 0; restarts < 3; restarts++) {
            writesOnce(sink(), rows);
        }
    }

    @Test
    @DisplayName("B8 no key counts as committed before its commit")
    void noKeyIsCommittedTooEarly() throws Exception {
        assertNotCommitted("a fresh key");
        BatchSink.Writer<T> writer = sink().open(KEY);
        write(writer, rows("early", 5));
        assertNotCommitted("a key that is being written");
        writer.abort();
        writer.close();
        assertNotCommitted("a key that was aborted");
        write(sink().open(KEY), rows("crashed", 5));
        crash();
        assertNotCommitted("a key whose writer crashed");
    }

    private void assertNotCommitted(String what) throws Exception {
        assertThat(sink().alreadyCommitted(KEY))
                .as("whether " + what + " is committed")
                .isFalse();
    }

    @Test
    @DisplayName("B9 of two attempts that race, the rows of one are there")
    void twoAttemptsRace() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            Output.Key key = new Output.Key(new Time(1_000L * (round + 1)), "race", 0);
            String prefix = "race " + round + " ";
            List<String> rows = rows(prefix, 20);
            CyclicBarrier ready = new CyclicBarrier(2);
            Callable<@Nullable Void> attempt = () -> {
                try (BatchSink.Writer<T> writer = sink().open(key)) {
                    write(writer, rows);
                    ready.await(5, TimeUnit.SECONDS);
                    commitOrAbort(writer);
                }
                return null;
            };
            inThread(attempt, first -> {
                inThread(attempt, second -> {
                    ended(first);
                    ended(second);
                });
            });
            run(sink(), key, rows);
            assertThat(committed().stream().filter(row -> row.startsWith(prefix)))
                    .as("rows after a race, and a repetition of what both may have failed to do")
                    .containsExactlyInAnyOrderElementsOf(rows);
        }
    }

    @Test
    @DisplayName("B10 an attempt that comes too late harms nothing, whether it commits or aborts")
    void aLateAttemptHarmsNothing() throws Exception {
        List<String> rows = rows("late", 5);
        BatchSink.Writer<T> aborts = lateAttempt(rows);
        BatchSink.Writer<T> commits = lateAttempt(rows);
        run(sink(), KEY, rows);
        assertThat(committed()).as("rows of the attempt in time").containsExactlyInAnyOrderElementsOf(rows);
        aborts.abort();
        aborts.close();
        assertThat(committed()).as("rows after a late abort").containsExactlyInAnyOrderElementsOf(rows);
        try (commits) {
            commitOrAbort(commits);
        }
        assertThat(committed()).as("rows after a late commit").containsExactlyInAnyOrderElementsOf(rows);
        writesOnce(sink(), rows);
    }

    private BatchSink.Writer<T> lateAttempt(List<String> rows) throws Exception {
        BatchSink.Writer<T> writer = sink().open(KEY);
        write(writer, rows);
        return writer;
    }

    /** As the runtime does. */
    private static void commitOrAbort(BatchSink.Writer<?> writer) throws Exception {
        try {
            writer.commit();
        } catch (Exception e) {
            writer.abort();
        }
    }

    @Test
    @DisplayName("B11 keys that differ in time, output or partition have nothing to do with each other")
    void keysAreIndependent() throws Exception {
        List<Output.Key> keys = List.of(
                KEY,
                new Output.Key(new Time(2_000), "rows", 0),
                new Output.Key(new Time(1_000), "Rows", 0),
                new Output.Key(new Time(1_000), "other rows/ä", 0),
                new Output.Key(new Time(1_000), "rows", 1));
        BatchSink<T> sink = sink();
        List<String> all = new ArrayList<>();
        for (Output.Key key : keys) {
            assertThat(sink().alreadyCommitted(key)).as(key + " is committed").isFalse();
            List<String> rows = rows(key + " ", 3);
            run(sink, key, rows);
            all.addAll(rows);
            assertThat(committed()).as("rows after " + key).containsExactlyInAnyOrderElementsOf(all);
        }
        try (BatchSink.Writer<T> writer = sink.open(new Output.Key(new Time(3_000), "rows", 0))) {
            write(writer, rows("aborted", 3));
            writer.abort();
        }
        assertThat(committed()).as("rows after another key was aborted").containsExactlyInAnyOrderElementsOf(all);
    }

    @Test
    @DisplayName("B12 an empty partition is committed, and repeated without harm")
    void anEmptyPartitionIsCommitted() throws Exception {
        for (int repetition = 0; repetition < 2; repetition++) {
            run(sink(), KEY, List.of());
            assertThat(committed()).as("rows of an empty partition").isEmpty();
        }
        List<String> rows = rows("beside", 3);
        run(sink(), new Output.Key(KEY.time(), KEY.output(), 1), rows);
        assertThat(committed()).as("rows of the partition beside").containsExactlyInAnyOrderElementsOf(rows);
    }

    @Test
    @DisplayName("B13 a write that fails in the middle leaves nothing, and the next attempt writes all")
    void aFailedWriteLeavesNothing() throws Exception {
        T unwritable = unwritable();
        if (unwritable != null) {
            Throwable failure = null;
            try (BatchSink.Writer<T> writer = sink().open(KEY)) {
                try {
                    write(writer, rows("before", 3));
                    writer.write(unwritable);
                    write(writer, rows("after", 3));
                    writer.commit();
                } catch (Exception e) {
                    failure = e;
                    writer.abort();
                }
            }
            assertThat(failure)
                    .as("what the sink throws for a record that it cannot write")
                    .isNotNull();
        }
        assertThat(committed()).as("rows after a failed write").isEmpty();
        assertNotCommitted("a key whose writer failed");
        writesOnce(sink(), rows("second", 5));
    }

    @Test
    @DisplayName("B14 a sink is copied through serialization, fresh or used, and the copy knows what was committed")
    void aCopyWritesTheSame() throws Exception {
        List<String> rows = rows("copied", 5);
        BatchSink<T> sink = copy(sink());
        writesOnce(sink, rows);
        writesOnce(copy(sink), rows);
    }

    @SuppressWarnings("unchecked")
    private static <S> S copy(S sink) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(sink);
        } catch (java.io.NotSerializableException e) {
            throw new AssertionError("the sink cannot be copied: " + e, e);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            return (S) in.readObject();
        }
    }

    @Test
    @DisplayName("B15 what was committed stays after a crash, in the order in which it was written")
    void whatWasCommittedStaysInOrder() throws Exception {
        List<String> rows = rows("kept", MANY);
        BatchSink.Writer<T> writer = sink().open(KEY);
        write(writer, rows);
        writer.commit();
        crash();
        assertThat(committed()).as("rows after a crash behind the commit").containsExactlyElementsOf(rows);
    }

    // ---- for all

    /** Writes the key as the runtime does, and sees the rows once, whatever was before. */
    private void writesOnce(BatchSink<T> sink, List<String> rows) throws Exception {
        run(sink, KEY, rows);
        assertThat(committed()).as("rows after the attempt").containsExactlyInAnyOrderElementsOf(rows);
    }

    /** What the runtime does with a partition. */
    private void run(BatchSink<T> sink, Output.Key key, List<String> rows) throws Exception {
        if (!sink.alreadyCommitted(key)) {
            try (BatchSink.Writer<T> writer = sink.open(key)) {
                write(writer, rows);
                writer.commit();
            }
        }
    }

    private void write(BatchSink.Writer<T> writer, List<String> rows) throws Exception {
        for (String row : rows) {
            writer.write(record(row));
        }
    }

    private static List<String> rows(String prefix, int count) {
        return IntStream.range(0, count).mapToObj(i -> prefix + "-" + i).toList();
    }

    /** What happens beside a thread. */
    private interface Beside {
        void run(Future<?> thread) throws Exception;
    }

    private static void inThread(Callable<?> work, Beside beside) throws Exception {
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try {
            beside.run(thread.submit(work));
        } finally {
            thread.shutdownNow();
        }
    }

    /** Waits; an attempt may fail when another one is faster. */
    private static void ended(Future<?> attempt) throws InterruptedException {
        try {
            attempt.get();
        } catch (java.util.concurrent.ExecutionException e) {
            assertThat(e.getCause()).as("how an attempt loses a race").isInstanceOf(Exception.class);
        }
    }
}
