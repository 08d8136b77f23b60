/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.schedule;

import io.acequia.streaming.BatchContext;
import io.acequia.streaming.BatchFailedException;
import io.acequia.streaming.DStream;
import io.acequia.streaming.DStreamLike;
import io.acequia.streaming.PairDStream;
import io.acequia.streaming.PairRDD;
import io.acequia.streaming.RDD;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.StreamingContext.ContextState;
import io.acequia.streaming.StreamingContext.StopReport;
import io.acequia.streaming.StreamingException;
import io.acequia.streaming.data.Durations;
import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.function.Function0;
import io.acequia.streaming.function.Function2;
import io.acequia.streaming.internal.checkpoint.Beginning;
import io.acequia.streaming.internal.graph.InputNode;
import io.acequia.streaming.internal.graph.StreamGraph;
import io.acequia.streaming.internal.graph.Streams;
import io.acequia.streaming.internal.operator.CallSite;
import io.acequia.streaming.internal.rdd.Rdds;
import io.acequia.streaming.listener.ContextStatus;
import io.acequia.streaming.listener.StreamingStarted;
import io.acequia.streaming.listener.StreamingStopped;
import io.acequia.streaming.storage.StorageFullException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is behind a streaming context: its program, its lifecycle, and while it runs its scheduler and feeds. Starting and
 * stopping are guarded by one lock; the state can be read without it.
 */
public final class StreamingRuntime {
    private static final Logger LOG = LoggerFactory.getLogger(StreamingRuntime.class);
    private static final Duration READY_TIMEOUT = Duration.ofMinutes(1);
    private static final Duration FULL_RETRY = Duration.ofSeconds(1);
    private static final Runnable NOTHING_HOOKED = () -> {};

    private final StreamingContext context;
    private final BatchContext batch;
    private final Rdds rdds;
    private final boolean ownsBatch;
    private final StreamClock clock;
    private final StreamGraph graph;
    private final Sources sources;
    private final Lifecycle lifecycle;
    private final ListenerBus bus = new ListenerBus();
    private final Object startStop = new Object();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final AtomicReference<@Nullable BatchFailedException> failure = new AtomicReference<>();
    private final AtomicBoolean endSeen = new AtomicBoolean();
    private volatile List<Feed> feeds = List.of();
    private volatile @Nullable BatchScheduler scheduler;
    private volatile @Nullable Instant startedAt;
    private Runnable unhook = NOTHING_HOOKED;
    private @Nullable JobDirectory directory;
    private volatile @Nullable DurableJob durable;
    private Optional<StatusReport> statusReport = Optional.empty();
    private StopReport report = new StopReport(true, Duration.ZERO, 0, 0, 0);

    private StreamingRuntime(
            StreamingContext context,
            BatchContext batch,
            Rdds rdds,
            boolean ownsBatch,
            Duration interval,
            StreamClock clock) {
        this.context = context;
        this.batch = batch;
        this.rdds = rdds;
        this.ownsBatch = ownsBatch;
        this.clock = clock;
        this.graph = new StreamGraph(context, rdds, rdds.conf(), interval);
        this.sources = new Sources(graph);
        this.lifecycle = new Lifecycle(rdds.conf().get(StreamingConf.APP_NAME));
    }

    /** The one factory: what the context delegates to. */
    public static StreamingRuntime create(
            StreamingContext context,
            BatchContext batch,
            Rdds rdds,
            boolean ownsBatch,
            Duration interval,
            StreamClock clock) {
        mustBeInterval(interval);
        return new StreamingRuntime(context, batch, rdds, ownsBatch, interval, clock);
    }

    /** Refuses an interval that batch times cannot be multiples of. */
    public static void mustBeInterval(Duration interval) {
        if (interval.isNegative() || interval.isZero() || interval.toNanos() % 1_000_000 != 0) {
            throw new IllegalArgumentException(
                    "ACQ-1012 batch interval " + interval + ": must be a whole number of milliseconds, at least 1");
        }
    }

    /** The context that the factory makes, with its checkpoint directory. */
    public static StreamingContext recovering(String directory, Function0<StreamingContext> factory) {
        StreamingContext context;
        try {
            context = factory.call();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new StreamingException("ACQ-1042", "the factory of the streaming context threw: " + e, e);
        }
        if (context == null || context.state() != ContextState.INITIALIZED) {
            throw new IllegalArgumentException("ACQ-1043 the factory gave "
                    + (context == null ? "null" : "a context that is " + context.state())
                    + ": it must make a new context, define its streams, and not start it");
        }
        context.checkpoint(directory);
        return context;
    }

    public static Optional<StreamingContext> activeContext() {
        return ActiveContexts.any();
    }

    public StreamGraph graph() {
        return graph;
    }

    public Sources sources() {
        return sources;
    }

    public ListenerBus listeners() {
        return bus;
    }

    public BatchContext batchContext() {
        return batch;
    }

    public boolean ownsBatchContext() {
        return ownsBatch;
    }

    public ContextState state() {
        return lifecycle.state();
    }

    public Duration stopTimeout() {
        return rdds.conf().get(StreamingConf.STOP_TIMEOUT);
    }

    public <S extends DStreamLike<?, S, ?>> S union(List<? extends S> streams) {
        return Streams.union(streams);
    }

    public <U> DStream<U> transform(
            List<? extends DStreamLike<?, ?, ?>> streams, Function2<List<RDD<?>>, Time, RDD<U>> f) {
        return Streams.transform(graph, streams, f);
    }

    public <K, V> PairDStream<K, V> transformToPair(
            List<? extends DStreamLike<?, ?, ?>> streams, Function2<List<RDD<?>>, Time, PairRDD<K, V>> f) {
        return Streams.transformToPair(graph, streams, f);
    }

    // ---- start

    public void start() {
        synchronized (startStop) {
            if (state() == ContextState.ACTIVE || state() == ContextState.STOPPING) {
                LOG.warn("streaming context '{}' is {} already: start() has no effect", name(), state());
                return;
            }
            if (state() == ContextState.STOPPED) {
                throw new IllegalStateException("ACQ-1013 streaming context '" + name()
                        + "' is STOPPED and cannot be started again: make a new one");
            }
            graph.settle();
            InsteadOfStart.pass(graph);
            ActiveContexts.enter(context, CallSite.here(), rdds.conf().get(StreamingConf.MULTIPLE_CONTEXTS));
            try {
                startInside();
            } catch (Error e) {
                abandonStart(e);
                throw e;
            } catch (Exception e) {
                abandonStart(e);
                throw e instanceof RuntimeException unchecked
                        ? unchecked
                        : new StreamingException(
                                "ACQ-1014", "streaming context '" + name() + "' could not start: " + e, e);
            }
        }
    }

    private void startInside() throws Exception {
        hookShutdown();
        rdds.engine().awaitReady(READY_TIMEOUT);
        warnOfShortInterval();
        Instant now = clock.now();
        long interval = graph.batchInterval().toMillis();
        Time floor = new Time(Math.floorDiv(now.toEpochMilli(), interval) * interval);
        openDirectory(floor);
        DurableJob job = durable;
        Time zero = job == null ? floor : job.beginning().zero();
        graph.close(ContextState.ACTIVE.name());
        List<Feed> opened = new ArrayList<>();
        feeds = opened;
        RateController rates = RateController.of(graph);
        SmallValues values = new SmallValues(graph.inputs(), rates, rdds);
        if (job != null) {
            job.manifest().ifPresent(values::restore);
        }
        for (InputNode node : graph.inputs()) {
            opened.add(feedOf(node, rates));
        }
        for (Feed feed : opened) {
            feed.start(zero, job == null ? Feed.Past.none(zero) : job.pastOf(feed.node()));
        }
        BatchScheduler started = new BatchScheduler(
                graph, clock, bus, opened, rates, zero, job, values, this::stopBecauseOf, this::stopWhenEnough);
        scheduler = started;
        startedAt = now;
        lifecycle.move(ContextState.ACTIVE);
        statusReport.ifPresent(StatusReport::write);
        bus.start();
        bus.post(listener -> listener.onStreamingStarted(new StreamingStarted(now, isRecovered())));
        LOG.info(
                "'{}' runs: a batch every {}, {} on {}; {}",
                name(),
                Durations.text(graph.batchInterval()),
                graph.inputs().size() == 1 ? "1 source" : graph.inputs().size() + " sources",
                rdds.conf().get(StreamingConf.MASTER),
                directory == null
                        ? "nothing survives a restart"
                        : "a checkpoint every " + Durations.text(started.checkpointInterval()) + " in " + directory);
        started.start(Time.of(now));
    }

    private void warnOfShortInterval() {
        Duration least = rdds.engine().capabilities().leastInterval();
        if (graph.batchInterval().compareTo(least) < 0) {
            LOG.warn(
                    "'{}' has a batch every {}: on {} a job costs so much that batches below {} fall behind; give a longer"
                            + " interval, or run on local[n]",
                    name(),
                    Durations.text(graph.batchInterval()),
                    rdds.conf().get(StreamingConf.MASTER),
                    Durations.text(least));
        }
    }

    private void openDirectory(Time floor) throws IOException, InterruptedException {
        Optional<String> given = graph.checkpointDirectory();
        if (given.isPresent()) {
            JobDirectory taken = JobDirectory.open(rdds.engine(), given.get());
            directory = taken;
            statusReport = StatusReport.begin(taken, this::status, clock, bus);
            durable = DurableJob.open(
                    graph,
                    taken,
                    clock,
                    new Beginning(floor, graph.batchInterval(), rdds.defaultParallelism()),
                    this::awaitSpace);
        }
    }

    private void awaitSpace(StorageFullException why) throws InterruptedException {
        if (state() == ContextState.STOPPING) {
            throw new InterruptedException("the context stops, and there is no space for the journal");
        }
        LOG.error("there is no space for the journal, batches wait: {}", why.getMessage());
        clock.awaitUntil(clock.now().plus(FULL_RETRY));
    }

    /** Whether what earlier runs left was taken up. */
    public boolean isRecovered() {
        DurableJob job = durable;
        return job != null && job.isTakenUp();
    }

    private void closeDirectory() {
        DurableJob job = durable;
        if (job != null) {
            job.close();
        }
        JobDirectory open = directory;
        if (open != null) {
            open.close();
            directory = null;
        }
    }

    private Feed feedOf(InputNode node, RateController rates) {
        InputNode.Origin origin = node.origin();
        if (origin instanceof InputNode.Received received) {
            return new ReceiverFeed<>(
                    node,
                    received.source(),
                    Receptions.settings(node, rdds.conf(), directory),
                    rdds,
                    clock,
                    bus,
                    rates,
                    directory != null);
        }
        if (origin instanceof InputNode.Direct direct) {
            return new DirectFeed(node, direct.source(), rdds, clock, bus, rates, directory != null);
        }
        return new QueueFeed(node, ((InputNode.Queued) origin).queue(), rdds);
    }

    private void abandonStart(Throwable why) {
        unhookShutdown();
        lifecycle.moveFrom(ContextState.ACTIVE, ContextState.STOPPING);
        BatchScheduler begun = scheduler;
        if (begun != null) {
            begun.abandon();
        }
        for (Feed feed : feeds) {
            feed.stop(Duration.ZERO);
            feed.close();
        }
        statusReport.ifPresent(told -> told.end(report, why));
        closeDirectory();
        graph.close(ContextState.STOPPED.name());
        ActiveContexts.leave(context);
        lifecycle.move(ContextState.STOPPED);
        bus.close();
        stopped.countDown();
        if (ownsBatch) {
            batch.stop();
        }
    }

    /** First of all: a signal that comes during the start waits for its end, and then stops what has been started. */
    private void hookShutdown() {
        if (rdds.conf().get(StreamingConf.STOP_ON_SHUTDOWN)) {
            unhook = rdds.engine()
                    .beforeShutdown(Threads.named("acequia-shutdown", () -> stop(ownsBatch, stopTimeout())));
        }
    }

    private void unhookShutdown() {
        unhook.run();
        unhook = NOTHING_HOOKED;
    }

    // ---- stop

    /** Called on a batch thread, which must not wait for its own end. */
    private void stopBecauseOf(BatchFailedException why) {
        if (failure.compareAndSet(null, why)) {
            LOG.error("'{}' stops: {}", name(), why.getMessage());
            Threads.daemon("acequia-stop", () -> stop(ownsBatch, Duration.ZERO));
        }
    }

    private void stopWhenEnough(BatchScheduler.Statistics statistics) {
        long enough = rdds.conf().get(StreamingConf.STOP_AFTER_BATCHES);
        if (enough > 0 && statistics.completed() == enough) {
            Threads.daemon("acequia-stop", () -> stop(ownsBatch, Duration.ZERO));
        } else if (rdds.conf().get(StreamingConf.STOP_WHEN_SOURCES_END)
                && !feeds.isEmpty()
                && feeds.stream().allMatch(Feed::hasEnded)
                && endSeen.compareAndSet(false, true)) {
            LOG.info("'{}' stops: every source has ended", name());
            Threads.daemon("acequia-stop", () -> stop(ownsBatch, stopTimeout()));
        }
    }

    public StopReport stop(boolean stopBatch, Duration grace) {
        mustNotWaitForItself();
        synchronized (startStop) {
            if (lifecycle.moveFrom(ContextState.INITIALIZED, ContextState.STOPPED)) {
                graph.close(ContextState.STOPPED.name());
                stopped.countDown();
            } else if (lifecycle.moveFrom(ContextState.ACTIVE, ContextState.STOPPING)) {
                graph.close(ContextState.STOPPING.name());
                stopInside(grace);
            }
            if (stopBatch) {
                batch.stop();
            }
            return report;
        }
    }

    private void mustNotWaitForItself() {
        BatchScheduler running = scheduler;
        if (bus.isCurrentThread()) {
            throw new IllegalStateException(
                    "ACQ-1015 stop inside a listener would wait for itself: call it from another thread");
        }
        boolean inBatch = rdds.engine().isInTask() || running != null && running.runsOn(Thread.currentThread());
        if (inBatch && state() != ContextState.STOPPED) {
            throw new IllegalStateException(
                    "ACQ-1016 stop inside a batch would wait for itself: call it from another thread");
        }
    }

    private void stopInside(Duration grace) {
        long begin = StreamClock.system().nanoTime();
        BatchScheduler running = scheduler;
        BatchScheduler.Left left = new BatchScheduler.Left(0, 0, 0);
        statusReport.ifPresent(StatusReport::write);
        try {
            if (running != null) {
                left = running.stop(grace);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            LOG.warn("the stop of '{}' was interrupted", name());
        } finally {
            Duration took = Duration.ofNanos(StreamClock.system().nanoTime() - begin);
            report = new StopReport(left.nothing(), took, left.batches(), left.blocks(), left.records());
            LOG.info(
                    "'{}' has stopped after {} batches{}",
                    name(),
                    running == null ? 0 : running.statistics().completed(),
                    left.nothing() ? "" : ", leaving " + left);
            bus.post(listener ->
                    listener.onStreamingStopped(new StreamingStopped(clock.now(), Optional.ofNullable(failure.get()))));
            statusReport.ifPresent(told -> told.end(report, failure.get()));
            closeDirectory();
            ActiveContexts.leave(context);
            graph.close(ContextState.STOPPED.name());
            lifecycle.move(ContextState.STOPPED);
            bus.close();
            unhookShutdown();
            if (running != null) {
                running.end();
            }
            stopped.countDown();
        }
    }

    // ---- waiting and looking

    public void awaitTermination() throws InterruptedException {
        stopped.await();
        rethrow();
    }

    public boolean awaitTermination(Duration atMost) throws InterruptedException {
        boolean ended = stopped.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
        rethrow();
        return ended;
    }

    private void rethrow() {
        BatchFailedException why = failure.get();
        if (why != null) {
            throw why;
        }
    }

    public ContextStatus status() {
        BatchScheduler running = scheduler;
        BatchScheduler.Statistics statistics = running == null ? new BatchScheduler.Statistics() : running.statistics();
        List<ContextStatus.SourceStatus> receivers = new ArrayList<>();
        feeds.forEach(feed -> feed.status().ifPresent(receivers::add));
        return new ContextStatus(
                name(),
                state().name(),
                graph.batchInterval(),
                Optional.ofNullable(startedAt),
                Optional.ofNullable(statistics.lastCompleted()),
                running == null ? 0 : running.queued(),
                statistics.completed(),
                statistics.failed(),
                statistics.records(),
                Map.copyOf(statistics.recordErrors()),
                rdds.engine().plans(),
                bus.dropped(),
                receivers,
                running == null ? List.of() : running.states().status(),
                running == null ? Optional.empty() : running.checkpoints());
    }

    private String name() {
        return rdds.conf().get(StreamingConf.APP_NAME);
    }
}
