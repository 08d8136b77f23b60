/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import static io.acequia.streaming.data.Durations.seconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.State;
import io.acequia.streaming.StateSpec;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.data.Partitioner;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.listener.CheckpointInfo;
import io.acequia.streaming.listener.StreamingListener;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * When a checkpoint is made, and what it costs: rules of sections 4 and 7. A checkpoint is written while later batches run, and
 * one that is due meanwhile comes with a later batch; so tests look at the first one, stop gracefully, which waits for it, or go on
 * until there are enough. An engine passes by a subclass that gives its settings.
 */
@Timeout(120)
public abstract class CheckpointSemantics extends OperationSemantics {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final Queue<String> CALLED = new ConcurrentLinkedQueue<>();

    private Path root = Path.of("");

    @BeforeEach
    void makeDirectory(@TempDir Path temporary) {
        root = temporary;
        CALLED.clear();
    }

    /** The checkpoints of a context, as they are made. */
    private static final class Checkpoints implements StreamingListener {
        private final List<CheckpointInfo> made = new ArrayList<>();

        @Override
        public synchronized void onCheckpointCompleted(CheckpointInfo c) {
            made.add(c);
            notifyAll();
        }

        /** The one of a batch; waits for it. */
        synchronized CheckpointInfo of(Time batch) throws InterruptedException {
            while (true) {
                Optional<CheckpointInfo> found = made.stream()
                        .filter(info -> info.batchTime().equals(batch))
                        .findFirst();
                if (found.isPresent()) {
                    assertThat(found.get().failure()).isEmpty();
                    return found.get();
                }
                wait();
            }
        }

        synchronized List<Long> bytes() {
            return made.stream().map(CheckpointInfo::bytes).toList();
        }

        synchronized List<Time> times() {
            return made.stream().map(CheckpointInfo::batchTime).toList();
        }
    }

    private static Time after(int seconds) {
        return Time.of(START.plusSeconds(seconds));
    }

    /** Runs until the first checkpoint is due, and looks at its time and at the status. */
    private void assertInterval(int batch, int expected, StreamingConf conf) throws InterruptedException {
        Checkpoints checkpoints = new Checkpoints();
        Path directory = root.resolve("every " + batch + " " + expected);
        try (TestStreams t = TestStreams.every(seconds(batch), conf, directory, CheckpointSemantics::sums)) {
            t.context().addStreamingListener(checkpoints);
            t.advance(expected / batch);
            checkpoints.of(after(expected));

            assertThat(checkpoints.times())
                    .filteredOn(time -> time.compareTo(after(0)) > 0)
                    .containsExactly(after(expected));
            assertThat(t.context().status().checkpoints())
                    .hasValueSatisfying(status -> assertThat(status.interval()).isEqualTo(seconds(expected)));
        }
    }

    private static Optional<Integer> sum(List<Integer> values, Optional<Integer> sum) {
        return Optional.of(values.stream().reduce(sum.orElse(0), Integer::sum));
    }

    private static void sums(TestStreams s) {
        s.collect(
                "sums",
                s.<String>input("in")
                        .mapToPair(word -> pair(word, 1))
                        .updateStateByKey(Integer.class, CheckpointSemantics::sum));
    }

    @Test
    @DisplayName("S4.10 the default checkpoint interval is the least multiple of the slide from 10 s: 10 s, 12 s, 15 s")
    void theDefaultInterval() throws Exception {
        assertInterval(1, 10, conf());
        assertInterval(3, 12, conf());
        assertInterval(15, 15, conf());
    }

    @Test
    @DisplayName("S4.10 streaming.checkpoint.interval says another interval for the job")
    void theIntervalOfTheJob() throws Exception {
        assertInterval(1, 3, conf().set(StreamingConf.CHECKPOINT_INTERVAL, seconds(3)));
    }

    private static String count(String key, Optional<Integer> value, State<Integer> state) {
        state.update(state.getOption().orElse(0) + value.orElse(0));
        return key;
    }

    @Test
    @DisplayName("S4.12 a snapshot costs what has changed since the last one, not what the state holds")
    void snapshotsAreIncremental() throws Exception {
        Object[] all = IntStream.range(0, 20_000)
                .mapToObj(i -> pair("a key of some length " + i, i))
                .toArray();
        StreamingConf conf = conf().set(StreamingConf.CHECKPOINT_INTERVAL, seconds(1));
        Checkpoints checkpoints = new Checkpoints();
        try (TestStreams t = TestStreams.every(
                SECOND,
                conf,
                root.resolve("checkpoint"),
                s -> s.collect(
                        "changed",
                        s.<Tuple2<String, Integer>>input("in")
                                .mapToPair(pair -> pair)
                                .mapWithState(StateSpec.function(CheckpointSemantics::count))))) {
            t.context().addStreamingListener(checkpoints);
            t.add("in", all).advance(1);
            for (int batch = 2; checkpoints.bytes().size() < 5; batch++) {
                t.add("in", all[batch], all[2 * batch]).advance(1);
            }
            List<Long> bytes = checkpoints.bytes();
            assertThat(bytes.get(0)).isGreaterThan(400_000);
            assertThat(bytes.subList(2, 5))
                    .as("after two whole ones to fall back on")
                    .allMatch(size -> size < bytes.get(0) / 20);
        }
    }

    private static Optional<Integer> loggedSum(Time time, String key, List<Integer> values, Optional<Integer> state) {
        CALLED.add(time.milliseconds() / 1000 % 60 + " " + key);
        return sum(values, state);
    }

    @Test
    @DisplayName("S7.31 a graceful stop finishes the checkpoint of its last batch, so that nothing is replayed")
    void aGracefulStopFinishesItsCheckpoint() throws Exception {
        Checkpoints checkpoints = new Checkpoints();
        try (TestStreams t = TestStreams.every(
                SECOND,
                conf(),
                root.resolve("checkpoint"),
                s -> s.collect(
                        "sums",
                        s.<String>input("in")
                                .mapToPair(word -> pair(word, 1))
                                .updateStateByKey(CheckpointSemantics::loggedSum, Partitioner.hash(2))))) {
            t.context().addStreamingListener(checkpoints);
            t.add("in", "a").add("in", "a").add("in", "a").add("in", "a").advance(3);
            t.stopAndRestart();
            assertThat(checkpoints.times()).contains(after(3));
            t.advance(1);

            assertThat(CALLED).containsExactly("1 a", "2 a", "3 a", "4 a");
            assertThat(t.<Tuple2<String, Integer>>last("sums")).containsExactly(pair("a", 4));
        }
    }
}
