/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.acequia.streaming.BatchFailedException;
import io.acequia.streaming.DStream;
import io.acequia.streaming.PairDStream;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingConf.FailurePolicy;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.StreamingContext.ContextState;
import io.acequia.streaming.data.Durations;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.function.VoidFunction;
import io.acequia.streaming.listener.BatchInfo;
import io.acequia.streaming.listener.StreamingListener;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class TestStreamsTest {
    @TempDir
    Path directory;

    private static TestStreams program(VoidFunction<TestStreams> program) {
        return TestStreams.every(Durations.seconds(1), program);
    }

    private static TestStreams words() {
        return program(s -> s.collect("words", s.<String>input("lines").flatMap(line -> Arrays.asList(line.split(" "))
                .iterator())));
    }

    @Test
    void eachAddIsABatchAndBatchesWithoutOneAreEmpty() {
        try (TestStreams t = words()) {
            t.add("lines", "to be", "or").add("lines", "not to be").advance(3);
            assertThat(t.<String>batches("words"))
                    .containsExactly(List.of("to", "be", "or"), List.of("not", "to", "be"), List.of());
            assertThat(t.last("words")).isEmpty();
            t.add("lines", "that is").advance(1);
            assertThat(t.<String>last("words")).isEmpty();
        }
    }

    @Test
    void severalStreamsAreCollected() {
        try (TestStreams t = program(s -> {
            var words = s.<String>input("words");
            s.collect("words", words);
            s.collect("counts", words.countByValue());
        })) {
            t.add("words", "a", "b", "a").advance(1);
            assertThat(t.<String>last("words")).containsExactly("a", "b", "a");
            assertThat(t.<Tuple2<String, Long>>last("counts"))
                    .containsExactlyInAnyOrder(Tuple2.of("a", 2L), Tuple2.of("b", 1L));
        }
    }

    @Test
    void aFailedBatchComesOutOfAdvance() {
        try (TestStreams t =
                program(s -> s.collect("quotients", s.<Integer>input("numbers").map(i -> 1 / i)))) {
            t.add("numbers", 1).add("numbers", 0).advance(1);
            assertThatExceptionOfType(BatchFailedException.class)
                    .isThrownBy(() -> t.advance(1))
                    .withMessageStartingWith("ACQ-1008 ")
                    .withCauseInstanceOf(ArithmeticException.class);
            assertThat(t.<Integer>batches("quotients")).containsExactly(List.of(1));
        }
    }

    @Test
    void whatTheProgramThrowsComesOutAndItsContextIsStopped() {
        AtomicReference<StreamingContext> context = new AtomicReference<>();
        IOException broken = new IOException("no file");
        assertThatIllegalStateException()
                .isThrownBy(() -> program(s -> {
                    context.set(s.context());
                    throw broken;
                }))
                .withMessage("ACQ-2002 the program of the test threw: java.io.IOException: no file")
                .withCause(broken);
        assertThat(context.get().state()).isEqualTo(ContextState.STOPPED);

        UnsupportedOperationException unchecked = new UnsupportedOperationException();
        assertThatExceptionOfType(UnsupportedOperationException.class)
                .isThrownBy(() -> program(s -> {
                    context.set(s.context());
                    throw unchecked;
                }))
                .isSameAs(unchecked);
        assertThat(context.get().state()).isEqualTo(ContextState.STOPPED);
    }

    @Test
    void namesOfInputsAndOfCollectedStreamsAreTheirOwn() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> program(s -> {
                    s.input("lines");
                    s.input("lines");
                }))
                .withMessage("ACQ-2003 there is an input 'lines' already: take another name");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> program(s -> {
                    s.collect("words", s.input("a"));
                    s.collect("words", s.input("b"));
                }))
                .withMessage("ACQ-2004 'words' is collected already: take another name");
    }

    @Test
    void namesThatTheProgramDoesNotHaveAreRefused() {
        try (TestStreams t = words()) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> t.add("line", "a"))
                    .withMessage("ACQ-2005 there is no input 'line': the program has [lines]");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> t.batches("word"))
                    .withMessage("ACQ-2008 'word' is not collected: [words] are");
            assertThatIllegalStateException()
                    .isThrownBy(() -> t.last("words"))
                    .withMessage("ACQ-2009 'words' has no batch yet: advance first");
        }
    }

    @Test
    void anInterruptedWaitSaysSoAndKeepsTheInterrupt() {
        AtomicBoolean holds = new AtomicBoolean();
        CountDownLatch release = new CountDownLatch(1);
        try (TestStreams t = program(s -> s.input("lines").foreachRDD(rdd -> {
            if (holds.get()) {
                release.await();
            }
        }))) {
            t.advance(1);
            holds.set(true);
            Thread.currentThread().interrupt();
            try {
                assertThatIllegalStateException()
                        .isThrownBy(() -> t.advance(1))
                        .withMessage("ACQ-2006 interrupted while a batch ran")
                        .withCauseInstanceOf(InterruptedException.class);
            } finally {
                assertThat(Thread.interrupted()).isTrue();
                release.countDown();
            }
        }
    }

    @Test
    void aContextThatHasStoppedRunsNoMoreBatches() {
        try (TestStreams t = words()) {
            t.advance(1);
            t.context().stop();
            assertThatIllegalStateException()
                    .isThrownBy(() -> t.advance(1))
                    .withMessageMatching("ACQ-2007 the context stopped before batch \\d+ ms was done");
        }
    }

    // ---- restarts

    private static PairDStream<String, Integer> sums(DStream<String> words) {
        return words.mapToPair(word -> Tuple2.of(word, 1))
                .updateStateByKey(
                        Integer.class,
                        (values, sum) -> Optional.of(values.stream().reduce(sum.orElse(0), Integer::sum)))
                .uid("sums");
    }

    private TestStreams sums() {
        return recoverable(s -> {
            DStream<String> words = s.input("words");
            s.collect("words", words);
            s.collect("sums", sums(words));
        });
    }

    private TestStreams recoverable(VoidFunction<TestStreams> program) {
        return TestStreams.every(
                Durations.seconds(1), TestStreams.defaults(), directory.resolve("checkpoint"), program);
    }

    private static Time second(int number) {
        return Time.of(Instant.parse("2026-01-01T00:00:00Z").plusSeconds(number));
    }

    @Test
    void aRestartGoesOnFromTheCheckpoint() {
        try (TestStreams t = sums()) {
            t.add("words", "a", "b").add("words", "a").add("words", "a").advance(2);
            StreamingContext before = t.context();
            t.restart();
            assertThat(t.context()).isNotSameAs(before);
            assertThat(before.state()).isEqualTo(ContextState.STOPPED);
            assertThat(t.context().isRecovered()).isTrue();

            t.advance(1);
            assertThat(t.<String>batches("words")).containsExactly(List.of("a", "b"), List.of("a"), List.of("a"));
            assertThat(t.<Tuple2<String, Integer>>last("sums"))
                    .containsExactlyInAnyOrder(Tuple2.of("a", 3), Tuple2.of("b", 1));
            assertThat(t.runs("sums")).isEqualTo(Map.of(second(1), 1, second(2), 1, second(3), 1));
        }
    }

    @Test
    void aGracefulStopGoesOnToo() {
        try (TestStreams t = sums()) {
            t.add("words", "a").add("words", "a").advance(1).stopAndRestart().advance(1);
            assertThat(t.<Tuple2<String, Integer>>last("sums")).containsExactly(Tuple2.of("a", 2));
            assertThat(t.runs("words")).isEqualTo(Map.of(second(1), 1, second(2), 1));
        }
    }

    @Test
    void theClockMovesWhileTheProgramIsDown() {
        try (TestStreams t = sums()) {
            t.add("words", "a").add("words", "a").advance(1).restart(Duration.ofMillis(3_400));
            assertThat(t.clock().now()).isEqualTo(second(4).instant().plusMillis(400));
            t.advance(1);
            assertThat(t.clock().now()).isEqualTo(second(5).instant());
            assertThat(t.<Tuple2<String, Integer>>last("sums")).containsExactly(Tuple2.of("a", 2));
        }
    }

    @Test
    void aCrashRepeatsItsBatchWhichReplacesItsFirstRun() {
        Causes causes = new Causes();
        try (TestStreams t = sums()) {
            t.context().addStreamingListener(causes);
            t.add("words", "a").add("words", "a").add("words", "a").advance(1);
            t.crashDuringNextBatch();
            assertThat(t.<String>batches("words")).containsExactly(List.of("a"), List.of("a"));
            assertThat(t.<Tuple2<String, Integer>>last("sums")).containsExactly(Tuple2.of("a", 2));
            assertThat(t.runs("words")).isEqualTo(Map.of(second(1), 1, second(2), 1));
            assertThat(t.runs("sums")).isEqualTo(Map.of(second(1), 1, second(2), 2));
            assertThat(causes.seen).singleElement().satisfies(cause -> assertThat(cause)
                    .hasStackTraceContaining(
                            "ACQ-2098 the test kills the program in the middle of batch " + second(2)));

            t.advance(1);
            assertThat(t.<Tuple2<String, Integer>>last("sums")).containsExactly(Tuple2.of("a", 3));
            assertThat(t.runs("sums")).isEqualTo(Map.of(second(1), 1, second(2), 2, second(3), 1));
        }
    }

    private static final class Causes implements StreamingListener {
        private final List<Throwable> seen = new CopyOnWriteArrayList<>();

        @Override
        public void onBatchCompleted(BatchInfo b) {
            b.failure().ifPresent(seen::add);
        }
    }

    @Test
    void aCrashUnderAPolicyThatGoesOnIsACrashAllTheSame() {
        for (FailurePolicy policy : List.of(
                FailurePolicy.keepGoing(), FailurePolicy.retry(3, Duration.ZERO, FailurePolicy.Kind.CONTINUE))) {
            try (TestStreams t = TestStreams.every(
                    Durations.seconds(1),
                    TestStreams.defaults().set(StreamingConf.FAILURE_POLICY, policy),
                    directory.resolve(policy.kind().name()),
                    s -> s.collect("words", s.input("words")))) {
                t.add("words", "a").crashDuringNextBatch();
                assertThat(t.runs("words")).isEqualTo(Map.of(second(1), 2));
            }
        }
    }

    @Test
    void aCrashWaitsForABatchInWhichTheLastStreamYields() {
        try (TestStreams t = recoverable(s -> {
            s.collect("words", s.input("words"));
            s.collect("windows", s.<String>input("more").window(Durations.seconds(3), Durations.seconds(3)));
        })) {
            t.add("more", "a").add("more", "b").add("more", "c").crashDuringNextBatch();
            assertThat(t.clock().now()).isEqualTo(second(3).instant());
            assertThat(t.<String>batches("windows")).containsExactly(List.of("a", "b", "c"));
            assertThat(t.runs("windows")).isEqualTo(Map.of(second(3), 2));
        }
    }

    @Test
    void whatFailsWhileACrashIsAwaitedComesOut() {
        try (TestStreams t = recoverable(
                s -> s.collect("quotients", s.<Integer>input("numbers").map(i -> 1 / i)))) {
            t.add("numbers", 0);
            assertThatExceptionOfType(BatchFailedException.class)
                    .isThrownBy(t::crashDuringNextBatch)
                    .withCauseInstanceOf(ArithmeticException.class);
        }
    }

    @Test
    void anotherVersionOfTheProgramGoesOn() {
        try (TestStreams t = sums()) {
            t.add("words", "a").add("words", "A").advance(1);
            t.restart(s -> s.collect("lower", sums(s.<String>input("words").map(w -> w.toLowerCase(Locale.ROOT)))))
                    .advance(1);
            assertThat(t.<Tuple2<String, Integer>>last("lower")).containsExactly(Tuple2.of("a", 2));
            assertThat(t.batches("sums")).hasSize(1);
        }
    }

    @Test
    void theRestartsOfTheGuide() {
        Path checkpoint = directory.resolve("checkpoint");
        VoidFunction<TestStreams> program = s -> s.collect("sums", sums(s.input("words")));
        VoidFunction<TestStreams> nextVersion =
                s -> s.collect("sums", sums(s.<String>input("words").map(String::trim)));
        // tag::restarts
        try (TestStreams t = TestStreams.every(Durations.seconds(1), TestStreams.defaults(), checkpoint, program)) {
            t.add("words", "a").add("words", "b").add("words", "a").advance(1);
            t.crashDuringNextBatch(); // in the output that is collected last; the batch runs again
            t.restart(Duration.ofMinutes(5)); // killed, and down for five minutes
            t.stopAndRestart(); // gracefully
            t.restart(nextVersion).advance(1); // killed; another version of the program goes on
            assertThat(t.<Tuple2<String, Integer>>last("sums"))
                    .containsExactlyInAnyOrder(Tuple2.of("a", 2), Tuple2.of("b", 1));
        }
        // end::restarts
    }

    @Test
    void onlyAProgramWithACheckpointDirectoryCanBeRestarted() {
        try (TestStreams t = words();
                TestStreams mute = recoverable(s -> s.<String>input("words").foreachRDD(rdd -> {}))) {
            for (ThrowingCallable restart : List.<ThrowingCallable>of(
                    t::restart, t::stopAndRestart, () -> t.restart(Duration.ZERO), () -> t.restart(s -> {}))) {
                assertThatIllegalStateException()
                        .isThrownBy(restart)
                        .withMessageStartingWith("ACQ-2096 a program without a checkpoint directory");
            }
            assertThatIllegalStateException()
                    .isThrownBy(t::crashDuringNextBatch)
                    .withMessageStartingWith("ACQ-2097 ")
                    .withMessageContaining("directory null, collected [words]");
            assertThatIllegalStateException()
                    .isThrownBy(mute::crashDuringNextBatch)
                    .withMessageStartingWith("ACQ-2097 ")
                    .withMessageEndingWith("collected []");
            assertThat(t.context().state()).isEqualTo(ContextState.INITIALIZED);
        }
    }
}
