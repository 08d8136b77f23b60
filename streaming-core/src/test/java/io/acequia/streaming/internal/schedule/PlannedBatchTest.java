/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.acequia.streaming.BatchContext;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.data.Durations;
import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.internal.graph.InputNode;
import io.acequia.streaming.internal.graph.Retention;
import io.acequia.streaming.internal.graph.StreamGraph;
import io.acequia.streaming.internal.rdd.DatasetRdd;
import io.acequia.streaming.internal.rdd.Rdds;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a batch holds, for how long it can be asked, and what a feed needs before it is planned. */
class PlannedBatchTest {
    private final StreamingConf conf =
            StreamingConf.withoutDefaults().setMaster("local[2]").setAppName("batches");
    private final BatchContext batch = new BatchContext(conf);
    private final StreamingContext context = new StreamingContext(batch, Durations.seconds(1));
    private final Rdds rdds = Rdds.open(batch, conf);
    private final StreamGraph graph = new StreamGraph(context, rdds, conf, Durations.seconds(1));
    private final DirectInput source = DirectInput.quiet("orders");
    private final InputNode node = inputNode();
    private final RememberedBatches remembered = remembered(new Time(0));

    /** Keeps each batch for a second. */
    private RememberedBatches remembered(Time zero) {
        Retention aSecond = new Retention(List.of(), Map.of(Durations.seconds(1), List.of(node)), List.of());
        return new RememberedBatches(aSecond, new States(rdds.engine()), zero);
    }

    private InputNode inputNode() {
        graph.input("directStream", new InputNode.Direct(source));
        return graph.inputs().get(0);
    }

    @AfterEach
    void stop() {
        context.stop(true);
        rdds.close();
    }

    private PlannedBatch planned(long time, Runnable release) {
        return planned(remembered, time, release);
    }

    private PlannedBatch planned(RememberedBatches remembered, long time, Runnable release) {
        PlannedBatch planned = new PlannedBatch(new Time(time), Instant.EPOCH, remembered);
        DatasetRdd<?> records = DatasetRdd.of(rdds.parallelize(List.of("a"), 1));
        planned.intake(node, new Intake(records, 1, "a", List.of(), null, false, release));
        remembered.add(planned);
        return planned;
    }

    @Test
    void anRddOfABatchIsMadeOnce() {
        PlannedBatch planned = planned(1000, () -> {});
        assertThat(planned.rddOf(node)).isSameAs(planned.rddOf(node, new Time(1000)));
        assertThat(remembered.rddOf(node, new Time(1000))).isSameAs(planned.rddOf(node));
        assertThat(planned.info().numRecords()).isEqualTo(1);
    }

    @Test
    void aSourceThatWasNotPlannedHasNothingInTheBatch() {
        PlannedBatch planned = new PlannedBatch(new Time(1000), Instant.EPOCH, remembered);
        assertThatIllegalStateException()
                .isThrownBy(() -> planned.input(node))
                .withMessage("ACQ-1004 " + node + " has not been planned for batch 1000 ms");
    }

    @Test
    void aBatchThatWasReleasedOrIsNotThereYetCannotBeAsked() {
        AtomicInteger released = new AtomicInteger();
        planned(1000, released::incrementAndGet);
        planned(2000, released::incrementAndGet);
        planned(3000, released::incrementAndGet);
        remembered.release(new Time(2000));
        assertThat(released).hasValue(1);
        assertThatIllegalStateException()
                .isThrownBy(() -> remembered.rddOf(node, new Time(1000)))
                .withMessage("ACQ-1006 RDD of batch 1000 ms of " + node
                        + " was released; call remember(..) or persist it and keep it yourself");
        assertThat(remembered.rddOf(node, new Time(2000)).collect()).hasSize(1);
        assertThatIllegalStateException()
                .isThrownBy(() -> remembered.rddOf(node, new Time(4000)))
                .withMessage("ACQ-1006 RDD of batch 4000 ms of " + node + " does not exist yet");
        remembered.releaseAll();
        assertThat(released).hasValue(3);
    }

    @Test
    void betweenTheSlidesThereIsNoBatch() {
        RememberedBatches fromOneSecond = remembered(new Time(1000));
        planned(fromOneSecond, 2000, () -> {});
        for (long time : new long[] {1000, 1500, 0}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> fromOneSecond.rddOf(node, new Time(time)))
                    .withMessageStartingWith(
                            "ACQ-1005 " + node + " has no batch at " + time + " ms: batches come every ");
        }
    }

    @Test
    void rangesAreReadOnlyWhileTheirBatchIsRemembered() {
        Lease lease = new Lease(new Time(1000));
        lease.check();
        lease.end();
        assertThatIllegalStateException()
                .isThrownBy(lease::check)
                .withMessage("ACQ-1017 RDD of batch 1000 ms was released; call remember(..) or persist it and keep it"
                        + " yourself");
    }

    @Test
    void aSourceIsPlannedOnlyWhileItIsOpen() throws Exception {
        DirectFeed feed = new DirectFeed(
                node, source, rdds, StreamClock.system(), new ListenerBus(), RateController.of(graph), false);
        assertThatIllegalStateException()
                .isThrownBy(() -> feed.plan(new Time(1000)))
                .withMessage("ACQ-1003 source 'orders' is not open");
        feed.start(new Time(0), Feed.Past.none(new Time(0)));
        assertThat(feed.plan(new Time(1000)).records()).isZero();
        feed.stop(Durations.seconds(1));
        assertThatIllegalStateException()
                .isThrownBy(() -> feed.plan(new Time(2000)))
                .withMessage("ACQ-1003 source 'orders' is not open");
    }
}
