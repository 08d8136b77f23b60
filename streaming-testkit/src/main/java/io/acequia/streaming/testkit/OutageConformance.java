/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.listener.ContextStatus.SourceStatus;
import io.acequia.streaming.listener.ReceiverState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;

/**
 * F31: the server of a source, or the network before it, goes again and again while one job reads on: a kill and a restart, a reset
 * of the connections, connections whose other end is gone without a word, a network that swallows everything for 6 s. Each time the
 * source must leave {@link ReceiverState#ACTIVE} within the {@linkplain #bound() bound}, and be back by itself when the fault is over;
 * a reliable source loses nothing.
 *
 * <p>There are {@link #outages()} of each kind. With {@code -Dacequia.outages.defaults=true} there
 * is also one network that swallows everything for a client whose time-outs are its defaults, until it is noticed.
 *
 * @param <T> type of the records
 */
@Timeout(1800)
public abstract class OutageConformance<T> {
    private static final boolean DEFAULTS = Boolean.getBoolean("acequia.outages.defaults");
    private static final Duration HOLE = Duration.ofSeconds(6);
    private static final Duration LOOK = Duration.ofMillis(5);
    private static final Duration LONGEST_LOOK = Duration.ofMinutes(5);
    private static final int LOT = 20;

    /** For JUnit. */
    protected OutageConformance() {}

    /**
     * Sets up a channel of its own, whose source has its time-outs set to 2 s; the suite closes it. A source is taken to be reliable
     * when its system is an {@link ExternalSystem.Reliable}.
     */
    protected abstract BreakableSystem<T> system() throws Exception;

    /** The same with the time-outs that a source has by default; nothing when that cannot be tried. */
    protected Optional<BreakableSystem<T>> systemWithDefaults() throws Exception {
        return Optional.empty();
    }

    /** How many outages of each kind: as {@code -Dacequia.outages} says, else 2. */
    protected int outages() {
        return Integer.getInteger("acequia.outages", 2);
    }

    /** How long an outage may go unnoticed when time-outs are 2 s: 3 seconds, if not said otherwise. */
    protected Duration bound() {
        return Duration.ofSeconds(3);
    }

    /** The same for time-outs as they are by default: a minute, if not said otherwise. */
    protected Duration boundWithDefaults() {
        return Duration.ofMinutes(1);
    }

    /** How long the suite waits for anything else before it fails: 30 seconds, if not said otherwise. */
    protected Duration patience() {
        return Duration.ofSeconds(30);
    }

    /** Whether an outage of the server itself is noticed: a source to which senders connect may not mind that one has gone. */
    protected boolean noticesKills() {
        return true;
    }

    private enum Fault {
        RESTART,
        RESET,
        HALF_OPEN,
        BLACK_HOLE
    }

    @TestFactory
    @DisplayName("F31 outages are noticed, and over when they are over")
    Stream<DynamicTest> outages(TestReporter reporter) {
        return Arrays.stream(Fault.values())
                .map(fault -> DynamicTest.dynamicTest(fault.name(), () -> outages(fault, reporter)));
    }

    private void outages(Fault fault, TestReporter reporter) throws Exception {
        try (BreakableSystem<T> system = system();
                Job<T> job = new Job<>(system, patience())) {
            int outages = outages();
            for (int i = 0; i < outages; i++) {
                job.outage(fault, bound());
            }
            job.finish();
            report(fault.name(), outages, bound(), job, fault != Fault.RESTART || noticesKills(), reporter);
        }
    }

    @TestFactory
    @DisplayName("F31 a network that swallows everything is noticed with the time-outs by default")
    Stream<DynamicTest> blackHoleWithDefaults(TestReporter reporter) throws Exception {
        Optional<BreakableSystem<T>> given = DEFAULTS ? systemWithDefaults() : Optional.empty();
        return given.stream()
                .map(system -> DynamicTest.dynamicTest("BLACK_HOLE", () -> {
                    try (system;
                            Job<T> job = new Job<>(system, patience())) {
                        job.outage(Fault.HALF_OPEN, boundWithDefaults());
                        job.finish();
                        report("HALF_OPEN with defaults", 1, boundWithDefaults(), job, true, reporter);
                    }
                }));
    }

    private static void report(
            String fault, int outages, Duration bound, Job<?> job, boolean noticed, TestReporter reporter) {
        List<Long> millis = new ArrayList<>(job.noticed);
        Collections.sort(millis);
        long most = millis.isEmpty() ? -1 : millis.get(millis.size() - 1);
        reporter.publishEntry(
                "F31 " + fault,
                "n=" + outages + " noticed=" + millis.size() + " noticed_ms_p50="
                        + (millis.isEmpty() ? -1 : millis.get(millis.size() / 2)) + " noticed_ms_most=" + most
                        + " bound_ms=" + bound.toMillis() + " recovered=" + job.recovered + " published="
                        + job.published.size() + " lost=" + job.lost() + " repeated=" + job.repeated());
        assertThat(job.recovered).as("outages that were over for the source").isEqualTo(outages);
        if (noticed) {
            assertThat(millis).as("outages that were noticed").hasSize(outages);
            assertThat(most).as("milliseconds until an outage was noticed").isLessThanOrEqualTo(bound.toMillis());
        }
        if (job.isReliable()) {
            assertThat(job.lost()).as("lost").isZero();
        }
    }

    /** One job that reads on through all outages of a kind, and what it got. */
    private static final class Job<T> implements AutoCloseable {
        private final StreamClock clock = StreamClock.system();
        private final BreakableSystem<T> system;
        private final Duration patience;
        private final StreamingContext context;
        private final List<T> received = Collections.synchronizedList(new ArrayList<>());
        private final List<String> published = new ArrayList<>();
        private final List<Long> noticed = new ArrayList<>();
        private int recovered;

        Job(BreakableSystem<T> system, Duration patience) throws Exception {
            this.system = system;
            this.patience = patience;
            context = new StreamingContext(
                    StreamingConf.withoutDefaults()
                            .setMaster("local[2]")
                            .setAppName("outages")
                            .set(StreamingConf.STOP_ON_SHUTDOWN, false)
                            .set(StreamingConf.RECEIVER_RETRY_FIRST, Duration.ofMillis(50))
                            .set(StreamingConf.RECEIVER_RETRY_MOST, Duration.ofMillis(500)),
                    Duration.ofMillis(100));
            boolean started = false;
            try {
                Collection<T> into = received;
                context.receiverStream(system.source()).foreachRDD(rdd -> into.addAll(rdd.collect()));
                context.start();
                awaitNews();
                started = true;
            } finally {
                if (!started) {
                    context.stop(true, false);
                }
            }
        }

        boolean isReliable() {
            return system instanceof ExternalSystem.Reliable;
        }

        void outage(Fault fault, Duration bound) throws Exception {
            await("the source is active", () -> source().state() == ReceiverState.ACTIVE);
            publish();
            long restarts = source().restarts();
            long began = clock.nanoTime();
            switch (fault) {
                case RESTART -> system.kill();
                case RESET -> system.proxy().reset();
                case HALF_OPEN -> system.proxy().halfOpen();
                case BLACK_HOLE -> system.proxy().blackHole();
            }
            Duration look = bound.multipliedBy(2);
            OptionalLong seen = until(
                    began,
                    look.compareTo(LONGEST_LOOK) < 0 ? look : LONGEST_LOOK,
                    () -> source().state() != ReceiverState.ACTIVE || source().restarts() > restarts);
            seen.ifPresent(nanos -> noticed.add(nanos / 1_000_000));
            if (fault == Fault.BLACK_HOLE) {
                publish();
                until(began, HOLE, () -> false);
            }
            if (fault == Fault.RESTART) {
                system.restart();
            }
            system.proxy().heal();
            awaitNews();
            recovered++;
        }

        /** Publishes until something of it comes. */
        private void awaitNews() throws Exception {
            Set<String> news = new HashSet<>();
            long began = clock.nanoTime();
            do {
                publish();
                news.addAll(published.subList(published.size() - LOT, published.size()));
            } while (until(clock.nanoTime(), Duration.ofSeconds(2), () -> got().anyMatch(news::contains))
                            .isEmpty()
                    && clock.nanoTime() - began < patience.toNanos());
            if (got().noneMatch(news::contains)) {
                throw new AssertionError("nothing comes since " + patience + "; the source: " + source());
            }
        }

        void finish() throws Exception {
            if (isReliable()) {
                until(clock.nanoTime(), patience, () -> lost() == 0);
            }
        }

        private void publish() throws Exception {
            int from = published.size();
            List<String> lot =
                    IntStream.range(from, from + LOT).mapToObj(i -> "out-" + i).toList();
            published.addAll(lot);
            system.publish(lot);
        }

        private Stream<String> got() {
            synchronized (received) {
                return new ArrayList<>(received).stream().map(system::payloadOf);
            }
        }

        long lost() {
            Set<String> all = new HashSet<>(published);
            got().forEach(all::remove);
            return all.size();
        }

        long repeated() {
            return received.size() - got().distinct().count();
        }

        private SourceStatus source() {
            return context.status().sources().get(0);
        }

        private void await(String what, Callable<Boolean> so) throws Exception {
            if (until(clock.nanoTime(), patience, so).isEmpty()) {
                throw new AssertionError("waited for " + patience + " until " + what + "; the source: " + source());
            }
        }

        /** How many nanoseconds after the beginning it was so; nothing when it was not in time. */
        private OptionalLong until(long began, Duration atMost, Callable<Boolean> so) throws Exception {
            while (!so.call()) {
                if (clock.nanoTime() - began > atMost.toNanos()) {
                    return OptionalLong.empty();
                }
                clock.awaitUntil(clock.now().plus(LOOK));
            }
            return OptionalLong.of(clock.nanoTime() - began);
        }

        @Override
        public void close() {
            context.stop(true, false);
        }
    }
}
