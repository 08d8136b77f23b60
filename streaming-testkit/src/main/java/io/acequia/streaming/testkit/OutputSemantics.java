/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.BatchContext;
import io.acequia.streaming.BatchFailedException;
import io.acequia.streaming.BatchSink;
import io.acequia.streaming.DStream;
import io.acequia.streaming.DStreamLike;
import io.acequia.streaming.Output;
import io.acequia.streaming.RDD;
import io.acequia.streaming.StreamingConf.FailurePolicy;
import io.acequia.streaming.StreamingException;
import io.acequia.streaming.data.Accumulator;
import io.acequia.streaming.data.Durations;
import io.acequia.streaming.data.Time;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What output operations do with a batch: the second part of section 2 of the semantics. An engine passes by a subclass that
 * gives its settings.
 *
 * <p>What tasks do is looked at from outside: in files below a temporary directory, and in accumulators, which count a task
 * once. Both work for any engine on this machine. Functions of tasks capture nothing of the suite, because they travel.
 *
 * <p>A failure that comes once and never again is the marker file of {@link #failOnce}: it is there from the first call on,
 * whichever task makes it. With the policy {@code retry} the batch then goes through the same output a second time, which is
 * what a replay is. {@link FolderSink} is the smallest sink that is exactly once: the file of a key is moved to its name on
 * commit, and that it is there says that the key was committed.
 *
 * <p>Printing is looked at in {@code System.out}, which the suite replaces for the time of one test: tests of this class must
 * not run beside each other.
 */
@Timeout(60)
public abstract class OutputSemantics extends OperationSemantics {
    private final PrintStream terminal = System.out;
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

    @BeforeEach
    void captureStandardOutput() {
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void releaseStandardOutput() {
        System.setOut(terminal);
    }

    // ---- print

    @Test
    @DisplayName("S2.11 print writes the time, the first 10 elements, dots when there are more, and a blank line")
    void printsTheFirstTen() {
        List<Integer> twelve = IntStream.rangeClosed(1, 12).boxed().toList();
        Time time = print(DStreamLike::print, twelve);

        List<String> lines = lines();
        assertThat(lines.get(lines.indexOf("Time: " + time) + 2)).isEqualTo("1");
        assertThat(lines)
                .containsSubsequence("Time: " + time, "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "...", "");
        assertThat(lines).doesNotContain("11", "12");
        assertThat(lines.get(lines.size() - 1)).isEmpty();
    }

    @Test
    @DisplayName("S2.11 print writes no dots when that was all")
    void printsNoDotsForTheLast() {
        Time time =
                print(DStreamLike::print, IntStream.rangeClosed(1, 10).boxed().toList());

        assertThat(lines()).containsSubsequence("Time: " + time, "1", "10", "").doesNotContain("...");
    }

    @Test
    @DisplayName("S2.11 print of an empty batch writes the time and a blank line")
    void printsTheTimeOfAnEmptyBatch() {
        Time time = print(DStreamLike::print, List.of());

        assertThat(lines()).containsSubsequence("Time: " + time, "").doesNotContain("...");
    }

    @Test
    @DisplayName("S2.11 print(n) writes the first n, over the partitions")
    void printsTheFirstN() {
        Time time = print(stream -> stream.print(3), List.of(1, 2, 3, 4));

        assertThat(lines())
                .containsSubsequence("Time: " + time, "1", "2", "3", "...", "")
                .doesNotContain("4");
    }

    @Test
    @DisplayName("S2.11 print(n) of less than one element is refused where it is written")
    void printOfNothingIsRefused() {
        try (TestStreams t = program(s -> s.input("in"))) {
            DStream<Integer> stream = t.input("other");

            assertThatThrownBy(() -> stream.print(0))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("ACQ-0923");
        }
    }

    @Test
    @DisplayName("S2.11 each batch is printed under its own time, in order")
    void printsEachBatch() {
        try (TestStreams t = program(
                s -> s.<String>input("in").mapToPair(word -> pair(word, 1)).print())) {
            Time start = now(t);
            t.add("in", "a").add("in", "b").advance(2);

            assertThat(lines())
                    .containsSubsequence(
                            "Time: " + start.plus(SECOND),
                            "(a,1)",
                            "",
                            "Time: " + start.plus(Durations.seconds(2)),
                            "(b,1)",
                            "");
        }
    }

    private Time print(Consumer<DStream<Integer>> print, List<Integer> batch) {
        try (TestStreams t = program(s -> print.accept(s.input("in")))) {
            t.add("in", batch.toArray()).advance(1);
            return now(t);
        }
    }

    private List<String> lines() {
        return printed.toString(StandardCharsets.UTF_8).lines().toList();
    }

    // ---- text files

    @Test
    @DisplayName("S2.12 saveAsTextFiles writes a directory for each batch, with a part for each partition and _SUCCESS")
    void savesADirectoryPerBatch(@TempDir Path dir) throws IOException {
        try (TestStreams t = program(s -> s.<Integer>input("in").saveAsTextFiles(dir.resolve("out/n") + "", "txt"))) {
            Time start = now(t);
            t.add("in", 1, 2, 3).add("in").advance(2);

            Path first = dir.resolve("out/n-" + start.plus(SECOND).milliseconds() + ".txt");
            Path second =
                    dir.resolve("out/n-" + start.plus(Durations.seconds(2)).milliseconds() + ".txt");
            assertThat(names(dir.resolve("out"))).containsExactly(first.getFileName() + "", second.getFileName() + "");
            assertThat(names(first)).containsExactly("_SUCCESS", "part-00000", "part-00001");
            assertThat(Files.readAllLines(first.resolve("part-00000"))).containsExactly("1", "2");
            assertThat(Files.readAllLines(first.resolve("part-00001"))).containsExactly("3");
            assertThat(names(second)).containsExactly("_SUCCESS", "part-00000", "part-00001");
            assertThat(text(second)).isEmpty();
        }
    }

    @Test
    @DisplayName("S2.12 without a suffix the directory ends with the time")
    void savesWithoutSuffix(@TempDir Path dir) throws IOException {
        try (TestStreams t = program(s -> {
            s.<String>input("in").saveAsTextFiles(dir.resolve("plain") + "");
            s.<String>input("other").saveAsTextFiles(dir.resolve("empty") + "", "");
        })) {
            t.add("in", "ä").add("other", "b").advance(1);

            long time = now(t).milliseconds();
            assertThat(names(dir)).containsExactly("empty-" + time, "plain-" + time);
            assertThat(text(dir.resolve("plain-" + time))).containsExactly("ä");
        }
    }

    @Test
    @DisplayName("S2.13 text files that are written again replace those that were there")
    void textFilesReplaceThoseOfTheSameName(@TempDir Path dir) throws IOException {
        Path out = dir.resolve("out");
        try (BatchContext batch = new BatchContext(conf())) {
            batch.parallelize(List.of("old", "older", "oldest"), 3).saveAsTextFile(out + "");
            batch.parallelize(List.of("new"), 1).saveAsTextFile(out + "");
        }

        assertThat(names(out)).containsExactly("_SUCCESS", "part-00000");
        assertThat(text(out)).containsExactly("new");
        assertThat(names(dir)).containsExactly("out");
    }

    @Test
    @DisplayName("S2.13 text files that fail half-way leave what was there, and nothing else")
    void textFilesAreNeverHalfWritten(@TempDir Path dir) throws IOException {
        Path out = dir.resolve("out");
        try (BatchContext batch = new BatchContext(conf())) {
            batch.parallelize(List.of("old"), 1).saveAsTextFile(out + "");
            RDD<String> broken = batch.parallelize(List.of(1, 2, 3, 0), 2).map(n -> "" + 6 / n);

            assertThatThrownBy(() -> broken.saveAsTextFile(out + "")).isInstanceOf(StreamingException.class);
            assertThatThrownBy(() -> broken.saveAsTextFile(dir.resolve("fresh") + ""))
                    .isInstanceOf(StreamingException.class);
        }

        assertThat(text(out)).containsExactly("old");
        assertThat(names(dir)).containsExactly("out");
    }

    @Test
    @DisplayName("S2.13 a batch that is repeated replaces its own text files")
    void aRepeatedBatchReplacesItsOutput(@TempDir Path dir) throws IOException {
        String marker = dir.resolve("failed") + "";
        Path out = dir.resolve("out");
        try (TestStreams t = program(s -> {
            DStream<Integer> in = s.input("in");
            in.foreachRDD((rdd, time) -> rdd.saveAsTextFile(out.resolve("by-hand-" + time.milliseconds()) + ""));
            in.foreachRDD((rdd, time) -> rdd.saveAsTextFile(out.resolve("by-hand-" + time.milliseconds()) + ""));
            in.map(n -> n == 4 ? failOnce(marker, n) : n)
                    .saveAsTextFiles(out.resolve("retried") + "")
                    .onError(FailurePolicy.retry(1, Duration.ZERO, FailurePolicy.Kind.STOP));
        })) {
            t.add("in", 1, 2, 3, 4).advance(1);

            long time = now(t).milliseconds();
            assertThat(Path.of(marker)).exists();
            assertThat(names(out)).containsExactly("by-hand-" + time, "retried-" + time);
            assertThat(text(out.resolve("by-hand-" + time))).containsExactly("1", "2", "3", "4");
            assertThat(text(out.resolve("retried-" + time))).containsExactly("1", "2", "3", "4");
        }
    }

    @Test
    @DisplayName("S2.14 saveAsTextFiles is there on every kind of stream")
    void everyStreamCanBeSaved(@TempDir Path dir) throws IOException {
        try (TestStreams t = program(s -> {
            DStream<String> in = s.input("in");
            in.mapToPair(word -> pair(word, 1)).saveAsTextFiles(dir.resolve("pairs") + "", "");
            in.count().saveAsTextFiles(dir.resolve("count") + "", "");
            in.mapToPair(word -> pair(word, 1)).groupByKey(1).saveAsTextFiles(dir.resolve("groups") + "", "");
        })) {
            t.add("in", "a", "a").advance(1);

            long time = now(t).milliseconds();
            assertThat(text(dir.resolve("pairs-" + time))).containsExactly("(a,1)", "(a,1)");
            assertThat(text(dir.resolve("count-" + time))).containsExactly("2");
            assertThat(text(dir.resolve("groups-" + time))).containsExactly("(a,[1, 1])");
        }
    }

    @Test
    @DisplayName("S2.14 numFiles and coalesce bound the number of files and keep the lines")
    void fewerFilesOnRequest(@TempDir Path dir) throws IOException {
        try (TestStreams t = program(s -> {
            DStream<Integer> in = s.<Integer>input("in").repartition(8);
            in.saveAsTextFiles(dir.resolve("three") + "", "", 3);
            in.saveAsTextFiles(dir.resolve("twenty") + "", "", 20);
            in.transform(rdd -> rdd.coalesce(2)).saveAsTextFiles(dir.resolve("two") + "");
            assertThatThrownBy(() -> in.saveAsTextFiles("none", "", 0)).isInstanceOf(IllegalArgumentException.class);
        })) {
            t.add("in", IntStream.range(0, 100).boxed().toArray()).advance(1);

            long time = now(t).milliseconds();
            List<String> all = IntStream.range(0, 100).mapToObj(String::valueOf).toList();
            assertThat(names(dir.resolve("three-" + time)))
                    .containsExactly("_SUCCESS", "part-00000", "part-00001", "part-00002");
            assertThat(names(dir.resolve("twenty-" + time))).hasSize(9);
            assertThat(names(dir.resolve("two-" + time))).hasSize(3);
            for (String name : List.of("three-", "twenty-", "two-")) {
                assertThat(text(dir.resolve(name + time))).containsExactlyInAnyOrderElementsOf(all);
            }
        }
    }

    @Test
    @DisplayName("S2.15 saveAsObjectFiles names the artifact that it needs")
    void objectFilesNeedAnArtifact() {
        try (TestStreams t = program(s -> s.input("in"))) {
            DStream<Integer> plain = t.input("plain");

            for (DStreamLike<?, ?, ?> stream : List.of(plain, plain.mapToPair(n -> pair(n, n)))) {
                assertThatThrownBy(() -> stream.saveAsObjectFiles("objects", "bin"))
                        .isInstanceOf(StreamingException.class)
                        .hasMessageContaining("ACQ-0924")
                        .hasMessageContaining("io.acequia:streaming-hadoop");
            }
        }
    }

    // ---- order and laziness

    @Test
    @DisplayName("S2.17 outputs run one at a time in the order of their definition, batches in time order")
    void outputsRunInOrder() {
        List<String> log = Collections.synchronizedList(new ArrayList<>());
        AtomicInteger running = new AtomicInteger();
        try (TestStreams t = program(s -> {
            DStream<Integer> in = s.input("in");
            DStream<Integer> late = in.map(n -> -n);
            for (String name : List.of("first", "second", "third")) {
                DStream<Integer> stream = name.equals("second") ? late : in;
                stream.foreachRDD((rdd, time) -> {
                    log.add(name + " begins at " + time + ", " + running.incrementAndGet() + " at once");
                    rdd.count();
                    running.decrementAndGet();
                    log.add(name + " ends");
                });
            }
        })) {
            t.advance(1);
            Time start = now(t).minus(SECOND);
            t.clock().advance(SECOND);
            t.advance(1);

            List<String> expected = new ArrayList<>();
            for (int batch = 1; batch <= 3; batch++) {
                for (String name : List.of("first", "second", "third")) {
                    expected.add(name + " begins at " + start.plus(Durations.seconds(batch)) + ", 1 at once");
                    expected.add(name + " ends");
                }
            }
            assertThat(log).containsExactlyElementsOf(expected);
        }
    }

    @Test
    @DisplayName("S2.18 nothing is computed before an output asks, and nothing that none asks for")
    void everythingIsLazy() {
        try (TestStreams t = program(s -> {
            Accumulator<Long> computed = s.context().batchContext().longAccumulator("computed");
            Accumulator<Long> unasked = s.context().batchContext().longAccumulator("unasked");
            DStream<Integer> in = s.input("in");
            DStream<Integer> asked = counted(in, computed);
            counted(in, unasked).transform((RDD<Integer> rdd) -> {
                throw new IllegalStateException("nobody asked for this stream");
            });
            counted(asked, unasked).foreachRDD(rdd -> {
                rdd.map(n -> n + 1).filter(n -> n > 0); // asks for nothing
            });
            asked.foreachRDD(rdd -> {
                assertThat(computed.value()).isLessThanOrEqualTo(2);
                rdd.count();
            });
            s.collect("computed", in.transform((rdd, time) -> rdd.context().parallelize(List.of(computed.value()), 1)));
            s.collect("unasked", in.transform((rdd, time) -> rdd.context().parallelize(List.of(unasked.value()), 1)));
            assertThat(computed.value()).isZero();
        })) {
            t.add("in", 1, 2).add("in", 3).advance(2);

            assertThat(t.batches("computed")).containsExactly(List.of(2L), List.of(3L));
            assertThat(t.batches("unasked")).containsExactly(List.of(0L), List.of(0L));
        }
    }

    private static DStream<Integer> counted(DStream<Integer> stream, Accumulator<Long> calls) {
        return stream.map(n -> {
            calls.add(1L);
            return n;
        });
    }

    // ---- foreachRDD

    @Test
    @DisplayName("S2.19 foreachRDD gives the RDD of each batch, and its time when asked, on the driver")
    void foreachRddGivesRddAndTime() {
        List<String> seen = Collections.synchronizedList(new ArrayList<>());
        try (TestStreams t = program(s -> {
            DStream<Integer> in = s.input("in");
            in.foreachRDD(rdd -> {
                seen.add("" + rdd.collect());
            });
            in.mapToPair(n -> pair(n, n)).foreachRDD((rdd, time) -> seen.add(time + ": " + rdd.collectAsMap()));
        })) {
            t.add("in", 1, 2).advance(1);

            assertThat(seen).containsExactly("[1, 2]", now(t) + ": {1=1, 2=2}");
        }
    }

    @Test
    @DisplayName("S2.19 a connection made in the task serves a whole partition")
    void aConnectionPerPartition() {
        try (TestStreams t = program(s -> {
            Accumulator<Long> connections = s.context().batchContext().longAccumulator("connections");
            Accumulator<List<Integer>> sent = lists(s, "sent");
            s.<Integer>input("in")
                    .foreachRDD(rdd -> rdd.foreachPartition(rows -> {
                        connections.add(1L);
                        rows.forEachRemaining(row -> sent.add(List.of(row)));
                    }));
            s.collect("connections", s.<Integer>input("tick").transform(rdd -> rdd.context()
                    .parallelize(List.of(connections.value()), 1)));
            s.collect("sent", s.<Integer>input("tock").transform(rdd -> rdd.context()
                    .parallelize(sent.value(), 1)));
        })) {
            t.add("in", 1, 2, 3, 4, 5).advance(1);

            assertThat(t.last("connections")).containsExactly(2L);
            assertThat(t.<Integer>last("sent")).containsExactlyInAnyOrder(1, 2, 3, 4, 5);
        }
    }

    @Test
    @DisplayName("S2.19 a connection made on the driver cannot be used in a task, and the message says where it is")
    void aConnectionOfTheDriverIsRefused() {
        Object connection = new Object();
        try (TestStreams t = program(s -> s.<Integer>input("in")
                .foreachRDD(rdd -> rdd.foreach(row -> {
                    assertThat(connection).isNotNull();
                })))) {
            t.add("in", 1);

            assertThatThrownBy(() -> t.advance(1))
                    .isInstanceOf(BatchFailedException.class)
                    .hasStackTraceContaining("ACQ-0706")
                    .hasStackTraceContaining("java.lang.Object");
        }
    }

    @Test
    @DisplayName("S2.19 pooled connections are used again, by the next partition and by the next batch")
    void connectionsArePooled() {
        Pool.clear();
        try (TestStreams t = program(s -> s.<Integer>input("in")
                .foreachRDD(rdd -> rdd.foreachPartition(rows -> {
                    StringBuilder connection = Pool.take();
                    rows.forEachRemaining(row -> connection.append(row).append(' '));
                    Pool.giveBack(connection);
                })))) {
            for (int i = 0; i < 5; i++) {
                t.add("in", 2 * i, 2 * i + 1);
            }
            t.advance(5);
        }

        assertThat(Pool.made()).isBetween(1, 2);
        assertThat(Pool.sent().split(" ")).containsExactlyInAnyOrder("0", "1", "2", "3", "4", "5", "6", "7", "8", "9");
    }

    /** A pool for each JVM that runs tasks, made when it is first used. */
    private static final class Pool {
        private static final ConcurrentLinkedDeque<StringBuilder> IDLE = new ConcurrentLinkedDeque<>();
        private static final AtomicInteger MADE = new AtomicInteger();

        static void clear() {
            IDLE.clear();
            MADE.set(0);
        }

        static StringBuilder take() {
            StringBuilder idle = IDLE.poll();
            if (idle != null) {
                return idle;
            }
            MADE.incrementAndGet();
            return new StringBuilder();
        }

        static void giveBack(StringBuilder connection) {
            IDLE.push(connection);
        }

        static int made() {
            return MADE.get();
        }

        static String sent() {
            return String.join("", IDLE);
        }
    }

    @Test
    @DisplayName("S2.19 foreachPartition hands out a key of batch, uid and partition")
    void keysNameBatchOutputAndPartition() {
        try (TestStreams t = program(s -> {
            Accumulator<List<Output.Key>> keys = lists(s, "keys");
            s.<Integer>input("in").foreachPartition("orders", (key, rows) -> keys.add(List.of(key)));
            s.collect("keys", s.<Integer>input("tick").transform(rdd -> rdd.context()
                    .parallelize(keys.value(), 1)));
        })) {
            t.add("in", 1, 2).add("in").advance(2);

            Time second = now(t);
            Time first = second.minus(SECOND);
            assertThat(t.<Output.Key>last("keys"))
                    .containsExactlyInAnyOrder(
                            new Output.Key(first, "orders", 0),
                            new Output.Key(first, "orders", 1),
                            new Output.Key(second, "orders", 0),
                            new Output.Key(second, "orders", 1));
        }
    }

    @Test
    @DisplayName(
            "S2.19 a transaction with the batch's key happens once, also when its reply is lost and the batch repeated")
    void aTransactionWithTheKeyHappensOnce(@TempDir Path dir) throws IOException {
        String database = Files.createDirectory(dir.resolve("database")) + "";
        String marker = dir.resolve("failed") + "";
        try (TestStreams t = program(s -> s.<Integer>input("in")
                .foreachPartition("orders", (key, rows) -> {
                    FolderSink<Integer> sink = new FolderSink<>(database);
                    if (!sink.alreadyCommitted(key)) {
                        try (BatchSink.Writer<Integer> transaction = sink.open(key)) {
                            while (rows.hasNext()) {
                                transaction.write(rows.next());
                            }
                            transaction.commit();
                        }
                    }
                    failOnce(marker, 0);
                })
                .onError(FailurePolicy.retry(1, Duration.ZERO, FailurePolicy.Kind.STOP)))) {
            t.add("in", 1, 2, 3, 4).advance(1);

            String time = now(t).milliseconds() + "";
            assertThat(Path.of(marker)).exists();
            assertThat(names(Path.of(database)))
                    .containsExactly(
                            time + "-orders-0",
                            time + "-orders-0.closed",
                            time + "-orders-1",
                            time + "-orders-1.closed");
            assertThat(Files.readAllLines(Path.of(database, time + "-orders-0")))
                    .containsExactly("1", "2");
            assertThat(Files.readAllLines(Path.of(database, time + "-orders-1")))
                    .containsExactly("3", "4");
        }
    }

    // ---- writeTo

    @Test
    @DisplayName(
            "S2.19 writeTo commits each partition of each batch under its key, empty ones too, and closes the writer")
    void writeToCommitsEachPartition(@TempDir Path dir) throws IOException {
        BatchSink<Integer> sink = new FolderSink<>(dir + "");
        try (TestStreams t = program(s -> s.<Integer>input("in").writeTo(sink).uid("sink"))) {
            t.add("in", 1, 2, 3).add("in").advance(2);

            Time second = now(t);
            long one = second.minus(SECOND).milliseconds();
            long two = second.milliseconds();
            assertThat(names(dir).stream().filter(name -> !name.endsWith(".closed")))
                    .containsExactly(one + "-sink-0", one + "-sink-1", two + "-sink-0", two + "-sink-1");
            assertThat(names(dir).stream().filter(name -> name.endsWith(".closed")))
                    .hasSize(4);
            assertThat(Files.readAllLines(dir.resolve(one + "-sink-0"))).containsExactly("1", "2");
            assertThat(Files.readAllLines(dir.resolve(one + "-sink-1"))).containsExactly("3");
        }
    }

    @Test
    @DisplayName("S2.19 writeTo writes nothing under a key that was committed before")
    void writeToPassesOverWhatWasCommitted(@TempDir Path dir) throws IOException {
        BatchSink<Integer> sink = new FolderSink<>(dir + "");
        try (TestStreams t = program(s -> s.<Integer>input("in").writeTo(sink).uid("sink"))) {
            long time = now(t).plus(SECOND).milliseconds();
            Files.writeString(dir.resolve(time + "-sink-1"), "committed by an earlier run\n");
            t.add("in", 1, 2, 3).advance(1);

            assertThat(names(dir)).containsExactly(time + "-sink-0", time + "-sink-0.closed", time + "-sink-1");
            assertThat(Files.readAllLines(dir.resolve(time + "-sink-0"))).containsExactly("1", "2");
            assertThat(Files.readAllLines(dir.resolve(time + "-sink-1")))
                    .containsExactly("committed by an earlier run");
        }
    }

    @Test
    @DisplayName("S2.19 writeTo takes a partition back that failed, closes its writer, and a repetition writes it once")
    void writeToTakesBackWhatFailed(@TempDir Path dir) throws IOException {
        BatchSink<Integer> sink = new FolderSink<>(Files.createDirectory(dir.resolve("sink")) + "");
        String marker = dir.resolve("failed") + "";
        try (TestStreams t = program(s -> s.<Integer>input("in")
                .map(n -> n == 4 ? failOnce(marker, n) : n)
                .writeTo(sink)
                .uid("sink")
                .onError(FailurePolicy.retry(1, Duration.ZERO, FailurePolicy.Kind.STOP)))) {
            t.add("in", 1, 2, 3, 4).advance(1);

            long time = now(t).milliseconds();
            Path folder = dir.resolve("sink");
            assertThat(Path.of(marker)).exists();
            assertThat(names(folder)).contains(time + "-sink-1.aborted").noneMatch(name -> name.endsWith(".open"));
            assertThat(Files.readAllLines(folder.resolve(time + "-sink-0"))).containsExactly("1", "2");
            assertThat(Files.readAllLines(folder.resolve(time + "-sink-1"))).containsExactly("3", "4");
        }
    }

    @Test
    @DisplayName("S2.19 writeTo shows nothing of a partition whose writer failed, and the batch fails with its error")
    void writeToFailsWithItsSink(@TempDir Path dir) throws IOException {
        BatchSink<String> sink = new FolderSink<>(dir + "");
        try (TestStreams t = program(s -> s.<String>input("in").writeTo(sink).uid("sink"))) {
            t.add("in", "a", FolderSink.REFUSED);
            assertThatThrownBy(() -> t.advance(1))
                    .isInstanceOf(BatchFailedException.class)
                    .hasRootCauseMessage("the sink does not take " + FolderSink.REFUSED);

            String failed = now(t).milliseconds() + "-sink-1";
            assertThat(names(dir))
                    .contains(failed + ".aborted", failed + ".closed")
                    .doesNotContain(failed, failed + ".open");
        }
    }

    /** Keeps each partition of each batch as a file: whole once it is committed. Leaves marks of what else was called. */
    private record FolderSink<T>(String folder) implements BatchSink<T> {
        static final String REFUSED = "refused";

        private Path file(Output.Key key) {
            return Path.of(folder, key.time().milliseconds() + "-" + key.output() + "-" + key.partition());
        }

        @Override
        public boolean alreadyCommitted(Output.Key key) {
            return Files.exists(file(key));
        }

        @Override
        public Writer<T> open(Output.Key key) throws IOException {
            Path file = file(key);
            Path open = Files.writeString(file.resolveSibling(file.getFileName() + ".open"), "");
            List<String> lines = new ArrayList<>();
            return new Writer<>() {
                @Override
                public void write(@Nullable T record) {
                    if (REFUSED.equals(record)) {
                        throw new IllegalArgumentException("the sink does not take " + record);
                    }
                    lines.add(String.valueOf(record));
                }

                @Override
                public void commit() throws IOException {
                    Files.write(open, lines);
                    Files.move(open, file, StandardCopyOption.ATOMIC_MOVE);
                }

                @Override
                public void abort() throws IOException {
                    Files.deleteIfExists(open);
                    mark("aborted");
                }

                @Override
                public void close() throws IOException {
                    mark("closed");
                }

                private void mark(String what) throws IOException {
                    Files.writeString(file.resolveSibling(file.getFileName() + "." + what), "");
                }
            };
        }
    }

    /** Throws when it is called for the first time with this marker, on whichever thread; then gives {@code value}. */
    private static <T> T failOnce(String marker, T value) {
        try {
            Files.createFile(Path.of(marker));
        } catch (java.nio.file.FileAlreadyExistsException e) {
            return value;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        throw new IllegalStateException("fails once");
    }

    private static <T> Accumulator<List<T>> lists(TestStreams s, String name) {
        return s.context().batchContext().accumulator(name, List.of(), (a, b) -> {
            List<T> both = new ArrayList<>(a);
            both.addAll(b);
            return both;
        });
    }

    private static List<String> names(Path dir) throws IOException {
        try (Stream<Path> files = Files.list(dir)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    /** The lines of all parts, in the order of the parts. */
    private static List<String> text(Path dir) throws IOException {
        List<String> lines = new ArrayList<>();
        for (String name : names(dir)) {
            lines.addAll(Files.readAllLines(dir.resolve(name)));
        }
        return lines;
    }
}
