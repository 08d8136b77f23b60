/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.acequia.streaming.BatchFailedException;
import io.acequia.streaming.DStream;
import io.acequia.streaming.RDD;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingConf.FailurePolicy;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.StreamingContext.ContextState;
import io.acequia.streaming.StreamingException;
import io.acequia.streaming.data.Durations;
import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.listener.BatchInfo;
import io.acequia.streaming.listener.StreamingListener;
import io.acequia.streaming.receiver.Records;
import io.acequia.streaming.receiver.Source;
import io.acequia.streaming.receiver.UnreliableReceiver;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How a context fails and what it refuses while it runs; its schedule is the business of the test kit's suites. */
@Timeout(60)
class StreamingRuntimeTest {
    private final StreamingConf conf = StreamingConf.withoutDefaults()
            .setMaster("local[2]")
            .setAppName("orders")
            .set(StreamingConf.STOP_ON_SHUTDOWN, false);
    private StreamingContext context = context(StreamClock.system());

    private StreamingContext context(StreamClock clock) {
        return new StreamingContext(conf, Durations.milliseconds(20), clock);
    }

    @AfterEach
    void stop() {
        context.stop();
    }

    private DStream<Integer> numbers(Integer... numbers) {
        ArrayDeque<RDD<Integer>> queue = new ArrayDeque<>();
        queue.add(context.batchContext().parallelize(List.of(numbers), 2));
        return context.queueStream(queue);
    }

    private BatchFailedException failure() {
        context.start();
        return (BatchFailedException) catchThrowable(context::awaitTermination);
    }

    @Test
    void aFunctionThatThrowsInATaskEndsTheContextWithItsPlace() {
        numbers(1, 0)
                .map(i -> 1 / i)
                .foreachRDD(rdd -> {
                    rdd.collect();
                })
                .uid("quotients");
        BatchFailedException failure = failure();
        assertThat(failure)
                .hasMessageMatching(
                        "ACQ-1008 batch \\d+ ms failed in output 'quotients': function of map at"
                                + " StreamingRuntimeTest\\.java:\\d+ threw in partition 1: java\\.lang\\.ArithmeticException: / by zero")
                .hasCauseInstanceOf(ArithmeticException.class);
        assertThat(failure.output()).isEqualTo("quotients");
        assertThat(failure.partition()).isEqualTo(1);
        assertThat(failure.callSite()).startsWith("StreamingRuntimeTest.java:");
        assertThat(failure.batchTime().milliseconds() % 20).isZero();
        assertThat(context.state()).isEqualTo(ContextState.STOPPED);
        assertThat(context.status().batchesFailed()).isEqualTo(1);
    }

    @Test
    void aFunctionThatThrowsOnTheDriverEndsTheContextToo() {
        IOException broken = new IOException("no disk");
        numbers(1)
                .foreachRDD(rdd -> {
                    throw broken;
                })
                .uid("save");
        BatchFailedException failure = failure();
        assertThat(failure)
                .hasMessageMatching("ACQ-1009 batch \\d+ ms failed in 'save' at StreamingRuntimeTest\\.java:\\d+:"
                        + " java\\.io\\.IOException: no disk")
                .hasCause(broken);
        assertThat(failure.partition()).isEqualTo(-1);
    }

    @Test
    void anErrorOfAPlannerEndsTheContext() {
        context.directStream(new DirectInput(
                        "orders",
                        time -> {
                            throw new NoClassDefFoundError("client");
                        },
                        any -> any))
                .print();
        assertThat(failure())
                .hasMessageMatching(
                        "ACQ-1010 planning batch \\d+ ms failed: java\\.lang\\.NoClassDefFoundError: client");
    }

    @Test
    void aPlanThatIsTriedAgainKeepsThePlansOfLaterBatchesBehindIt() throws Exception {
        context.stop();
        conf.set(StreamingConf.CONCURRENT_JOBS, 2)
                .set(
                        StreamingConf.FAILURE_POLICY,
                        FailurePolicy.retry(5, Durations.milliseconds(200), FailurePolicy.Kind.STOP));
        context = context(StreamClock.system());
        context.directStream(new DirectInput("orders", Plans::at, any -> any)).print();
        context.start();
        Plans.FOUR.await();
        assertThat(Plans.MADE).startsWith(Plans.first).isSorted();
    }

    /** The first batch can be planned when it is asked for the third time. */
    private static final class Plans {
        private static final List<Time> MADE = new CopyOnWriteArrayList<>();
        private static final CountDownLatch FOUR = new CountDownLatch(4);
        private static int attempts;
        private static volatile Time first;

        static synchronized String at(Time batch) throws IOException {
            first = first == null ? batch : first;
            if (batch.equals(first) && ++attempts < 3) {
                throw new IOException("away");
            }
            MADE.add(batch);
            FOUR.countDown();
            return "0";
        }
    }

    /** The clock belongs to whoever made the context; it breaks where the runner looks when the output began. */
    @Test
    void whatFailsOutsideOfAnOutputEndsTheContextToo() {
        AtomicInteger looks = new AtomicInteger();
        context.stop();
        context = context(new Clock() {
            @Override
            public Instant now() {
                boolean runsBatch = Thread.currentThread().getName().equals("acequia-batch-0");
                if (runsBatch && looks.incrementAndGet() == 2) {
                    throw new IllegalStateException("no time");
                }
                return super.now();
            }
        });
        numbers(1).print();
        assertThat(failure())
                .hasMessageMatching("ACQ-1011 batch \\d+ ms failed: java\\.lang\\.IllegalStateException: no time");
    }

    @Test
    void anIntervalIsAWholeNumberOfMilliseconds() {
        for (Duration interval : List.of(Duration.ZERO, Duration.ofMillis(-1), Duration.ofNanos(1_500_000))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new StreamingContext(conf, interval))
                    .withMessage("ACQ-1012 batch interval " + interval
                            + ": must be a whole number of milliseconds, at least 1");
        }
    }

    @Test
    void aContextThatHasStoppedIsNotStartedAgain() {
        numbers(1).print();
        context.stop();
        assertThatIllegalStateException()
                .isThrownBy(context::start)
                .withMessage(
                        "ACQ-1013 streaming context 'orders' is STOPPED and cannot be started again: make a new one");
    }

    @Test
    void aSourceThatCannotBeOpenedKeepsTheContextFromStarting() {
        context.directStream(new DirectInput("orders", time -> "0", name -> {
                    throw new IOException("no broker");
                }))
                .print();
        assertThatExceptionOfType(StreamingException.class)
                .isThrownBy(context::start)
                .withMessage("ACQ-1014 streaming context 'orders' could not start: java.io.IOException: no broker")
                .withCauseInstanceOf(IOException.class);
        assertThat(context.state()).isEqualTo(ContextState.STOPPED);
        assertThat(StreamingContext.active()).isEmpty();
    }

    @Test
    void anErrorDuringTheStartLeavesNothingBehind() {
        NoClassDefFoundError missing = new NoClassDefFoundError("client");
        context.directStream(new DirectInput("orders", time -> "0", name -> {
                    throw missing;
                }))
                .print();
        assertThat(catchThrowable(context::start)).isSameAs(missing);
        assertThat(context.state()).isEqualTo(ContextState.STOPPED);
        assertThat(StreamingContext.active()).isEmpty();
    }

    @Test
    void onlyOneContextIsActiveUnlessMoreAreAllowed() {
        numbers(1).print();
        context.start();
        try (StreamingContext second = context(StreamClock.system())) {
            second.directStream(DirectInput.quiet("prices")).print();
            assertThatIllegalStateException()
                    .isThrownBy(second::start)
                    .withMessageMatching(
                            "ACQ-1002 another streaming context is active in this JVM, started at"
                                    + " StreamingRuntimeTest\\.java:\\d+: stop it first, or set streaming\\.contexts\\.multiple = true");
            assertThat(StreamingContext.active()).containsSame(context);
        }
        context.stop();
        assertThat(StreamingContext.active()).isEmpty();
    }

    @Test
    void aBatchThatWaitedForTheQueueWhenTheStopCameIsNotLeftOut() throws Exception {
        conf.set("streaming.backlog.max", "1");
        context = context(StreamClock.system());
        BlockingQueue<Integer> source = new LinkedBlockingQueue<>();
        CountDownLatch held = new CountDownLatch(1);
        List<Long> times = new CopyOnWriteArrayList<>();
        List<Integer> received = new CopyOnWriteArrayList<>();
        context.receiverStream(Source.of("numbers", () -> new Numbers(source))).foreachRDD((rdd, time) -> {
            held.await();
            times.add(time.milliseconds());
            received.addAll(rdd.collect());
        });
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        context.start();
        Thread timer = Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("acequia-timer") && !before.contains(thread))
                .findFirst()
                .orElseThrow();
        while (!waitsForTheQueue(timer)) {
            Thread.onSpinWait();
        }
        source.add(7);
        while (!source.isEmpty()) {
            Thread.onSpinWait(); // a stop does not read what a receiver has not
        }
        CompletableFuture<Boolean> stopped =
                CompletableFuture.supplyAsync(() -> context.stop(true, true).complete());
        while (waitsForTheQueue(timer)) {
            Thread.onSpinWait();
        }
        held.countDown();

        assertThat(stopped.get()).isTrue();
        assertThat(received).containsExactly(7);
        for (int i = 1; i < times.size(); i++) {
            assertThat(times.get(i) - times.get(i - 1)).isEqualTo(20);
        }
    }

    private static boolean waitsForTheQueue(Thread timer) {
        StackTraceElement[] stack = timer.getStackTrace();
        return IntStream.range(1, stack.length)
                .anyMatch(i -> stack[i].getMethodName().equals("due")
                        && stack[i - 1].getMethodName().equals("await"));
    }

    /** Gives what is in a queue. */
    private record Numbers(BlockingQueue<Integer> source) implements UnreliableReceiver<Integer> {
        @Override
        public void connect() {}

        @Override
        public Records<Integer> read(int maxRecords, Duration maxWait) throws InterruptedException {
            Integer next = maxRecords == 0 ? null : source.poll(maxWait.toNanos(), TimeUnit.NANOSECONDS);
            return next == null ? Records.nothing() : Records.of(List.of(next));
        }

        @Override
        public void close() {}
    }

    @Test
    void aListenerCannotStopItsContext() throws Exception {
        CompletableFuture<Throwable> thrown = new CompletableFuture<>();
        context.addStreamingListener(new StreamingListener() {
            @Override
            public void onBatchCompleted(BatchInfo b) {
                thrown.complete(catchThrowable(context::stop));
            }
        });
        numbers(1).print();
        context.start();
        assertThat(thrown.get())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("ACQ-1015 stop inside a listener would wait for itself: call it from another thread");
    }

    @Test
    void aBatchCannotStopItsContext() throws Exception {
        CompletableFuture<Throwable> thrown = new CompletableFuture<>();
        numbers(1).foreachRDD(rdd -> {
            thrown.complete(catchThrowable(context::stop));
        });
        context.start();
        assertThat(thrown.get())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("ACQ-1016 stop inside a batch would wait for itself: call it from another thread");
    }

    private static class Clock implements StreamClock {
        @Override
        public Instant now() {
            return StreamClock.system().now();
        }

        @Override
        public long nanoTime() {
            return StreamClock.system().nanoTime();
        }

        @Override
        public void awaitUntil(Instant at) throws InterruptedException {
            StreamClock.system().awaitUntil(at);
        }
    }
}
