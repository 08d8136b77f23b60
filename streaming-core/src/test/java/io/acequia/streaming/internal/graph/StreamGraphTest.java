/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.acequia.streaming.BatchContext;
import io.acequia.streaming.DStream;
import io.acequia.streaming.ErrorPolicy;
import io.acequia.streaming.InputDStream;
import io.acequia.streaming.PairDStream;
import io.acequia.streaming.RDD;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingConf.FailurePolicy;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.StreamingException;
import io.acequia.streaming.data.Durations;
import io.acequia.streaming.data.StorageLevel;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.engine.StateDataset;
import io.acequia.streaming.function.Function;
import io.acequia.streaming.function.VoidFunction;
import io.acequia.streaming.internal.operator.Site;
import io.acequia.streaming.internal.rdd.DatasetRdd;
import io.acequia.streaming.internal.rdd.RddScope;
import io.acequia.streaming.internal.rdd.Rdds;
import io.acequia.streaming.receiver.AckMode;
import io.acequia.streaming.receiver.Receiver;
import io.acequia.streaming.receiver.Source;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Defining a program: identities, the text it is described by, and everything that is refused. */
class StreamGraphTest {
    private static final Duration SECOND = Durations.seconds(1);

    private final StreamingConf conf =
            StreamingConf.withoutDefaults().setMaster("local[2]").setAppName("graph");
    private final BatchContext batch = new BatchContext(conf);
    private final StreamingContext context = new StreamingContext(batch, SECOND);
    private final Rdds rdds = Rdds.open(batch, conf);
    private final StreamGraph graph = new StreamGraph(context, rdds, conf, SECOND);

    @AfterEach
    void stop() {
        context.stop(true);
        rdds.close();
    }

    /** A source that is never connected. */
    private record Quiet(String name) implements Source<String> {
        @Override
        public Receiver<String> newReceiver() {
            throw new IllegalStateException("no test connects");
        }
    }

    private SourceStream<String> received(String name) {
        return graph.input("receiverStream", new InputNode.Received(new Quiet(name)));
    }

    private SourceStream<String> queue() {
        return graph.input("queueStream", new InputNode.Queued(new QueueOfRdds(new ArrayDeque<>(), true, null)));
    }

    private List<String> outputUids() {
        graph.settle();
        return graph.outputs().stream().map(output -> output.site().uid()).toList();
    }

    // ---- uids

    @Test
    void uidsAreDerivedFromTheChainOfOperations() {
        received("orders").map(s -> s).filter(s -> true).print();
        received("prices").count().print();
        assertThat(outputUids())
                .containsExactly("receiverStream(orders).map.filter.print", "receiverStream(prices).count.print");
        assertThat(graph.inputs())
                .map(input -> input.site().uid())
                .containsExactly("receiverStream(orders)", "receiverStream(prices)");
    }

    @Test
    void aUidThatIsGivenStandsForTheChainBeforeIt() {
        received("orders").uid("in").map(s -> s).uid("parse").print();
        received("prices").print().uid("show");
        assertThat(outputUids()).containsExactly("parse.print", "show");
    }

    @Test
    void theChainOfAUnionNamesAllItsParents() {
        received("a").union(received("b")).print();
        assertThat(outputUids()).containsExactly("receiverStream(a)+receiverStream(b).union.print");
    }

    @Test
    void outputsWithEqualChainsAreCounted() {
        DStream<String> orders = received("orders");
        orders.print();
        orders.print();
        assertThat(outputUids()).containsExactly("receiverStream(orders).print", "receiverStream(orders).print~2");
    }

    @Test
    void operatorsThatMayLeaveRecordsOutNeverShareAUid() {
        DStream<String> orders = received("orders");
        orders.map(s -> s).onError(ErrorPolicy.skip()).print();
        orders.map(s -> s + s).onError(ErrorPolicy.skip()).print();
        assertThat(outputUids())
                .containsExactly("receiverStream(orders).map.print", "receiverStream(orders).map~2.print");
        assertThat(graph.outputs())
                .extracting(output -> output.input().site().uid())
                .containsExactly("receiverStream(orders).map", "receiverStream(orders).map~2");
    }

    @Test
    void aUidThatIsGivenTwiceIsRefusedAtTheStart() {
        received("orders").uid("in").print().uid("in");
        assertThatIllegalStateException()
                .isThrownBy(graph::settle)
                .withMessageMatching("ACQ-0909 uid 'in' is used twice, by receiverStream at StreamGraphTest\\.java:\\d+"
                        + " and by print at StreamGraphTest\\.java:\\d+: give each its own");
    }

    @Test
    void equalChainsAreRefusedWithACheckpointDirectory() {
        DStream<String> orders = received("orders");
        orders.print();
        orders.print();
        graph.checkpoint("/checkpoint");
        assertThatIllegalStateException().isThrownBy(graph::settle).withMessageStartingWith("ACQ-0910 print at ");
    }

    @Test
    void uidsThatCannotBeReadAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> received("orders").uid(""))
                .withMessageStartingWith("ACQ-0908 uid '' of receiverStream at StreamGraphTest.java:");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> received("orders").print().uid("a\nb"))
                .withMessageStartingWith("ACQ-0908 uid 'a\nb' of print at StreamGraphTest.java:");
    }

    // ---- the text

    @Test
    void aProgramIsDescribedFromItsOutputsToItsSources() {
        DStream<String> orders = received("orders").name("orders");
        PairDStream<String, Integer> counts =
                orders.mapToPair(s -> Tuple2.of(s, 1)).reduceByKey(Integer::sum).persist(StorageLevel.MEMORY_ONLY);
        counts.print();
        counts.join(received("prices").mapToPair(s -> Tuple2.of(s, 2)))
                .foreachRDD(rdd -> {})
                .name("sold");
        assertThat(graph.describe().replaceAll("StreamGraphTest\\.java:\\d+", "here"))
                .isEqualTo(
                        """
                        output print at here
                          #2 reduceByKey at here every 1s, kept MEMORY_ONLY
                            #1 mapToPair at here every 1s
                              #0 orders at here from orders every 1s
                        output sold at here
                          #5 join at here every 1s
                            #2 reduceByKey at here every 1s, kept MEMORY_ONLY
                              #1 mapToPair at here every 1s
                                #0 orders at here from orders every 1s
                            #4 mapToPair at here every 1s
                              #3 receiverStream at here from prices every 1s
                        """);
    }

    @Test
    void aProgramWithoutOutputsIsDescribedByNothing() {
        received("orders").map(s -> s);
        assertThat(graph.describe()).isEmpty();
    }

    // ---- what is refused

    @Test
    void aProgramWithoutOutputsIsRefused() {
        received("orders").map(s -> s);
        assertThatIllegalStateException()
                .isThrownBy(graph::settle)
                .withMessage("ACQ-0918 no output operation: nothing would run; add print(), foreachRDD(..) or another"
                        + " output");
    }

    @Test
    void nothingIsDefinedOnceTheContextHasStarted() {
        SourceStream<String> orders = received("orders");
        DStream<String> mapped = orders.map(s -> s);
        var output = mapped.print();
        graph.close("ACTIVE");
        List<ThrowingCallable> definitions = List.of(
                () -> received("more"),
                () -> mapped.map(s -> s),
                () -> mapped.print(),
                () -> mapped.uid("a"),
                () -> mapped.name("a"),
                () -> mapped.persist(),
                () -> mapped.cache(),
                () -> mapped.onError(ErrorPolicy.skip()),
                () -> mapped.checkpoint(SECOND),
                () -> output.uid("a"),
                () -> output.name("a"),
                () -> output.onError(FailurePolicy.stop()),
                () -> orders.maxRate(1),
                () -> orders.retries(1),
                () -> orders.idleAlarm(SECOND),
                () -> orders.onPoison(ErrorPolicy.skip()),
                () -> orders.ackMode(AckMode.values()[0]),
                () -> orders.dataLog(false),
                () -> graph.remember(SECOND),
                () -> graph.allowDroppedState("a"),
                () -> graph.checkpoint("/checkpoint"));
        assertThat(definitions).allSatisfy(definition -> assertThatIllegalStateException()
                .isThrownBy(definition)
                .withMessageMatching(
                        "ACQ-0917 .+ on a context that is ACTIVE: define streams and outputs before start\\(\\)"));
    }

    @Test
    void streamsOfTwoContextsAreNotMixed() {
        StreamGraph other = new StreamGraph(context, rdds, conf, SECOND);
        DStream<String> theirs = other.input("receiverStream", new InputNode.Received(new Quiet("theirs")));
        DStream<String> ours = received("ours");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ours.union(theirs))
                .withMessageMatching(
                        "ACQ-0915 union at \\S+ mixes streams of two contexts: #0 receiverStream at \\S+ and"
                                + " #0 receiverStream at \\S+; make both from one StreamingContext");
    }

    @Test
    void streamsWithDifferentSlidesAreNotMixed() {
        StreamNode slow = new StreamNode(graph, Site.of("window"), List.of(), Durations.seconds(3)) {
            @Override
            public DatasetRdd<?> make(Batch b) {
                throw new IllegalStateException("no test runs it");
            }
        };
        DStream<String> fast = received("fast");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> fast.union(new PlainStream<String>(slow)))
                .withMessageMatching("ACQ-0916 union at \\S+ of streams with different slides:"
                        + " #1 receiverStream at \\S+ every 1s, #0 window at \\S+ every 3s");
    }

    @Test
    void operationsOverNoStreamAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> context.union(List.<DStream<String>>of()))
                .withMessageMatching("ACQ-0921 union at \\S+ of no stream: give at least one");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> context.<String>transform(List.of(), (parents, time) -> batch.emptyRDD()))
                .withMessageMatching("ACQ-0914 transform at \\S+ of no stream: give at least one");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> context.<String, String>transformToPair(
                        List.of(), (parents, time) -> batch.parallelizePairs(List.of())))
                .withMessageMatching("ACQ-0914 transformToPair at \\S+ of no stream: give at least one");
    }

    @Test
    @SuppressWarnings("unchecked")
    void aStreamOfSomebodyElseIsRefused() {
        DStream<String> foreign = (DStream<String>) Proxy.newProxyInstance(
                DStream.class.getClassLoader(), new Class<?>[] {DStream.class}, (proxy, method, arguments) -> null);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> received("ours").union(foreign))
                .withMessageMatching(
                        "ACQ-0920 a stream of \\S+: only streams made by a StreamingContext can be used here");
    }

    @Test
    void aPolicyForRecordsNeedsAnOperatorThatTakesThem() {
        DStream<String> orders = received("orders");
        orders.map(s -> s).onError(ErrorPolicy.skip());
        List<ThrowingCallable> others = List.of(
                () -> orders.onError(ErrorPolicy.skip()),
                () -> orders.count().onError(ErrorPolicy.skip()),
                () -> orders.mapPartitions(records -> records).onError(ErrorPolicy.skip()),
                () -> orders.transform((RDD<String> rdd) -> rdd).onError(ErrorPolicy.skip()));
        assertThat(others).allSatisfy(other -> assertThatIllegalArgumentException()
                .isThrownBy(other)
                .withMessageMatching("ACQ-0901 onError on \\w+ at StreamGraphTest\\.java:\\d+: only operators that take"
                        + " record by record have it \\(filter, flatMap, .*\\); for the output as a whole use"
                        + " Output\\.onError"));
    }

    @Test
    void aCheckpointIntervalIsAMultipleOfTheSlide() {
        DStream<String> orders = received("orders");
        orders.checkpoint(Durations.seconds(3));
        for (Duration interval : List.of(Duration.ZERO, Durations.seconds(-1), Durations.milliseconds(1500))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> orders.checkpoint(interval))
                    .withMessageMatching("ACQ-0902 checkpoint interval " + interval
                            + " of receiverStream at \\S+: must be a multiple of its slide PT1S");
        }
    }

    @Test
    void settingsOfASourceAreChecked() {
        SourceStream<String> orders = received("orders");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> orders.maxRate(-1))
                .withMessageMatching(
                        "ACQ-0904 maxRate of -1 records/s on \\S+ at \\S+: must be at least 0, 0 is no limit");
        for (Duration silence : List.of(Duration.ZERO, Durations.seconds(-1))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> orders.idleAlarm(silence))
                    .withMessageMatching("ACQ-0905 idleAlarm of " + silence + " on \\S+ at \\S+: must be above 0");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> orders.retries(0))
                .withMessageMatching("ACQ-0906 retries\\(0\\) on \\S+ at \\S+: must be at least 1");
    }

    @Test
    void settingsOfASourceAreKept() {
        received("orders")
                .maxRate(10)
                .idleAlarm(SECOND)
                .retries(3)
                .onPoison(ErrorPolicy.fail())
                .ackMode(AckMode.values()[0])
                .dataLog(false);
        InputNode node = graph.inputs().get(0);
        assertThat(node.maxRate()).isEqualTo(10);
        assertThat(node.idleAlarm()).contains(SECOND);
        assertThat(node.retries()).isEqualTo(3);
        assertThat(node.poison()).isEqualTo(ErrorPolicy.fail());
        assertThat(node.ackMode()).contains(AckMode.values()[0]);
        received("prices");
        InputNode plain = graph.inputs().get(1);
        assertThat(plain.maxRate()).isZero();
        assertThat(plain.idleAlarm()).isEqualTo(Optional.empty());
        assertThat(plain.retries()).isZero();
        assertThat(plain.poison()).isEqualTo(ErrorPolicy.skip());
        assertThat(plain.streamId()).isEqualTo(1);
    }

    @Test
    void onlyReceivedSourcesHaveTheSettingsOfReceivers() {
        InputDStream<String> direct = queue();
        List<ThrowingCallable> settings = List.of(
                () -> direct.idleAlarm(SECOND),
                () -> direct.retries(3),
                () -> direct.ackMode(AckMode.values()[0]),
                () -> direct.dataLog(false));
        assertThat(settings).allSatisfy(setting -> assertThatIllegalArgumentException()
                .isThrownBy(setting)
                .withMessageMatching(
                        "ACQ-0907 \\w+ on queueStream at \\S+: only sources with a receiver have it, this one"
                                + " is read directly"));
    }

    @Test
    void aTimeToRememberIsAboveZero() {
        assertThat(graph.remember()).isEqualTo(SECOND);
        graph.remember(Durations.milliseconds(1));
        assertThat(graph.remember()).isEqualTo(SECOND);
        graph.remember(Durations.seconds(9));
        assertThat(graph.remember()).isEqualTo(Durations.seconds(9));
        for (Duration d : List.of(Duration.ZERO, Durations.seconds(-1))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> graph.remember(d))
                    .withMessage("ACQ-0911 remember(" + d + "): must be above 0");
        }
    }

    @Test
    void thereIsOneCheckpointDirectory() {
        graph.checkpoint("/one");
        graph.checkpoint("/one");
        assertThat(graph.checkpointDirectory()).contains("/one");
        assertThatIllegalStateException()
                .isThrownBy(() -> graph.checkpoint("/two"))
                .withMessageMatching("ACQ-0912 checkpoint directory is /one, set at checkpoint at"
                        + " StreamGraphTest\\.java:\\d+; another one, /two, is refused");
    }

    @Test
    void aQueueAndACheckpointDirectoryExcludeEachOther() {
        queue();
        assertThatIllegalStateException()
                .isThrownBy(() -> graph.checkpoint("/checkpoint"))
                .withMessageMatching("ACQ-0913 queueStream at \\S+ cannot be recovered, but checkpoint at \\S+ asks for"
                        + " recovery: remove one of them");
        StreamGraph other = new StreamGraph(context, rdds, conf, SECOND);
        other.checkpoint("/checkpoint");
        assertThatIllegalStateException()
                .isThrownBy(() -> other.input(
                        "queueStream", new InputNode.Queued(new QueueOfRdds(new ArrayDeque<>(), true, null))))
                .withMessageStartingWith("ACQ-0913 queueStream at ");
    }

    @Test
    void anRddIsNotThereBeforeTheStart() {
        DStream<String> orders = received("orders");
        assertThatIllegalStateException()
                .isThrownBy(() -> orders.compute(new Time(1000)))
                .withMessageMatching(
                        "ACQ-0919 the RDD of #0 receiverStream at \\S+ at 1000 ms: there is none before the"
                                + " context has started");
        assertThatIllegalStateException()
                .isThrownBy(() -> orders.slice(new Time(1000), new Time(2000)))
                .withMessageStartingWith("ACQ-0919 the RDD of #0 receiverStream at ");
    }

    @Test
    void aSliceDoesNotEndBeforeItBegins() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> received("orders").slice(new Time(2000), new Time(1000)))
                .withMessage("ACQ-0922 slice from 2000 ms to 1000 ms: ends before it begins");
    }

    @Test
    void printingNothingIsRefused() {
        for (int n : new int[] {0, -1}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> received("orders").print(n))
                    .withMessage("ACQ-0923 print(" + n + "): must be at least 1");
        }
    }

    @Test
    void objectFilesNeedTheirArtifact() {
        assertThatExceptionOfType(StreamingException.class)
                .isThrownBy(() -> received("orders").saveAsObjectFiles("out", "seq"))
                .withMessage("ACQ-0924 saveAsObjectFiles writes Hadoop sequence files: that needs"
                        + " io.acequia:streaming-hadoop, which is not built yet; use saveAsTextFiles or a BatchSink");
    }

    @Test
    void noPartitionsAreRefused() {
        DStream<String> orders = received("orders");
        for (ThrowingCallable use : List.<ThrowingCallable>of(
                () -> orders.repartition(0),
                () -> orders.countByValue(0),
                () -> orders.saveAsTextFiles("out", "", 0))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(use)
                    .withMessageMatching("ACQ-0810 \\w+ into 0 partitions: must be at least 1");
        }
    }

    @Test
    void functionsThatCannotTravelAreRefusedWhereTheyAreWritten() {
        DStream<String> orders = received("orders");
        PairDStream<String, Integer> pairs = orders.mapToPair(s -> Tuple2.of(s, 1));
        Object local = new Object();
        List<ThrowingCallable> uses = List.of(
                () -> orders.map(s -> local),
                () -> orders.filter(s -> local == null),
                () -> orders.flatMap(s -> Arrays.asList(local).iterator()),
                () -> orders.reduce((a, b) -> a + local),
                () -> pairs.mapValues(v -> local),
                () -> pairs.reduceByKey((a, b) -> local.hashCode()),
                () -> pairs.combineByKey(v -> v, (a, b) -> local.hashCode(), (a, b) -> a),
                () -> orders.foreachPartition("out", (key, rows) -> local.hashCode()));
        assertThat(uses).allSatisfy(use -> assertThatIllegalArgumentException()
                .isThrownBy(use)
                .withMessageMatching(
                        "ACQ-0706 the function of \\w+ at StreamGraphTest\\.java:\\d+ cannot be serialized:"
                                + " StreamGraphTest captures \\(java\\.lang\\.Object\\); .*"));
    }

    @Test
    void functionsMayNotTakeTheDriverWithThem() {
        DStream<String> orders = received("orders");
        for (Object driver : List.of(orders, context, batch)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> orders.map(s -> s + driver))
                    .withMessageMatching(
                            "ACQ-0706 the function of map at \\S+ cannot be serialized: StreamGraphTest captures"
                                    + " \\(\\S+\\); it belongs to the driver: use transform or join, or collect it and"
                                    + " broadcast the result");
        }
    }

    @Test
    void noFunctionIsRefused() {
        DStream<String> orders = received("orders");
        List<ThrowingCallable> uses = List.of(
                () -> orders.map(null),
                () -> orders.transform((Function<RDD<String>, RDD<String>>) null),
                () -> orders.foreachRDD((VoidFunction<RDD<String>>) null));
        assertThat(uses).allSatisfy(use -> assertThatIllegalArgumentException()
                .isThrownBy(use)
                .withMessageMatching(
                        "ACQ-0705 the function of \\w+ at StreamGraphTest\\.java:\\d+ is null: pass a function"));
    }

    @Test
    void aTransformThatGivesNothingIsRefusedWhenItsBatchIsMade() {
        received("orders").transform((RDD<String> rdd) -> (RDD<String>) null).print();
        StreamNode node = graph.outputs().get(0).input();
        assertThatIllegalStateException()
                .isThrownBy(() -> node.make(new OneBatch()))
                .withMessageMatching("ACQ-0903 the function of transform at \\S+ returned null: return an empty RDD"
                        + " instead, context\\.emptyRDD\\(\\)");
    }

    /** A batch whose input is one record. */
    private final class OneBatch implements Batch {
        @Override
        public Time time() {
            return new Time(1000);
        }

        @Override
        public RddScope scope() {
            return RddScope.of(time());
        }

        @Override
        public DatasetRdd<?> rddOf(StreamNode node, Time time) {
            return DatasetRdd.of(rdds.parallelize(List.of("a"), 1));
        }

        @Override
        public Optional<DatasetRdd<?>> rddIfThere(StreamNode node, Time time) {
            return Optional.of(rddOf(node, time));
        }

        @Override
        public Time zero() {
            return new Time(0);
        }

        @Override
        public <K, S> StateDataset<K, S> state(StateNode<K, ?, S, ?> node) {
            return rdds.engine().state(node.site().uid(), node.partitioner());
        }

        @Override
        public DatasetRdd<?> input(InputNode node) {
            return rddOf(node, time());
        }
    }
}
