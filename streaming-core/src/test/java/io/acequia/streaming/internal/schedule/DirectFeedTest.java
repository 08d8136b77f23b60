/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.BatchContext;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.direct.DirectSource;
import io.acequia.streaming.direct.Plan;
import io.acequia.streaming.direct.PlannerContext;
import io.acequia.streaming.direct.SplitPlanner;
import io.acequia.streaming.internal.graph.InputNode;
import io.acequia.streaming.internal.graph.StreamGraph;
import io.acequia.streaming.internal.rdd.Rdds;
import io.acequia.streaming.listener.BatchInfo;
import io.acequia.streaming.listener.InputInfo;
import java.io.IOException;
import java.io.Serializable;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How many records a planner is asked for. */
class DirectFeedTest {
    private static final Duration TENTH = Duration.ofMillis(100);

    private final StreamingConf conf =
            StreamingConf.withoutDefaults().setMaster("local[2]").setAppName("direct");
    private final BatchContext batch = new BatchContext(conf);
    private final StreamingContext context = new StreamingContext(batch, TENTH);
    private final Rdds rdds = Rdds.open(batch, conf);
    private final StreamGraph graph = new StreamGraph(context, rdds, conf, TENTH);
    private final Planner planner = new Planner();
    private RateController rates = RateController.of(graph);

    /** Takes down what it is asked. */
    private static final class Planner implements SplitPlanner<String> {
        private final List<Long> asked = new ArrayList<>();
        private final List<PlannerContext> given = new ArrayList<>();
        private boolean broken;

        @Override
        public Plan<String> plan(Time time, long maxRecords) throws IOException {
            asked.add(maxRecords);
            if (broken) {
                throw new IOException("broken");
            }
            return new Plan<>(List.of(), "");
        }
    }

    private record Orders(Opening opening) implements DirectSource<String> {
        @Override
        public String name() {
            return "orders";
        }

        @Override
        public SplitPlanner<String> newPlanner(PlannerContext context) {
            return opening.open(context);
        }
    }

    private interface Opening extends Serializable {
        SplitPlanner<String> open(PlannerContext context);
    }

    @AfterEach
    void stop() {
        context.stop(true);
        rdds.close();
    }

    private DirectFeed open() throws Exception {
        graph.input("directStream", new InputNode.Direct(new Orders(given -> {
            planner.given.add(given);
            return planner;
        })));
        rates = RateController.of(graph);
        DirectFeed feed = new DirectFeed(
                graph.inputs().get(0), source(), rdds, StreamClock.system(), new ListenerBus(), rates, false);
        feed.start(new Time(0), Feed.Past.none(new Time(0)));
        return feed;
    }

    private DirectSource<?> source() {
        return ((InputNode.Direct) graph.inputs().get(0).origin()).source();
    }

    private static void plan(DirectFeed feed, int batches) throws Exception {
        for (int i = 1; i <= batches; i++) {
            feed.plan(new Time(i * 100L));
        }
    }

    @Test
    void withoutALimitAPlannerIsAskedForEverything() throws Exception {
        plan(open(), 2);
        assertThat(planner.asked).containsExactly(Long.MAX_VALUE, Long.MAX_VALUE);
        assertThat(planner.given.get(0).maxRatePerPartition()).isZero();
    }

    @Test
    void aLimitIsDividedOverTheBatchesOfASecond() throws Exception {
        conf.set(StreamingConf.RECEIVER_MAX_RATE, 1000L).set(StreamingConf.DIRECT_MAX_RATE_PER_PARTITION, 70L);
        plan(open(), 3);
        assertThat(planner.asked).containsExactly(100L, 100L, 100L);
        assertThat(planner.given.get(0).maxRatePerPartition()).isEqualTo(70);
    }

    @Test
    void aFractionOfARecordIsLeftToTheNextBatch() throws Exception {
        conf.set(StreamingConf.RECEIVER_MAX_RATE, 15L);
        plan(open(), 20);
        assertThat(planner.asked).startsWith(1L, 2L, 1L, 2L).hasSize(20);
        assertThat(planner.asked.stream().mapToLong(Long::longValue).sum()).isEqualTo(30);
    }

    @Test
    void aLimitBelowOneRecordABatchStopsNothingAndLetsNoFloodThrough() throws Exception {
        conf.set(StreamingConf.RECEIVER_MAX_RATE, 3L);
        plan(open(), 100);
        assertThat(planner.asked).containsOnly(0L, 1L);
        assertThat(planner.asked.stream().mapToLong(Long::longValue).sum()).isEqualTo(30);
    }

    @Test
    void aPlanThatIsTriedAgainIsAskedForAsMuch() throws Exception {
        conf.set(StreamingConf.RECEIVER_MAX_RATE, 15L);
        DirectFeed feed = open();
        plan(feed, 1);
        planner.broken = true;
        assertThatThrownBy(() -> feed.plan(new Time(200))).hasMessage("broken");
        planner.broken = false;
        feed.plan(new Time(200));
        feed.plan(new Time(300));
        assertThat(planner.asked).containsExactly(1L, 2L, 2L, 1L);
    }

    @Test
    void aLimitTooLargeToCountIsNone() throws Exception {
        conf.set(StreamingConf.RECEIVER_MAX_RATE, Long.MAX_VALUE);
        plan(open(), 1);
        assertThat(planner.asked).containsExactly(Long.MAX_VALUE);
    }

    @Test
    void theEstimateOfBackPressureBoundsThePlan() throws Exception {
        conf.set(StreamingConf.BACKPRESSURE_ENABLED, true);
        DirectFeed feed = open();
        feed.plan(new Time(100));
        int id = graph.inputs().get(0).streamId();
        rates.completed(done(id, 100));
        rates.completed(done(id, 200));
        feed.plan(new Time(300));
        assertThat(planner.asked).containsExactly(Long.MAX_VALUE, 200L);
    }

    /** A hundred records in 50 ms. */
    private static BatchInfo done(int id, long time) {
        Instant at = Instant.ofEpochMilli(time);
        return new BatchInfo(
                new Time(time),
                Map.of(id, new InputInfo(id, "orders", 100, 0, Optional.empty())),
                at,
                Optional.of(at),
                Optional.of(at.plusMillis(50)),
                Optional.empty());
    }
}
