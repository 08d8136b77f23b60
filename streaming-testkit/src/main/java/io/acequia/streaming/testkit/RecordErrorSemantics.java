/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.BatchFailedException;
import io.acequia.streaming.DStream;
import io.acequia.streaming.DStreamLike;
import io.acequia.streaming.DeadLetterSink;
import io.acequia.streaming.ErrorPolicy;
import io.acequia.streaming.InputDStream;
import io.acequia.streaming.PairDStream;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingConf.FailurePolicy;
import io.acequia.streaming.data.ByteSize;
import io.acequia.streaming.data.Durations;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.function.Function;
import io.acequia.streaming.function.VoidFunction;
import io.acequia.streaming.listener.BatchInfo;
import io.acequia.streaming.listener.StreamingListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The rules of section 7 about single records that fail: skipped, put aside or fatal. An engine subclasses it. */
@Timeout(60)
public abstract class RecordErrorSemantics {
    private static final Duration SECOND = Durations.seconds(1);
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final AtomicInteger CALLS = new AtomicInteger();

    private Path letters = Path.of("");

    /** The settings under test: the engine is the master. */
    protected StreamingConf conf() {
        return TestStreams.defaults();
    }

    @BeforeEach
    void start(@TempDir Path temporary) {
        CALLS.set(0);
        letters = temporary.resolve("letters");
    }

    private ErrorPolicy toLetters() {
        return ErrorPolicy.deadLetter(DeadLetterSink.toFiles(letters.toString()));
    }

    private List<Path> letterFiles() throws IOException {
        if (!Files.exists(letters)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(letters)) {
            return files.sorted().toList();
        }
    }

    private List<String> letterLines() throws IOException {
        List<String> lines = new ArrayList<>();
        for (Path file : letterFiles()) {
            lines.addAll(Files.readAllLines(file));
        }
        return lines;
    }

    /** The record, unless it is 3. */
    private static int notThree(int record) {
        if (record == 3) {
            throw new IllegalArgumentException("three is not allowed");
        }
        return record;
    }

    private static PairDStream<Integer, Integer> pairs(DStream<Integer> in) {
        return in.mapToPair(x -> new Tuple2<>(x, x));
    }

    /** Gives one result before it throws. */
    private static Iterator<Integer> halfway(int record) {
        return new Iterator<>() {
            private int given;

            @Override
            public boolean hasNext() {
                return given < 2;
            }

            @Override
            public Integer next() {
                return given++ == 0 ? record : notThree(record);
            }
        };
    }

    /** Each record-wise operator, with a function that throws for 3. */
    private static Map<String, Function<DStream<Integer>, DStreamLike<?, ?, ?>>> recordWise(ErrorPolicy policy) {
        Map<String, Function<DStream<Integer>, DStreamLike<?, ?, ?>>> all = new LinkedHashMap<>();
        all.put("map", in -> in.map(x -> notThree(x)).onError(policy));
        all.put("filter", in -> in.filter(x -> notThree(x) > 0).onError(policy));
        all.put("flatMap", in -> in.flatMap(x -> halfway(x)).onError(policy));
        all.put("mapToPair", in -> in.mapToPair(x -> new Tuple2<>(notThree(x), x))
                .onError(policy));
        all.put("flatMapToPair", in -> in.flatMapToPair(
                        x -> List.of(new Tuple2<>(notThree(x), x)).iterator())
                .onError(policy));
        all.put("mapValues", in -> pairs(in).mapValues(x -> notThree(x)).onError(policy));
        all.put("flatMapValues", in -> pairs(in).flatMapValues(x -> halfway(x)).onError(policy));
        all.put("keyBy", in -> in.keyBy(x -> notThree(x)).onError(policy));
        return all;
    }

    private TestStreams running(Function<DStream<Integer>, DStreamLike<?, ?, ?>> operator) {
        return TestStreams.every(SECOND, conf(), s -> s.collect("out", operator.call(s.<Integer>input("in"))));
    }

    @Test
    @DisplayName("S7.18 onError(skip) behind each record-wise operator leaves the record out as a whole, and counts it")
    void skipLeavesTheRecordOut() {
        recordWise(ErrorPolicy.skip()).forEach((name, operator) -> {
            try (TestStreams t = running(operator)) {
                t.add("in", 1, 2, 3, 4).advance(1);

                assertThat(t.last("out")).as(name).noneMatch(each -> each.toString()
                        .contains("3"));
                assertThat(t.last("out").toString()).as(name).contains("1", "2", "4");
                assertThat(t.context().status().recordErrors().values())
                        .as(name)
                        .containsExactly(1L);
            }
        });
    }

    @Test
    @DisplayName("S7.18 onError(deadLetter) behind each record-wise operator puts the record aside")
    void deadLetterPutsTheRecordAside() throws IOException {
        int written = 0;
        for (var entry : recordWise(toLetters()).entrySet()) {
            try (TestStreams t = running(entry.getValue())) {
                t.add("in", 1, 2, 3, 4).advance(1);

                assertThat(t.last("out")).as(entry.getKey()).noneMatch(each -> each.toString()
                        .contains("3"));
                written++;
                assertThat(letterFiles().stream().filter(file -> file.toString().contains("." + entry.getKey() + "-")))
                        .as(entry.getKey())
                        .hasSize(1);
                assertThat(letterLines()).as(entry.getKey()).hasSize(written);
            }
        }
    }

    @Test
    @DisplayName("S7.18 onError(fail) behind each record-wise operator, and none at all, fails the batch")
    void failFailsTheBatch() {
        Map<String, Function<DStream<Integer>, DStreamLike<?, ?, ?>>> all = recordWise(ErrorPolicy.fail());
        all.put("no policy", in -> in.map(x -> notThree(x)));
        all.forEach((name, operator) -> {
            try (TestStreams t = running(operator)) {
                t.add("in", 1, 2, 3, 4);
                assertThatThrownBy(() -> t.advance(1))
                        .as(name)
                        .isInstanceOf(BatchFailedException.class)
                        .hasRootCauseMessage("three is not allowed");
            }
        });
    }

    @Test
    @DisplayName("S7.18 onError is refused behind operators that do not take record by record")
    void onErrorIsRefusedElsewhere() {
        TestStreams.every(SECOND, conf(), s -> {
                    DStream<Integer> in = s.input("in");
                    PairDStream<Integer, Integer> pairs = pairs(in);
                    Map<String, DStreamLike<?, ?, ?>> others = new LinkedHashMap<>();
                    others.put("mapPartitions", in.mapPartitions(rows -> rows));
                    others.put("glom", in.glom());
                    others.put("repartition", in.repartition(3));
                    others.put("union", in.union(in));
                    others.put("reduce", in.reduce(Integer::sum));
                    others.put("count", in.count());
                    others.put("countByValue", in.countByValue());
                    others.put("transform", in.transform(rdd -> rdd));
                    others.put("reduceByKey", pairs.reduceByKey(Integer::sum));
                    others.put("groupByKey", pairs.groupByKey());
                    others.put("join", pairs.join(pairs));
                    others.put("directStream", in);
                    others.forEach((name, stream) -> assertThatThrownBy(() -> stream.onError(ErrorPolicy.skip()))
                            .as(name)
                            .isInstanceOf(IllegalArgumentException.class)
                            .hasMessageContainingAll("onError on " + name + " at ", "mapToPair"));
                })
                .close();
    }

    // ---- what a source cannot decode

    private TestStreams files(Path dir, StreamingConf conf, VoidFunction<InputDStream<String>> options) {
        return TestStreams.every(SECOND, conf.set(StreamingConf.SOURCE_MAX_LINE, new ByteSize(5)), s -> {
            var lines = s.context().textFileStream(dir.toString());
            options.call(lines);
            s.collect("out", lines);
        });
    }

    private static void putLines(Path dir) throws IOException {
        Path file = Files.writeString(dir.resolve("lines"), "short\nmuch too long\nend\n");
        Files.setLastModifiedTime(file, FileTime.from(START.plusMillis(500)));
    }

    @Test
    @DisplayName("S7.19 onPoison(fail) on a file source fails the batch that meets what cannot be decoded")
    void onPoisonFailOfAFileSource(@TempDir Path dir) throws IOException {
        putLines(dir);
        try (TestStreams t = files(dir, conf(), lines -> lines.onPoison(ErrorPolicy.fail()))) {
            assertThatThrownBy(() -> t.advance(1)).isInstanceOf(BatchFailedException.class);
        }
    }

    @Test
    @DisplayName("S7.19 onPoison(deadLetter) on a file source puts what cannot be decoded aside")
    void onPoisonDeadLetterOfAFileSource(@TempDir Path dir) throws IOException {
        putLines(dir);
        try (TestStreams t = files(dir, conf(), lines -> lines.onPoison(toLetters()))) {
            assertThat(t.advance(1).<String>last("out")).containsExactly("short", "end");
            assertThat(letterLines()).singleElement().asString().contains("much too long", dir.toString());
        }
    }

    private TestStreams socket(Peer peer, VoidFunction<InputDStream<String>> options) {
        return TestStreams.every(SECOND, conf().set(StreamingConf.SOURCE_MAX_LINE, new ByteSize(5)), s -> {
            var lines = s.context().socketTextStream(peer.host(), peer.port());
            options.call(lines);
            s.collect("out", lines);
        });
    }

    private static void receive(TestStreams t, Peer peer) throws Exception {
        t.context().start();
        peer.accept().send("short\nmuch too long\nend\n");
        Watch.awaitReceived(t.context(), 2, 1);
    }

    @Test
    @DisplayName("S7.19 onPoison(fail) on a receiver fails the batch that meets what cannot be decoded, saying where")
    void onPoisonFailOfAReceiver() throws Exception {
        try (Peer peer = new Peer();
                TestStreams t = socket(peer, lines -> lines.onPoison(ErrorPolicy.fail()))) {
            receive(t, peer);
            assertThatThrownBy(() -> t.advance(1))
                    .isInstanceOf(BatchFailedException.class)
                    .hasMessageContainingAll("line 2", "onPoison");
        }
    }

    @Test
    @DisplayName("S7.19 S7.20 onPoison(deadLetter) on a receiver: a letter with cause, source position and batch time")
    void onPoisonDeadLetterOfAReceiver() throws Exception {
        try (Peer peer = new Peer();
                TestStreams t = socket(peer, lines -> lines.onPoison(toLetters()))) {
            receive(t, peer);
            assertThat(t.advance(1).<String>last("out")).containsExactlyInAnyOrder("short", "end");

            String raw = Base64.getEncoder().encodeToString("much too long".getBytes(UTF_8));
            assertThat(letterLines())
                    .singleElement()
                    .asString()
                    .contains(
                            "\"origin\":\"socket://" + peer.host() + ":" + peer.port() + "\"",
                            ":" + peer.port() + " line 2",
                            "\"batchTime\":" + t.clock().now().toEpochMilli(),
                            "\"raw\":\"" + raw + "\"",
                            "\"cause\":");
        }
    }

    @Test
    @DisplayName("S7.19 S7.22 by default what a source cannot decode is left out, counted and shown")
    void poisonIsCountedByDefault() throws Exception {
        try (Peer peer = new Peer();
                TestStreams t = socket(peer, lines -> {})) {
            Watch watch = Watch.on(t.context());
            receive(t, peer);
            t.advance(1);

            assertThat(watch.batch(1).inputs().values().iterator().next().rejected())
                    .isEqualTo(1);
            assertThat(t.context().status().sources().get(0).rejected()).isEqualTo(1);
        }
    }

    // ---- letters

    @Test
    @DisplayName("S7.20 a letter of an operator carries its cause, where it stood, the batch time and the record")
    void aLetterSaysWhatAndWhere() throws IOException {
        try (TestStreams t = TestStreams.every(
                SECOND,
                conf(),
                s -> s.collect(
                        "out",
                        s.<Integer>input("in")
                                .map(x -> notThree(x))
                                .uid("strict")
                                .onError(toLetters())))) {
            t.add("in", 1, 2, 3, 4).advance(1);

            long time = t.clock().now().toEpochMilli();
            assertThat(letterFiles()).singleElement().satisfies(file -> assertThat(file.getFileName())
                    .hasToString(time + "-strict-1.jsonl"));
            assertThat(letterLines())
                    .singleElement()
                    .asString()
                    .contains(
                            "\"origin\":\"strict\"",
                            "\"position\":\"partition 1,",
                            "\"batchTime\":" + time,
                            "\"raw\":\"" + Base64.getEncoder().encodeToString("3".getBytes(UTF_8)) + "\"",
                            "\"text\":\"3\"",
                            "three is not allowed");
        }
    }

    @Test
    @DisplayName("S7.21 letters are written before the batch counts as done")
    void lettersAreWrittenBeforeTheBatchIsDone() throws Exception {
        BlockingQueue<Integer> seen = new LinkedBlockingQueue<>();
        try (TestStreams t = running(in -> in.map(x -> notThree(x)).onError(toLetters()))) {
            t.context().addStreamingListener(new StreamingListener() {
                @Override
                public void onBatchCompleted(BatchInfo b) {
                    seen.add(letterCount());
                }
            });
            t.add("in", 3, 3).advance(1);
            assertThat(seen.take()).isEqualTo(2);
            t.add("in", 3).advance(1);
            assertThat(seen.take()).isEqualTo(3);
        }
    }

    private int letterCount() {
        try {
            return letterLines().size();
        } catch (IOException e) {
            return -1;
        }
    }

    @Test
    @DisplayName("S7.21 a batch that runs again replaces its letters")
    void aRepeatedBatchReplacesItsLetters() throws IOException {
        StreamingConf retrying = conf().set(
                        StreamingConf.FAILURE_POLICY, FailurePolicy.retry(3, Duration.ZERO, FailurePolicy.Kind.STOP));
        try (TestStreams t = TestStreams.every(SECOND, retrying, s -> s.<Integer>input("in")
                .map(x -> notThree(x))
                .onError(toLetters())
                .foreachRDD(rdd -> {
                    rdd.collect();
                    if (CALLS.getAndIncrement() < 2) {
                        throw new IOException("not yet");
                    }
                }))) {
            t.add("in", 3, 1, 2, 3).advance(1);

            assertThat(CALLS).hasValue(3);
            assertThat(letterFiles())
                    .hasSize(2)
                    .noneMatch(file -> file.getFileName().toString().startsWith("."));
            assertThat(letterLines()).hasSize(2);
            assertThat(t.context().status().recordErrors().values()).containsExactly(2L);
        }
    }

    @Test
    @DisplayName("S7.21 a task that fails takes its letters back")
    void aFailedTaskTakesItsLettersBack() throws IOException {
        try (TestStreams t =
                running(in -> in.map(x -> notThree(x)).onError(toLetters()).map(x -> 1 / x))) {
            t.add("in", 3, 0);
            assertThatThrownBy(() -> t.advance(1)).isInstanceOf(BatchFailedException.class);

            assertThat(letterFiles().stream().filter(file -> file.toString().contains("-1.jsonl")))
                    .isEmpty();
            assertThat(letterFiles())
                    .noneMatch(file -> file.getFileName().toString().startsWith("."));
        }
    }

    @Test
    @DisplayName("S7.21 letters of two operators of one shape do not replace each other")
    void lettersOfTwinsAreKeptApart() throws IOException {
        try (TestStreams t = TestStreams.every(SECOND, conf(), s -> {
            DStream<Integer> in = s.input("in");
            s.collect("a", in.map(x -> notThree(x)).onError(toLetters()));
            s.collect("b", in.map(x -> notThree(x - 1) + 1).onError(toLetters()));
        })) {
            t.add("in", 3, 4).advance(1);
            t.add("in", 3).advance(1);

            assertThat(t.<Integer>batches("a")).containsExactly(List.of(4), List.of());
            assertThat(t.<Integer>batches("b")).containsExactly(List.of(3), List.of(3));
            assertThat(letterLines()).hasSize(3);
        }
    }

    @Test
    @DisplayName("S7.21 S7.22 letters and counts of twins in one partition add up")
    void lettersOfTwinsAddUp() throws IOException {
        try (TestStreams t = TestStreams.every(SECOND, conf(), s -> {
            DStream<Integer> in = s.input("in");
            s.collect("a", in.map(x -> notThree(x)).onError(toLetters()));
            s.collect("b", in.map(x -> notThree(x) + 1).onError(toLetters()));
        })) {
            t.add("in", 3).advance(1);

            assertThat(letterLines()).hasSize(2);
            assertThat(t.context().status().recordErrors().values().stream()
                            .mapToLong(Long::longValue)
                            .sum())
                    .isEqualTo(2);
        }
    }

    @Test
    @DisplayName("S7.22 skipped records and letters are counted by operator, once however many outputs read it")
    void errorsAreCountedByOperator() {
        try (TestStreams t = TestStreams.every(SECOND, conf(), s -> {
            DStream<Integer> in = s.input("in");
            DStream<Integer> strict = in.map(x -> notThree(x)).uid("strict").onError(ErrorPolicy.skip());
            s.collect("a", strict);
            s.collect("b", strict.map(x -> 12 / x).uid("inverse").onError(toLetters()));
        })) {
            t.add("in", 3, 3, 0, 1).add("in", 3).advance(2);

            assertThat(t.context().status().recordErrors()).isEqualTo(Map.of("strict", 3L, "inverse", 1L));
        }
    }
}
