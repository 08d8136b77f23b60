/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.acequia.streaming.BatchFailedException;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.StreamingContext.ContextState;
import io.acequia.streaming.StreamingException;
import io.acequia.streaming.data.Durations;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.function.VoidFunction;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TestStreamsTest {
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

    @Test
    void whatIsNotBuiltYetSaysSo() {
        try (TestStreams t = words()) {
            List<ThrowingCallable> uses = List.of(
                    t::restart,
                    t::crashDuringNextBatch,
                    () -> TestStreams.every(
                            Durations.seconds(1), TestStreams.defaults(), Path.of("checkpoint"), s -> {}));
            assertThat(uses).allSatisfy(use -> assertThatExceptionOfType(StreamingException.class)
                    .isThrownBy(use)
                    .withMessageMatching(
                            "ACQ-2010 .+ is not available in this version: see CHANGELOG\\.md for what is"));
        }
    }
}
