/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.graph;

import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.BatchContext;
import io.acequia.streaming.DStream;
import io.acequia.streaming.PairDStream;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.data.Durations;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.internal.rdd.Rdds;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How long RDDs are kept: as long as a window can ask for them, and no input longer than its batch. */
class RetentionTest {
    private static final Duration SECOND = Durations.seconds(1);
    private static final Duration MINUTE = Durations.minutes(1);

    private final StreamingConf conf =
            StreamingConf.withoutDefaults().setMaster("local[2]").setAppName("retention");
    private final BatchContext batch = new BatchContext(conf);
    private final StreamingContext context = new StreamingContext(batch, SECOND);
    private final Rdds rdds = Rdds.open(batch, conf);
    private final StreamGraph graph = new StreamGraph(context, rdds, conf, SECOND);

    @AfterEach
    void stop() {
        context.stop(true);
        rdds.close();
    }

    private DStream<String> lines() {
        return graph.input("queueStream", new InputNode.Queued(new QueueOfRdds(new ArrayDeque<>(), true, null)));
    }

    private static Duration keptFor(Retention retention, StreamNode node) {
        List<Duration> lengths = new ArrayList<>();
        retention.nodesByLength().forEach((length, nodes) -> {
            if (nodes.contains(node)) {
                lengths.add(length);
            }
        });
        assertThat(lengths).hasSize(1);
        return lengths.get(0);
    }

    private Retention settled() {
        graph.settle();
        return graph.retention();
    }

    @Test
    void withoutWindowsAndStateEverythingIsKeptForABatchAndNothingIsCarried() {
        DStream<String> lines = lines();
        lines.map(line -> line).print();
        Retention retention = settled();
        assertThat(retention.carried()).isEmpty();
        assertThat(retention.nodesByLength()).containsOnlyKeys(SECOND);
        assertThat(retention.longest()).isEqualTo(SECOND);
    }

    @Test
    void aWindowKeepsItsParentAndNoInput() {
        DStream<String> lines = lines();
        DStream<String> trimmed = lines.map(String::trim);
        trimmed.window(MINUTE, SECOND).print();
        Retention retention = settled();
        assertThat(keptFor(retention, StreamOperations.nodeOf(lines))).isEqualTo(SECOND);
        assertThat(keptFor(retention, StreamOperations.nodeOf(trimmed))).isEqualTo(MINUTE.plus(SECOND));
        assertThat(retention.carried()).containsExactly(StreamOperations.nodeOf(trimmed));
    }

    @Test
    void aWindowRightOverAnInputKeepsItsRecordsApart() {
        DStream<String> lines = lines();
        lines.window(MINUTE).print();
        Retention retention = settled();
        assertThat(keptFor(retention, StreamOperations.nodeOf(lines))).isEqualTo(SECOND);
        assertThat(retention.carried()).hasSize(1).doesNotContain(StreamOperations.nodeOf(lines));
    }

    @Test
    void aWindowOfWindowsAddsTheirLengths() {
        DStream<String> lines = lines();
        DStream<String> inner = lines.window(MINUTE, SECOND);
        inner.window(Durations.minutes(2), SECOND).print();
        Retention retention = settled();
        assertThat(keptFor(retention, StreamOperations.nodeOf(inner)))
                .isEqualTo(Durations.minutes(2).plus(SECOND));
        assertThat(keptFor(retention, StreamOperations.nodeOf(lines))).isEqualTo(SECOND);
    }

    @Test
    void rememberedLongerEverythingIsKeptLonger() {
        DStream<String> lines = lines();
        graph.remember(MINUTE);
        lines.map(line -> line).print();
        assertThat(settled().nodesByLength()).containsOnlyKeys(MINUTE);
    }

    @Test
    void theLastTwoStatesAreKeptAndStateIsCarriedOnlyWhereAnOutputReachesIt() {
        PairDStream<String, Integer> pairs = lines().mapToPair(line -> Tuple2.of(line, 1));
        PairDStream<String, Integer> reached =
                pairs.updateStateByKey(Integer.class, (values, state) -> Optional.of(values.size()));
        pairs.updateStateByKey(Integer.class, (values, state) -> Optional.of(values.size()));
        reached.mapValues(n -> n).print();
        Retention retention = settled();
        assertThat(retention.carried()).containsExactly(StreamOperations.nodeOf(reached));
        assertThat(retention.lookingBack()).isEmpty();
        assertThat(keptFor(retention, StreamOperations.nodeOf(reached))).isEqualTo(Durations.seconds(2));
    }

    @Test
    void aWindowWithAnInverseLooksBackToItsLastStep() {
        lines().countByWindow(MINUTE, SECOND).print();
        Retention retention = settled();
        assertThat(retention.lookingBack()).hasSize(1);
        assertThat(retention.longest()).isEqualTo(MINUTE.plus(SECOND));
    }
}
