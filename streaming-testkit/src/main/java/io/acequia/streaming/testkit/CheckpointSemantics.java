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
import io.acequia.streaming.function.VoidFunction;
import io.acequia.streaming.listener.CheckpointInfo;
import io.acequia.streaming.listener.StreamingListener;
import java.nio.file.Path;
import java.time.Duration;
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
 * When a checkpoint is made, and what it costs: rules of sections 4 and 7. A checkpoint may be written while later batches run,
 * so a test waits for the one it looks at before it goes on. An engine passes by a subclass that gives its settings.
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

        synchronized List<Time> times() {
            return made.stream().map(CheckpointInfo::batchTime).toList();
        }
    }

    private static Time after(int seconds) {
        return Time.of(START.plusSeconds(seconds));
    }

    /** The seconds of the first three checkpoints after the start. */
    private List<Integer> checkpoints(int interval, int most, StreamingConf conf, VoidFunction<TestStreams> program)
            throws InterruptedException {
        List<Integer> seconds = new ArrayList<>();
        Checkpoints checkpoints = new Checkpoints();
        Path directory = root.resolve("every " + interval + " " + conf.get(StreamingConf.CHECKPOINT_INTERVAL));
        try (TestStreams t = TestStreams.every(seconds(interval), conf, directory, program)) {
            t.context().addStreamingListener(checkpoints);
            for (int second = interval; second <= 3 * most; second += interval) {
                t.advance(1);
                if (second % most == 0) {
                    checkpoints.of(after(second));
                }
            }
            for (Time time : checkpoints.times()) {
                if (time.compareTo(after(0)) > 0) {
                    seconds.add((int) Duration.between(START, time.instant()).toSeconds());
                }
            }
        }
        return seconds;
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
        assertThat(checkpoints(1, 10, conf(), CheckpointSemantics::sums)).containsExactly(10, 20, 30);
        assertThat(checkpoints(3, 12, conf(), CheckpointSemantics::sums)).containsExactly(12, 24, 36);
        assertThat(checkpoints(15, 15, conf(), CheckpointSemantics::sums)).containsExactly(15, 30, 45);
    }

    @Test
    @DisplayName("S4.10 streaming.checkpoint.interval says another interval for the job")
    void theIntervalOfTheJob() throws Exception {
        StreamingConf conf = conf().set(StreamingConf.CHECKPOINT_INTERVAL, seconds(3));
        assertThat(checkpoints(1, 3, conf, CheckpointSemantics::sums)).containsExactly(3, 6, 9);
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
        try (TestStreams t = TestStreams.every(SECOND, conf, root.resolve("checkpoint"), s -> {
            s.collect(
                    "changed",
                    s.<Tuple2<String, Integer>>input("in")
                            .mapToPair(pair -> pair)
                            .mapWithState(StateSpec.function(CheckpointSemantics::count)));
        })) {
            t.context().addStreamingListener(checkpoints);
            t.add("in", all);
            for (int batch = 2; batch <= 5; batch++) {
                t.add("in", all[batch], all[2 * batch]);
            }
            List<Long> bytes = new ArrayList<>();
            for (int batch = 1; batch <= 5; batch++) {
                t.advance(1);
                bytes.add(checkpoints.of(after(batch)).bytes());
            }
            assertThat(bytes.get(0)).isGreaterThan(400_000);
            assertThat(bytes.subList(2, 5))
                    .as("after two bases to fall back on")
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
