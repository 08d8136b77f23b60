/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.internal.schedule.RateController.Limited;
import io.acequia.streaming.listener.BatchInfo;
import io.acequia.streaming.listener.InputInfo;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The limits of a context's sources, in a simulated loop of sources, queue and service. */
class RateControllerTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final double CAPACITY = 5000;

    private final StreamingConf conf = StreamingConf.withoutDefaults();

    private static Limited receiver(int id) {
        return new Limited(id, 0, true);
    }

    private StreamingConf dynamic() {
        return conf.set(StreamingConf.BACKPRESSURE_ENABLED, true);
    }

    private static BatchInfo batch(long second, Map<Integer, Long> records, double waited, double took) {
        Instant submitted = Instant.ofEpochSecond(second);
        Instant started = submitted.plus(Duration.ofNanos((long) (waited * 1e9)));
        Map<Integer, InputInfo> inputs = new HashMap<>();
        records.forEach((id, n) -> inputs.put(id, new InputInfo(id, "source", n, 0, Optional.empty())));
        return new BatchInfo(
                Time.of(submitted),
                inputs,
                submitted,
                Optional.of(started),
                Optional.of(started.plus(Duration.ofNanos((long) (took * 1e9)))),
                Optional.empty());
    }

    /**
     * A service that handles {@link #CAPACITY} and takes 20 ms for each batch besides; a batch a second; what a source may not
     * bring yet waits with it. New limits hold from the moment at which the batch that led to them has ended.
     */
    private static final class Simulation {
        private final RateController rates;
        private final Map<Integer, Double> waitingAtSource = new HashMap<>();
        private final Deque<BatchInfo> running = new ArrayDeque<>();
        private double freeAt;
        private long second;

        Simulation(RateController rates) {
            this.rates = rates;
        }

        /** @return what each source brought in this second */
        Map<Integer, Long> second(Map<Integer, Long> arrivals) {
            Map<Integer, Double> allowed = allowed(arrivals.keySet());
            second++;
            Map<Integer, Long> brought = new HashMap<>();
            arrivals.forEach((id, n) -> {
                double waiting = waitingAtSource.merge(id, (double) n, Double::sum);
                long in = (long) Math.min(waiting, allowed.get(id));
                waitingAtSource.merge(id, (double) -in, Double::sum);
                brought.put(id, in);
            });
            double starts = Math.max(second, freeAt);
            double took = 0.02 + brought.values().stream().mapToLong(n -> n).sum() / CAPACITY;
            freeAt = starts + took;
            running.add(batch(second, brought, starts - second, took));
            return brought;
        }

        /** In the second to come, in which batches end and change the limits. */
        private Map<Integer, Double> allowed(Set<Integer> ids) {
            Map<Integer, Double> allowed = new HashMap<>();
            double from = second;
            while (from < second + 1) {
                BatchInfo next = running.peek();
                double ends =
                        next == null ? Double.MAX_VALUE : seconds(next.endedAt().orElseThrow());
                double to = Math.min(second + 1, ends);
                for (int id : ids) {
                    long limit = rates.limit(id);
                    allowed.merge(id, limit == 0 ? Double.POSITIVE_INFINITY : limit * (to - from), Double::sum);
                }
                if (next != null && ends <= second + 1) {
                    rates.completed(running.remove());
                }
                from = to;
            }
            allowed.replaceAll((id, n) -> n + 1e-3);
            return allowed;
        }

        private static double seconds(Instant at) {
            return at.getEpochSecond() + at.getNano() / 1e9;
        }

        List<Long> seconds(int n, long arrivals) {
            List<Long> brought = new ArrayList<>();
            for (int i = 0; i < n; i++) {
                brought.addAll(second(Map.of(1, arrivals)).values());
            }
            return brought;
        }

        double queueingDelay() {
            return Math.max(0, freeAt - second);
        }
    }

    @Test
    void withoutSettingsThereIsNoLimitAndNoTerms() {
        RateController rates = new RateController(conf, SECOND, List.of(receiver(1), receiver(2)));

        assertThat(rates.completed(batch(1, Map.of(1, 1000L), 0, 4))).isEqualTo(Map.of(1, 0L, 2, 0L));
        assertThat(rates.completed(batch(2, Map.of(1, 1000L), 3, 4))).isEqualTo(Map.of(1, 0L, 2, 0L));
        assertThat(rates.limit(1)).isZero();
        assertThat(rates.limit(7)).as("a stream that nobody limits").isZero();
        assertThat(rates.terms(1)).isEmpty();
        assertThat(rates.terms(7)).isEmpty();
    }

    @Test
    void theEstimateIsALimitWithItsTermsAndTheOwnMaximumHoldsBesides() {
        RateController rates =
                new RateController(dynamic(), SECOND, List.of(receiver(1), new Limited(2, 400, true), receiver(3)));

        assertThat(rates.completed(batch(1, Map.of(1, 2000L, 2, 2000L), 0, 1)))
                .isEqualTo(Map.of(1, 0L, 2, 400L, 3, 0L));
        assertThat(rates.completed(batch(2, Map.of(1, 1500L, 2, 1500L), 1, 1)))
                .isEqualTo(Map.of(1, 1200L, 2, 400L, 3, 0L));
        assertThat(rates.terms(1)).hasValueSatisfying(terms -> {
            assertThat(terms.rate()).isEqualTo(1200);
            assertThat(terms.proportional()).isEqualTo(500);
            assertThat(terms.integral()).isEqualTo(300);
        });
        assertThat(rates.terms(3)).as("it brought nothing").isEmpty();
    }

    @Test
    void theInitialRateHoldsUntilTheFirstEstimate() {
        dynamic().set(StreamingConf.BACKPRESSURE_INITIAL_RATE, 300L);
        RateController rates = new RateController(conf, SECOND, List.of(receiver(1), new Limited(2, 50, false)));

        assertThat(rates.limit(1)).isEqualTo(300);
        assertThat(rates.limit(2)).isEqualTo(50);
        assertThat(rates.completed(batch(1, Map.of(1, 300L), 0, 0.1))).containsEntry(1, 300L);
        assertThat(rates.completed(batch(2, Map.of(1, 300L), 0, 0.1))).containsEntry(1, 3000L);
    }

    @Test
    void theInitialRateIsPartOfBackPressure() {
        conf.set(StreamingConf.BACKPRESSURE_INITIAL_RATE, 300L);

        assertThat(new RateController(conf, SECOND, List.of(receiver(1))).limit(1))
                .isZero();
    }

    @Test
    void theLimitIsNeverBelowTheLowestRate() {
        dynamic().set(StreamingConf.BACKPRESSURE_MIN_RATE, 1L);
        RateController rates = new RateController(conf, SECOND, List.of(receiver(1)));
        for (int second = 1; second < 50; second++) {
            Map<Integer, Long> limits = rates.completed(batch(second, Map.of(1, 1L), second * 10, 9.5));
            assertThat(limits.get(1)).isEqualTo(second == 1 ? 0 : 1);
        }
    }

    @Test
    void aBatchThatHasNotEndedChangesNothing() {
        RateController rates = new RateController(dynamic(), SECOND, List.of(receiver(1)));
        Instant at = Instant.ofEpochSecond(1);
        InputInfo input = new InputInfo(1, "source", 100, 0, Optional.empty());
        BatchInfo running =
                new BatchInfo(Time.of(at), Map.of(1, input), at, Optional.of(at), Optional.empty(), Optional.empty());

        rates.completed(batch(1, Map.of(1, 100L), 0, 0.5));
        assertThat(rates.completed(running)).isEqualTo(Map.of(1, 0L));
    }

    @Test
    void afterATenfoldStepNoBatchIsMoreThanAFifthAboveWhatTheServiceHandles() {
        Simulation simulation = new Simulation(new RateController(dynamic(), SECOND, List.of(receiver(1))));
        assertThat(simulation.seconds(5, 2000)).containsOnly(2000L);

        List<Long> brought = simulation.seconds(100, 20_000);

        assertThat(brought).allMatch(n -> n <= 1.2 * CAPACITY);
        assertThat(brought.subList(3, 100)).allMatch(n -> n >= 0.8 * CAPACITY);
        assertThat(simulation.queueingDelay()).isLessThan(1.1);
    }

    @Test
    void aFloodFromTheFirstBatchOnIsHeldByTheInitialRateAndSettles() {
        dynamic().set(StreamingConf.BACKPRESSURE_INITIAL_RATE, 1000L);
        Simulation simulation = new Simulation(new RateController(conf, SECOND, List.of(receiver(1))));

        List<Long> brought = simulation.seconds(100, 20_000);

        assertThat(brought).allMatch(n -> n >= 100 && n <= 1.2 * CAPACITY);
        assertThat(brought.subList(6, 100)).allMatch(n -> n >= 0.8 * CAPACITY);
    }

    @Test
    void aFloodWithoutAnInitialRateIsWorkedOffAndThenSettles() {
        Simulation simulation = new Simulation(new RateController(dynamic(), SECOND, List.of(receiver(1))));

        List<Long> brought = simulation.seconds(200, 20_000);

        assertThat(brought).allMatch(n -> n > 0);
        assertThat(brought.subList(100, 200)).allMatch(n -> n >= 0.8 * CAPACITY && n <= 1.2 * CAPACITY);
        assertThat(simulation.queueingDelay()).isLessThan(1.2);
    }

    @Test
    void threeReceiversNeverExceedTheirTotalAndAnIdleOneLends() {
        conf.set(StreamingConf.RECEIVER_MAX_RATE_TOTAL, 3000L);
        Simulation simulation =
                new Simulation(new RateController(conf, SECOND, List.of(receiver(1), receiver(2), receiver(3))));

        assertThat(shared(simulation, 5000, 5000, 5000)).containsOnly(List.of(1000L, 1000L, 1000L));
        assertThat(shared(simulation, 5000, 5000, 0).subList(30, 40)).containsOnly(List.of(1450L, 1450L, 0L));
        assertThat(shared(simulation, 5000, 0, 0).subList(30, 40)).containsOnly(List.of(2800L, 0L, 0L));
        List<List<Long>> back = shared(simulation, 5000, 5000, 5000);
        assertThat(back.subList(2, 40)).containsOnly(List.of(1000L, 1000L, 1000L));
    }

    /** Forty seconds of these arrivals. */
    private static List<List<Long>> shared(Simulation simulation, long first, long second, long third) {
        simulation.waitingAtSource.clear();
        List<List<Long>> all = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            Map<Integer, Long> in = simulation.second(Map.of(1, first, 2, second, 3, third));
            assertThat(in.values().stream().mapToLong(n -> n).sum()).isLessThanOrEqualTo(3000);
            all.add(List.of(in.get(1), in.get(2), in.get(3)));
            assertThat(List.of(1, 2, 3)).allMatch(id -> simulation.rates.limit(id) >= 100);
        }
        return all;
    }

    @Test
    void aReceiverWithItsOwnMaximumLeavesTheRestToTheOthers() {
        conf.set(StreamingConf.RECEIVER_MAX_RATE_TOTAL, 3000L);
        Limited slow = new Limited(2, 200, true);
        RateController rates = new RateController(conf, SECOND, List.of(receiver(1), slow, new Limited(3, 0, false)));
        assertThat(rates.limit(1)).isEqualTo(1500);

        assertThat(rates.completed(batch(1, Map.of(1, 1500L, 2, 200L, 3, 9999L), 0, 0.5)))
                .as("the third is read directly and is not limited")
                .isEqualTo(Map.of(1, 2800L, 2, 200L, 3, 0L));
    }

    @Test
    void batchesThatQueuedAreComparedWithTheLimitOfTheirTime() {
        conf.set(StreamingConf.RECEIVER_MAX_RATE_TOTAL, 2000L);
        RateController rates = new RateController(conf, SECOND, List.of(receiver(1), receiver(2)));
        rates.completed(batch(1, Map.of(1, 1000L, 2, 0L), 0, 0.5));
        assertThat(rates.limit(2)).as("idle").isEqualTo(100);

        rates.completed(batch(2, Map.of(1, 1900L, 2, 100L), 10, 0.5));
        assertThat(rates.limit(2)).as("busy, as was seen 10 seconds later").isEqualTo(1000);
        rates.completed(batch(3, Map.of(1, 1900L, 2, 100L), 10, 0.5));
        assertThat(rates.limit(2))
                .as("100 was all that it might bring at that time, and it may bring 1000 now")
                .isEqualTo(1000);
    }

    @Test
    void settingsThatWouldStopASourceAreRefused() {
        StreamingConf none = StreamingConf.withoutDefaults().set(StreamingConf.BACKPRESSURE_MIN_RATE, 0L);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RateController(none, SECOND, List.of()))
                .withMessageStartingWith("ACQ-1018 streaming.backpressure.min.rate = 0: must be at least 1 record/s");

        conf.set(StreamingConf.RECEIVER_MAX_RATE_TOTAL, 2L);
        assertThat(new RateController(conf, SECOND, List.of(receiver(1), receiver(2))).limit(2))
                .isEqualTo(1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RateController(conf, SECOND, List.of(receiver(1), receiver(2), receiver(3))))
                .withMessage("ACQ-1019 streaming.receiver.max.rate.total = 2 for 3 receivers: must be at least 1"
                        + " record/s for each of them");
    }
}
