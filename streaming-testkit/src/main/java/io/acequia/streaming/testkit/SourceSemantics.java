/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.InputDStream;
import io.acequia.streaming.RDD;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.data.ByteSize;
import io.acequia.streaming.data.Durations;
import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.data.Utf8;
import io.acequia.streaming.direct.DirectSource;
import io.acequia.streaming.direct.Plan;
import io.acequia.streaming.direct.PlannerContext;
import io.acequia.streaming.direct.Split;
import io.acequia.streaming.direct.SplitPlanner;
import io.acequia.streaming.direct.SplitReader;
import io.acequia.streaming.function.Function;
import io.acequia.streaming.function.VoidFunction;
import io.acequia.streaming.listener.BatchInfo;
import io.acequia.streaming.listener.InputInfo;
import io.acequia.streaming.listener.ReceiverEvent;
import io.acequia.streaming.listener.ReceiverState;
import io.acequia.streaming.receiver.EndOfSourceException;
import io.acequia.streaming.receiver.LineReader;
import io.acequia.streaming.receiver.Records;
import io.acequia.streaming.receiver.Source;
import io.acequia.streaming.receiver.UnreliableReceiver;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Section 5 of the semantics but for files: sockets, receivers, direct sources and queues. An engine subclasses it. */
@Timeout(60)
public abstract class SourceSemantics {
    private static final Duration SECOND = Durations.seconds(1);
    private static final int TEN_MEGABYTES = 10_000_000;

    private Peer peer = listening();

    /** The settings under test: the engine is the master. */
    protected StreamingConf conf() {
        return TestStreams.defaults();
    }

    private static Peer listening() {
        try {
            return new Peer();
        } catch (IOException e) {
            throw new AssertionError("no loopback port", e);
        }
    }

    @BeforeEach
    void listen() throws IOException {
        peer.close();
        peer = listening();
    }

    @AfterEach
    void close() throws IOException {
        peer.close();
    }

    private TestStreams lines(StreamingConf conf) {
        return TestStreams.every(
                SECOND, conf, s -> s.collect("lines", s.context().socketTextStream(peer.host(), peer.port())));
    }

    // ---- sockets of text

    @Test
    @DisplayName("S5.1 socketTextStream reads UTF-8 lines ended by a line feed")
    void textLinesEndWithALineFeed() throws Exception {
        try (TestStreams t = lines(conf())) {
            t.context().start();
            peer.accept().send("één\nдва\n\nhalf");
            Watch.awaitReceived(t.context(), 3, 0);
            assertThat(t.advance(1).<String>last("lines")).containsExactlyInAnyOrder("één", "два", "");

            peer.send(" a line\n");
            Watch.awaitReceived(t.context(), 4, 0);
            assertThat(t.advance(1).<String>last("lines")).containsExactly("half a line");
        }
    }

    @Test
    @DisplayName("S5.2 malformed bytes of a socket are replaced, and the lines around them arrive")
    void malformedBytesOfASocketAreReplaced() throws Exception {
        try (TestStreams t = lines(conf())) {
            t.context().start();
            peer.accept().send("before\n");
            peer.send(new byte[] {'a', (byte) 0xC3, '(', (byte) 0xFF, 'b', '\n'});
            peer.send("after\n");
            Watch.awaitReceived(t.context(), 3, 0);

            assertThat(t.advance(1).<String>last("lines"))
                    .containsExactlyInAnyOrder("before", "a\uFFFD(\uFFFDb", "after");
        }
    }

    @Test
    @DisplayName("S5.2 a reader of lines counts the malformed bytes it replaced")
    void malformedBytesAreCounted() throws Exception {
        try (LineReader reader = new LineReader(new Socket(peer.host(), peer.port()), 100)) {
            peer.accept().send(new byte[] {'a', (byte) 0xC3, '(', (byte) 0xFF, 'b', '\n'});
            List<String> lines = new ArrayList<>();
            while (lines.isEmpty()) {
                lines.addAll(reader.read(10, Durations.seconds(1)));
            }

            assertThat(lines).containsExactly("a\uFFFD(\uFFFDb");
            assertThat(reader.malformed()).isEqualTo(2);
        }
    }

    @Test
    @DisplayName("S5.3 a connection that the peer closes is made anew after a back-off, visible as RETRYING")
    void aClosedConnectionIsMadeAnew() throws Exception {
        reconnectsAfter(Peer::hangUp);
    }

    @Test
    @DisplayName("S5.3 a connection that breaks is made anew after a back-off, visible as RETRYING")
    void aBrokenConnectionIsMadeAnew() throws Exception {
        reconnectsAfter(Peer::reset);
    }

    private void reconnectsAfter(VoidFunction<Peer> end) throws Exception {
        try (TestStreams t = lines(conf())) {
            Watch watch = Watch.on(t.context());
            t.context().start();
            peer.accept().send("first\n");
            Watch.awaitReceived(t.context(), 1, 0);
            end.call(peer);

            ReceiverEvent retrying = watch.receiver(ReceiverState.RETRYING, 1);
            assertThat(retrying.error()).isPresent();
            assertThat(retrying.nextRetryAt()).hasValueSatisfying(at -> assertThat(at)
                    .isAfter(t.clock().now())
                    .isBeforeOrEqualTo(t.clock().now().plus(SECOND)));
            assertThat(t.context().status().sources().get(0).state()).isEqualTo(ReceiverState.RETRYING);

            assertThat(t.advance(1).<String>last("lines")).containsExactly("first");
            peer.accept().send("second\n");
            Watch.awaitReceived(t.context(), 2, 0);
            assertThat(t.advance(1).<String>last("lines")).containsExactly("second");
            assertThat(t.context().status().sources().get(0).restarts()).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("S5.3 a peer that closes mid-line: whole lines arrive, the half one is rejected and counted")
    void aHalfLineAtTheEndIsRejectedAndCounted() throws Exception {
        try (TestStreams t = lines(conf())) {
            Watch watch = Watch.on(t.context());
            t.context().start();
            peer.accept().send("whole\nhal");
            peer.hangUp();
            Watch.awaitReceived(t.context(), 1, 1);

            assertThat(t.advance(1).<String>last("lines")).containsExactly("whole");
            assertThat(input(watch.batch(1)).records()).isEqualTo(1);
            assertThat(input(watch.batch(1)).rejected()).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("S5.6 a line of 10 MB is rejected and counted; the lines after it arrive")
    void aLongLineIsRejectedAndCounted() throws Exception {
        try (TestStreams t = lines(conf())) {
            Watch watch = Watch.on(t.context());
            t.context().start();
            peer.accept().send("before\n" + "x".repeat(TEN_MEGABYTES) + "\nafter\n");
            Watch.awaitReceived(t.context(), 2, 1);

            assertThat(t.advance(1).<String>last("lines")).containsExactlyInAnyOrder("before", "after");
            assertThat(input(watch.batch(1)).rejected()).isEqualTo(1);
            assertThat(t.context().status().sources().get(0).rejected()).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("S5.6 the limit of a line is streaming.source.max.line")
    void theLimitOfALineIsConfigurable() throws Exception {
        try (TestStreams t = lines(conf().set(StreamingConf.SOURCE_MAX_LINE, ByteSize.mebibytes(16)))) {
            t.context().start();
            peer.accept().send("x".repeat(TEN_MEGABYTES) + "\n");
            Watch.awaitReceived(t.context(), 1, 0);

            assertThat(t.advance(1).<String>last("lines").get(0)).hasSize(TEN_MEGABYTES);
        }
        try (TestStreams t = lines(conf().set(StreamingConf.SOURCE_MAX_LINE, new ByteSize(3)))) {
            t.context().start();
            peer.accept().send("abcd\nabc\n");
            Watch.awaitReceived(t.context(), 1, 1);

            assertThat(t.advance(1).<String>last("lines")).containsExactly("abc");
        }
    }

    @Test
    @DisplayName("S5.18 socketTextStream gives Strings, socketUtf8Stream gives Utf8")
    void textSocketsGiveTheTypeAskedFor() throws Exception {
        try (TestStreams t = TestStreams.every(
                SECOND, conf(), s -> s.collect("lines", s.context().socketUtf8Stream(peer.host(), peer.port())))) {
            t.context().start();
            peer.accept().send("één\n");
            Watch.awaitReceived(t.context(), 1, 0);
            assertThat(t.advance(1).<Object>last("lines")).containsExactly(Utf8.of("één"));
        }
        try (TestStreams t = lines(conf())) {
            t.context().start();
            peer.accept().send("één\n");
            Watch.awaitReceived(t.context(), 1, 0);
            assertThat(t.advance(1).<Object>last("lines")).containsExactly("één");
        }
    }

    // ---- sockets of other things

    @Test
    @DisplayName("S5.4 socketStream yields what the decoder reads from the connection")
    void aDecoderReadsTheConnection() throws Exception {
        Function<InputStream, Iterator<Integer>> lengths = in -> new BufferedReader(new InputStreamReader(in, UTF_8))
                .lines()
                .map(String::length)
                .iterator();
        try (TestStreams t = TestStreams.every(
                SECOND,
                conf(),
                s -> s.collect("lengths", s.context().socketStream(peer.host(), peer.port(), lengths)))) {
            t.context().start();
            peer.accept().send("a\nbbb\n");
            Watch.awaitReceived(t.context(), 2, 0);

            assertThat(t.advance(1).<Integer>last("lengths")).containsExactlyInAnyOrder(1, 3);
        }
    }

    @Test
    @DisplayName("S5.5 rawSocketStream reads blocks with a 4-byte length before each")
    void rawSocketsCarryBlocks() throws Exception {
        try (TestStreams t = raw(conf())) {
            t.context().start();
            peer.accept().send(block("one"));
            peer.send(block(""));
            peer.send(block("three"));
            Watch.awaitReceived(t.context(), 3, 0);

            assertThat(t.advance(1).<String>last("blocks")).containsExactlyInAnyOrder("one", "", "three");
        }
    }

    @Test
    @DisplayName("S5.5 a length beyond streaming.source.max.frame breaks the connection; blocks before it arrive")
    void aBlockThatIsTooLongBreaksTheConnection() throws Exception {
        try (TestStreams t = raw(conf().set(StreamingConf.SOURCE_MAX_FRAME, new ByteSize(4)))) {
            Watch watch = Watch.on(t.context());
            t.context().start();
            peer.accept().send(block("four"));
            peer.send(block("fifth"));

            ReceiverEvent retrying = watch.receiver(ReceiverState.RETRYING, 1);
            assertThat(retrying.error())
                    .hasValueSatisfying(e -> assertThat(e).hasMessageContainingAll("5 bytes", "from 0 to 4"));
            assertThat(t.advance(1).<String>last("blocks")).containsExactly("four");
        }
    }

    private TestStreams raw(StreamingConf conf) {
        return TestStreams.every(
                SECOND,
                conf,
                s -> s.collect(
                        "blocks",
                        s.context().rawSocketStream(peer.host(), peer.port()).map(bytes -> new String(bytes, UTF_8))));
    }

    private static byte[] block(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeInt(text.length());
        out.write(text.getBytes(UTF_8));
        return bytes.toByteArray();
    }

    private static InputInfo input(BatchInfo batch) {
        assertThat(batch.inputs()).hasSize(1);
        return batch.inputs().values().iterator().next();
    }

    // ---- queues

    @Test
    @DisplayName("S5.16 queueStream reads the live queue: one RDD in each batch")
    void aQueueGivesOneRddABatch() {
        Queue<RDD<Integer>> queue = new ConcurrentLinkedQueue<>();
        try (TestStreams t = TestStreams.every(
                SECOND, conf(), s -> s.collect("numbers", s.context().queueStream(queue)))) {
            queue.add(t.context().batchContext().parallelize(List.of(1, 2)));
            queue.add(t.context().batchContext().parallelize(List.of(3)));
            t.advance(3);
            queue.add(t.context().batchContext().parallelize(List.of(4)));
            t.advance(1);

            assertThat(t.<Integer>batches("numbers")).containsExactly(List.of(1, 2), List.of(3), List.of(), List.of(4));
            assertThat(queue).isEmpty();
        }
    }

    @Test
    @DisplayName("S5.16 queueStream(queue, false) takes all that wait, and the default RDD when none does")
    void aQueueGivesAllRddsOrTheDefault() {
        Queue<RDD<Integer>> queue = new ConcurrentLinkedQueue<>();
        try (TestStreams t = TestStreams.every(SECOND, conf(), s -> {
            RDD<Integer> none = s.context().batchContext().parallelize(List.of(-1));
            s.collect("numbers", s.context().queueStream(queue, false, none));
        })) {
            queue.add(t.context().batchContext().parallelize(List.of(1, 2)));
            queue.add(t.context().batchContext().parallelize(List.of(3)));
            t.advance(2);

            assertThat(t.<Integer>batches("numbers")).containsExactly(List.of(1, 2, 3), List.of(-1));
        }
    }

    @Test
    @DisplayName("S5.17 a queue and a checkpoint directory refuse each other, naming both places")
    void aQueueCannotBeRecovered(@TempDir Path dir) {
        VoidFunction<TestStreams> checkpointLast = s -> {
            s.context().queueStream(new ConcurrentLinkedQueue<RDD<Integer>>());
            s.context().checkpoint(dir.toString());
        };
        VoidFunction<TestStreams> queueLast = s -> {
            s.context().checkpoint(dir.toString());
            s.context().queueStream(new ConcurrentLinkedQueue<RDD<Integer>>());
        };
        for (VoidFunction<TestStreams> program : List.of(checkpointLast, queueLast)) {
            assertThatThrownBy(() -> TestStreams.every(SECOND, conf(), program))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContainingAll(
                            "queueStream at SourceSemantics.java:", "checkpoint at SourceSemantics.java:");
        }
    }

    // ---- sources of the user

    @Test
    @DisplayName("S5.20 receiverStream runs any receiver source")
    void anyReceiverSourceRuns() throws Exception {
        try (TestStreams t = TestStreams.every(
                SECOND,
                conf(),
                s -> s.collect("numbers", s.context().receiverStream(Source.of("numbers", Numbers::new))))) {
            Watch watch = Watch.on(t.context());
            t.context().start();
            watch.receiver(ReceiverState.STOPPED, 1);

            assertThat(t.advance(1).<Integer>last("numbers")).containsExactlyInAnyOrder(1, 2, 3);
            assertThat(input(watch.batch(1)).source()).isEqualTo("numbers");
        }
    }

    private static final class Numbers implements UnreliableReceiver<Integer> {
        private boolean read;

        @Override
        public void connect() {}

        @Override
        public Records<Integer> read(int maxRecords, Duration maxWait) throws EndOfSourceException {
            if (read) {
                throw new EndOfSourceException();
            }
            read = true;
            return Records.of(List.of(1, 2, 3));
        }

        @Override
        public void close() {}
    }

    @Test
    @DisplayName("S5.21 directStream runs any direct source")
    void anyDirectSourceRuns() {
        try (TestStreams t = TestStreams.every(
                SECOND, conf(), s -> s.collect("times", s.context().directStream(new BatchTimes())))) {
            long start = t.clock().now().toEpochMilli();
            t.advance(2);

            assertThat(t.<Long>batches("times")).containsExactly(List.of(start + 1000), List.of(start + 2000));
        }
    }

    /** Gives its own batch time in each batch. */
    private record BatchTimes() implements DirectSource<Long> {
        @Override
        public String name() {
            return "times";
        }

        @Override
        public SplitPlanner<Long> newPlanner(PlannerContext context) {
            return (batch, maxRecords) -> new Plan<>(List.of(new One(batch)), batch.toString());
        }
    }

    private record One(Time time) implements Split<Long> {
        @Override
        public SplitReader<Long> open(TaskContext task) {
            Iterator<List<Long>> once =
                    List.of(List.of(time.milliseconds()), List.<Long>of()).iterator();
            return new SplitReader<>() {
                @Override
                public List<Long> next() {
                    return once.next();
                }

                @Override
                public void close() {}
            };
        }

        @Override
        public String describe() {
            return time.toString();
        }

        @Override
        public OptionalLong recordCount() {
            return OptionalLong.of(1);
        }
    }

    @Test
    @DisplayName("S5.23 stream ids count up per context")
    void streamIdsCountUpPerContext() {
        for (int context = 0; context < 2; context++) {
            List<Integer> ids = new ArrayList<>();
            TestStreams.every(SECOND, conf(), s -> {
                        StreamingContext ssc = s.context();
                        InputDStream<String> first = ssc.socketTextStream(peer.host(), peer.port());
                        InputDStream<RDD<Integer>> second = ssc.queueStream(new ConcurrentLinkedQueue<>());
                        ids.addAll(List.of(
                                first.id(),
                                second.id(),
                                ssc.textFileStream("in").id()));
                    })
                    .close();

            assertThat(ids).containsExactly(0, 1, 2);
        }
    }

    @Test
    @DisplayName("S5.23 the durable identity of a chain is its uid, whatever the id of its stream")
    void theUidDoesNotDependOnTheId() throws Exception {
        assertThat(outputOfTimes(false)).isEqualTo(outputOfTimes(true)).doesNotContainPattern("\\d");
    }

    private String outputOfTimes(boolean behindAnother) throws InterruptedException {
        try (TestStreams t = TestStreams.every(SECOND, conf(), s -> {
            if (behindAnother) {
                s.input("another");
            }
            s.context().directStream(new BatchTimes()).foreachRDD(rdd -> {});
        })) {
            Watch watch = Watch.on(t.context());
            t.advance(1);
            return watch.output(1).output();
        }
    }
}
