/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.function.Function;
import io.acequia.streaming.internal.store.Failpoint;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * F30: a process that reads a source is killed between reading, storing and acknowledging, at five places of the way and from outside,
 * and started again on its directory, while numbers are published on and on. In the end a reliable source has lost none. One that cannot
 * be told has lost only the end of each life: what was not in a forced block yet, or came while nobody listened; never anything
 * in between.
 *
 * <p>There are {@link #kills()}, drawn by {@code -Dacequia.kills.seed}.
 *
 * @param <T> type of the records
 */
@Timeout(1800)
public abstract class KillConformance<T> {
    private static final long SEED = Long.getLong("acequia.kills.seed", 1);
    private static final Duration PAUSE = Duration.ofMillis(5);
    private static final Duration LOOK = Duration.ofMillis(20);
    private static final Duration LONGEST_LIFE = Duration.ofSeconds(20);
    private static final int LOT = 10;
    private static final int MOST_PASSAGES = 12;
    private static final int MOST_DELAY_MILLIS = 700;
    /** Nothing kills from outside. */
    private static final List<Optional<Failpoint>> PLACES = List.of(
            Optional.of(Failpoint.DELIVERY_READ),
            Optional.of(Failpoint.BLOCK_WRITTEN),
            Optional.of(Failpoint.BLOCK_FORCED),
            Optional.of(Failpoint.BLOCK_ADDED),
            Optional.of(Failpoint.DELIVERY_SETTLED),
            Optional.empty());

    @TempDir
    @SuppressWarnings("NullAway.Init") // by JUnit
    Path directory;

    /** For JUnit. */
    protected KillConformance() {}

    /** Sets up a channel of its own; the suite closes it. A source is taken to be reliable when this is an {@link ExternalSystem.Reliable}. */
    protected abstract ExternalSystem<T> system() throws Exception;

    /** The text that was published as a record; runs in the process that is killed. */
    protected abstract Function<T, String> payload();

    /** Classes of the records that a data log does not know by itself. */
    protected Set<Class<?>> recordClasses() {
        return Set.of();
    }

    /** How many kills: as {@code -Dacequia.kills} says, else 5. */
    protected int kills() {
        return Integer.getInteger("acequia.kills", 5);
    }

    /** Whether what comes again is told from what a data log has: then nothing may come twice. Not, if not said otherwise. */
    protected boolean comesOnce() {
        return false;
    }

    /** How long the suite waits in the end for what was published: a minute, if not said otherwise. */
    protected Duration patience() {
        return Duration.ofMinutes(1);
    }

    @Test
    @DisplayName("F30 a process is killed between reading, storing and acknowledging")
    void kills(TestReporter reporter) throws Exception {
        try (ExternalSystem<T> system = system();
                NumbersPublished numbers = new NumbersPublished(system, LOT, PAUSE)) {
            boolean reliable = system instanceof ExternalSystem.Reliable;
            KilledJob job = KilledJob.of(directory, system.source(), payload(), recordClasses());
            numbers.start();
            int missed = 0;
            int most = Math.max(5, kills());
            Random random = new Random(SEED);
            List<Optional<Failpoint>> plan = plan(random, reliable);
            for (int i = 0; i < plan.size() && missed <= most; ) {
                if (kill(job, plan.get(i), random)) {
                    i++;
                } else {
                    missed++;
                }
            }
            assertThat(missed)
                    .as("lives that did not come to the place where they should end")
                    .isLessThanOrEqualTo(most);
            int sent = finish(job, numbers, reliable);
            BitSet processed = job.processed();
            BitSet lost = new BitSet();
            lost.set(0, sent);
            lost.andNot(processed);
            List<Integer> runs = runs(lost);
            reporter.publishEntry(
                    "F30 kills",
                    "n=" + plan.size() + " sent=" + sent + " lost=" + lost.cardinality() + " lost_pieces="
                            + runs.size() + " lost_most=" + (runs.isEmpty() ? 0 : Collections.max(runs))
                            + " repeated=" + job.repeated() + " not_counted=" + missed);
            if (reliable) {
                assertThat(lost.cardinality()).as("lost").isZero();
            } else {
                assertThat(runs.size())
                        .as("pieces that were lost, one at the end of each life")
                        .isLessThanOrEqualTo(job.lives());
            }
            if (comesOnce()) {
                assertThat(job.repeated()).as("repeated").isZero();
            }
        }
    }

    /** All places as often, in an order that is drawn; a source that cannot be told passes only some. */
    private List<Optional<Failpoint>> plan(Random random, boolean reliable) {
        List<Optional<Failpoint>> places = new ArrayList<>(PLACES);
        if (!reliable) {
            places.remove(Optional.of(Failpoint.DELIVERY_SETTLED));
        }
        List<Optional<Failpoint>> plan = new ArrayList<>();
        int kills = kills();
        int first = kills < places.size() ? random.nextInt(places.size()) : 0;
        for (int i = 0; i < kills; i++) {
            plan.add(places.get((first + i) % places.size()));
        }
        Collections.shuffle(plan, random);
        return plan;
    }

    private static List<Integer> runs(BitSet lost) {
        List<Integer> runs = new ArrayList<>();
        for (int from = lost.nextSetBit(0); from >= 0; from = lost.nextSetBit(from)) {
            int until = lost.nextClearBit(from);
            runs.add(until - from);
            from = until;
        }
        return runs;
    }

    /** One life; whether it ended where it should. */
    private static boolean kill(KilledJob job, Optional<Failpoint> place, Random random) throws Exception {
        List<String> options = place.map(each -> List.of(
                        "-Dacequia.failpoint=" + each.text() + ":" + (1 + random.nextInt(MOST_PASSAGES)) + ":halt"))
                .orElse(List.of());
        int before = job.processed().cardinality();
        try (ChildJvm child = job.start(options)) {
            if (place.isPresent()) {
                boolean ended = child.awaitEnd(LONGEST_LIFE);
                child.kill();
                return ended && child.exitCode() == 137;
            }
            StreamClock clock = StreamClock.system();
            long began = clock.nanoTime();
            while (job.processed().cardinality() == before) {
                if (clock.nanoTime() - began > LONGEST_LIFE.toNanos() || child.awaitEnd(LOOK)) {
                    return false;
                }
            }
            boolean there = !child.awaitEnd(Duration.ofMillis(random.nextInt(MOST_DELAY_MILLIS)));
            child.kill();
            return there;
        }
    }

    /** Lets a last life take in all that was sent, or, where that may be lost, something new; gives how many were sent. */
    private int finish(KilledJob job, NumbersPublished numbers, boolean reliable) throws Exception {
        StreamClock clock = StreamClock.system();
        try (ChildJvm child = job.start(List.of())) {
            int before = job.processed().length();
            long began = clock.nanoTime();
            while (job.processed().length() <= before
                    && clock.nanoTime() - began < patience().toNanos()) {
                if (child.awaitEnd(LOOK)) {
                    throw new AssertionError("the last life has ended by itself, with " + child.exitCode());
                }
            }
            int sent = numbers.stop();
            began = clock.nanoTime();
            while (job.processed().cardinality() < sent
                    && clock.nanoTime() - began < patience().toNanos()) {
                boolean ended = child.awaitEnd(LOOK);
                if (ended || !reliable && job.processed().length() == sent) {
                    break;
                }
            }
            child.end();
            child.awaitEnd(patience());
            return sent;
        }
    }

    static String text(int number) {
        return "number-" + number;
    }

    static int number(String text) {
        return Integer.parseInt(text.substring(text.indexOf('-') + 1));
    }

    static List<String> texts(int from, int count) {
        return IntStream.range(from, from + count)
                .mapToObj(KillConformance::text)
                .toList();
    }
}
