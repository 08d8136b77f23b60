/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.schedule;

import io.acequia.streaming.BatchFailedException;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.internal.checkpoint.Allocation;
import io.acequia.streaming.internal.checkpoint.JournaledBatch;
import io.acequia.streaming.internal.graph.StreamGraph;
import io.acequia.streaming.internal.store.Failpoint;
import io.acequia.streaming.listener.BatchInfo;
import io.acequia.streaming.listener.ContextStatus;
import io.acequia.streaming.listener.StreamingListener;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns time into batches and runs them.
 *
 * <p><b>Threads.</b> The timer thread ({@code acequia-timer}) waits for each batch time and plans its batch: it asks every
 * feed what came in. It is no daemon and lives until the end of the stop, so the JVM does too. The batch threads ({@code
 * acequia-batch-n}, one unless {@code streaming.concurrent.jobs} says otherwise) take planned batches and run their outputs;
 * tasks run on the engine's workers and on the batch thread itself. User functions of the driver run on batch threads, never
 * on the timer. Nothing is called with a lock of this class held, except feeds by the lock of their own slot.
 *
 * <p><b>Ordering.</b> Batches are planned and taken in the order of their times; with one batch thread they also end in that
 * order. A feed is planned in the order of times: if planning fails for one batch, later batches find that feed unplanned too
 * and wait for their turn on a batch thread, where the failure policy decides.
 *
 * <p><b>What survives a failure.</b> An output that failed under the policy {@code stop} ends the context; its batch is not
 * completed, so nothing of it is acknowledged to its sources. Under {@code continue} the batch counts as failed, is completed
 * and acknowledged.
 *
 * <p><b>Going on.</b> With a checkpoint directory, {@code start} first loads what the newest checkpoint holds and queues the batches of the
 * journal that come after it; then the timer goes on behind them, and {@link MissedBatches} says which times in between have a
 * batch. A batch is in the journal before anything is done for it ({@link Ledger}); when it and all before it are done, a
 * checkpoint may be taken ({@link Checkpointer}), and what no later batch needs is released.
 *
 * <p><b>Stopping.</b> Gracefully: the timer stops, then receivers stop reading, then one last batch takes what they had
 * brought, then the queue empties; after the deadline, or without grace, the queue is closed, running batches are cancelled
 * and their threads interrupted. A thread that ignores this is abandoned and its stack is logged.
 *
 * <p><b>Why not</b> a {@code ScheduledExecutorService}: the clock is a parameter, and a test must be able to own it.
 */
final class BatchScheduler {
    private static final Logger LOG = LoggerFactory.getLogger(BatchScheduler.class);
    private static final Duration HARD_STOP = Duration.ofSeconds(10);
    /** What the end of a graceful stop may take beyond its grace. */
    private static final Duration LAST_WORDS = Duration.ofMillis(500);
    /** A receiver that ends must not pay for one that does not. */
    private static final Duration EACH_FEED = Duration.ofMillis(100);

    private final StreamGraph graph;
    private final StreamClock clock;
    private final ListenerBus bus;
    private final Map<Feed, Slot> feeds;
    private final RateController rates;
    private final States states;
    private final RememberedBatches remembered;
    private final BatchQueue queue;
    private final BatchRunner runner;
    private final Time zero;
    private final @Nullable DurableJob durable;
    private final @Nullable Checkpointer checkpointer;
    private final Consumer<BatchFailedException> onFailure;
    private final Consumer<Statistics> onCompleted;
    private final long stopAfter;
    private final CountDownLatch ticked = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private final List<Thread> batchThreads = new CopyOnWriteArrayList<>();
    private final NavigableSet<Time> active = new ConcurrentSkipListSet<>();
    /** Times of batches that are done, back to the newest before which all are. */
    private final NavigableSet<Time> done = new ConcurrentSkipListSet<>();

    private final Statistics statistics = new Statistics();
    private volatile boolean ticking = true;
    private volatile boolean stoppingHard;
    private volatile Time next;
    private @Nullable MissedBatches missed;
    private @Nullable Thread timer;

    BatchScheduler(
            StreamGraph graph,
            StreamClock clock,
            ListenerBus bus,
            List<Feed> feeds,
            RateController rates,
            Time zero,
            @Nullable DurableJob durable,
            SmallValues values,
            Consumer<BatchFailedException> onFailure,
            Consumer<Statistics> onCompleted) {
        this.graph = graph;
        this.clock = clock;
        this.bus = bus;
        this.rates = rates;
        Map<Feed, Slot> slots = new LinkedHashMap<>();
        feeds.forEach(feed -> slots.put(feed, new Slot()));
        this.feeds = Collections.unmodifiableMap(slots);
        this.zero = zero;
        this.durable = durable;
        this.next = zero.plus(graph.batchInterval());
        this.onFailure = onFailure;
        this.onCompleted = onCompleted;
        StreamingConf conf = graph.conf();
        this.stopAfter = conf.get(StreamingConf.STOP_AFTER_BATCHES);
        this.queue = new BatchQueue(
                Math.max(1, conf.get(StreamingConf.BACKLOG_MAX)),
                conf.get(StreamingConf.BACKLOG_POLICY) == StreamingConf.BacklogPolicy.MERGE,
                this::plan);
        Ledger ledger = durable == null ? new Ledger(null, null) : durable.ledger();
        this.runner = new BatchRunner(graph, clock, bus, ledger, zero, () -> stoppingHard);
        this.states = new States(graph.rdds().engine());
        this.remembered = new RememberedBatches(graph.retention(), states, zero);
        this.checkpointer = durable == null
                ? null
                : new Checkpointer(graph, clock, bus, durable, feeds, states, remembered, values::now);
    }

    /** The batches for which a feed's planning failed or had to wait, oldest first. Guarded by itself. */
    private static final class Slot {
        private final Deque<Time> unplanned = new ArrayDeque<>();
    }

    /**
     * Takes up what earlier runs left, and starts.
     *
     * @param now when: batches that were due before were missed
     */
    void start(Time now) throws Exception {
        graph.running(zero, remembered::forProgram);
        long replayed = 0;
        if (durable != null && checkpointer != null) {
            Failpoint.RECOVERY_BEGUN.pass();
            durable.restore(graph.rdds(), states, remembered, clock);
            Failpoint.RECOVERY_RESTORED.pass();
            checkpointer.start(durable.manifest());
            for (JournaledBatch batch : durable.pending()) {
                queue.add(replay(batch));
                replayed++;
            }
            if (durable.isTakenUp()) {
                missed = new MissedBatches(graph, durable.newestBatch(), now);
            }
            next = durable.newestBatch().plus(graph.batchInterval());
        }
        long before = replayed;
        int threads = Math.max(1, graph.conf().get(StreamingConf.CONCURRENT_JOBS));
        for (int i = 0; i < threads; i++) {
            batchThreads.add(Threads.daemon("acequia-batch-" + i, this::runBatches));
        }
        timer = Threads.keepingAlive("acequia-timer", () -> tick(before));
    }

    /** How often there is a checkpoint; zero without a checkpoint directory. */
    Duration checkpointInterval() {
        return checkpointer == null ? Duration.ZERO : checkpointer.interval();
    }

    Optional<ContextStatus.CheckpointStatus> checkpoints() {
        return Optional.ofNullable(checkpointer).map(Checkpointer::status);
    }

    boolean runsOn(Thread thread) {
        return batchThreads.contains(thread);
    }

    Statistics statistics() {
        return statistics;
    }

    States states() {
        return states;
    }

    int queued() {
        return queue.size();
    }

    // ---- the timer thread

    private void tick(long replayed) {
        try {
            for (long planned = replayed; ticking && (stopAfter == 0 || planned < stopAfter); ) {
                clock.awaitUntil(next.instant());
                if (ticking) {
                    planned += isDue(next) ? 1 : 0;
                    next = next.plus(graph.batchInterval());
                }
            }
        } catch (InterruptedException e) {
            LOG.debug("the timer was told to stop");
        } catch (Throwable t) {
            onFailure.accept(new BatchFailedException(
                    "ACQ-1010", "planning batch " + next + " failed: " + t, next, "timer", "", -1, t));
        } finally {
            ticked.countDown();
        }
        awaitEnd();
    }

    private void awaitEnd() {
        boolean interrupted = true;
        while (interrupted) {
            try {
                ended.await();
                interrupted = false;
            } catch (InterruptedException e) {
                LOG.debug("the timer thread stays until the stop has ended");
            }
        }
    }

    /**
     * Hands the batch on, unless it was missed while the job was down and is not run now; whether it is. Interrupted, it has
     * not planned it.
     */
    private boolean isDue(Time time) throws InterruptedException {
        MissedBatches down = missed;
        if (down == null || down.isOver(time)) {
            queue.due(time);
            return true;
        }
        if (!down.mayRun(time)) {
            return false;
        }
        if (!down.skipsEmpty()) {
            queue.due(time);
            return true;
        }
        if (!queue.awaitSpace(Long.MAX_VALUE)) {
            return true;
        }
        PlannedBatch batch = brought(time);
        if (down.skips(batch, feeds.size())) {
            batch.releaseAll();
            return false;
        }
        queue.add(submitted(batch));
        return true;
    }

    private PlannedBatch plan(Time time) {
        return submitted(brought(time));
    }

    private PlannedBatch brought(Time time) {
        PlannedBatch batch = new PlannedBatch(time, clock.now(), remembered);
        feeds.forEach((feed, slot) -> plan(feed, slot, batch));
        return batch;
    }

    private PlannedBatch submitted(PlannedBatch batch) {
        active.add(batch.time());
        remembered.add(batch);
        runner.planned(batch.time());
        tell(batch, StreamingListener::onBatchSubmitted, false);
        return batch;
    }

    /** A batch of an earlier run with what its sources brought then; a source that is new has nothing in it. */
    private PlannedBatch replay(JournaledBatch before) throws Exception {
        PlannedBatch batch = new PlannedBatch(before.time(), clock.now(), remembered, before);
        for (Feed feed : feeds.keySet()) {
            Optional<Allocation> allocation =
                    DurableJob.allocation(before, feed.node().site().uid());
            batch.intake(
                    feed.node(),
                    allocation.isPresent()
                            ? feed.replay(before.time(), allocation.get())
                            : Intake.nothing(graph.rdds(), before.time()));
        }
        return submitted(batch);
    }

    private void plan(Feed feed, Slot slot, PlannedBatch batch) {
        synchronized (slot) {
            if (!slot.unplanned.isEmpty()) {
                slot.unplanned.add(batch.time());
                return;
            }
            try {
                batch.intake(feed.node(), feed.plan(batch.time()));
            } catch (Exception e) {
                LOG.warn("planning {} for batch {} failed: {}", feed.node(), batch.time(), e.toString());
                slot.unplanned.add(batch.time());
            }
        }
    }

    // ---- the batch threads

    private void runBatches() {
        boolean goOn = true;
        while (goOn && !stoppingHard) {
            try {
                goOn = runNext();
            } catch (InterruptedException e) {
                LOG.debug("interrupted: by the stop, or by a function that interrupted its own thread");
            }
        }
    }

    private boolean runNext() throws InterruptedException {
        PlannedBatch batch = queue.take();
        if (batch == null) {
            return false;
        }
        try {
            return run(batch);
        } finally {
            queue.done();
        }
    }

    /** Whether further batches may run. */
    private boolean run(PlannedBatch batch) throws InterruptedException {
        batch.started(clock.now());
        tell(batch, StreamingListener::onBatchStarted, false);
        try {
            completed(batch, runner.run(batch, () -> planWhatIsLeft(batch)));
        } catch (BatchFailedException e) {
            failed(batch, e);
            return false;
        } catch (InterruptedException e) {
            throw e;
        } catch (Throwable t) {
            failed(
                    batch,
                    new BatchFailedException(
                            "ACQ-1011", "batch " + batch.time() + " failed: " + t, batch.time(), "", "", -1, t));
            return false;
        }
        return true;
    }

    private void tell(PlannedBatch batch, BiConsumer<StreamingListener, BatchInfo> event, boolean atOnce) {
        if (bus.isHeard()) {
            BatchInfo info = batch.info();
            if (atOnce) {
                bus.post(listener -> event.accept(listener, info));
            } else {
                bus.postQuietly(listener -> event.accept(listener, info));
            }
        }
    }

    private void failed(PlannedBatch batch, BatchFailedException failure) {
        queue.close();
        batch.ended(clock.now(), failure);
        statistics.failed(batch);
        tell(batch, StreamingListener::onBatchCompleted, true);
        onFailure.accept(failure);
    }

    /** Plans the feeds that could not be planned when the batch was due; throws when one still can't. */
    private void planWhatIsLeft(PlannedBatch batch) throws Exception {
        for (Feed feed : feeds.keySet()) {
            Slot slot = feeds.get(feed);
            if (slot == null || batch.isPlanned(feed.node())) {
                continue;
            }
            synchronized (slot) {
                batch.intake(feed.node(), feed.plan(batch.time()));
                slot.unplanned.remove(batch.time());
            }
        }
    }

    private void completed(PlannedBatch batch, @Nullable Throwable failure) {
        for (Feed feed : feeds.keySet()) {
            try {
                feed.completed(batch.time());
            } catch (Exception e) {
                LOG.warn("{} could not be told that batch {} is done: {}", feed.node(), batch.time(), e.toString());
            }
        }
        batch.ended(clock.now(), failure);
        Map<Integer, Long> limits = rates.completed(batch.info());
        for (Feed feed : feeds.keySet()) {
            feed.limit(limits.getOrDefault(feed.node().streamId(), 0L));
        }
        Optional<Time> all;
        synchronized (done) {
            done.add(batch.time());
            active.remove(batch.time());
            all = allDone();
            if (checkpointer != null) {
                all.ifPresent(checkpointer::completed);
            }
        }
        statistics.completed(batch, failure != null);
        all.ifPresent(remembered::release);
        tell(batch, StreamingListener::onBatchCompleted, true);
        onCompleted.accept(statistics);
    }

    /** The newest batch such that it and all before it are done. */
    private Optional<Time> allDone() {
        Time all = active.isEmpty() ? (done.isEmpty() ? null : done.last()) : done.lower(active.first());
        if (all != null) {
            done.headSet(all, false).clear();
        }
        return Optional.ofNullable(all);
    }

    // ---- the stop

    /** What a stop left: batches given up; received blocks and records that no batch took. */
    record Left(int batches, long blocks, long records) {
        boolean nothing() {
            return batches == 0 && blocks == 0;
        }

        @Override
        public String toString() {
            return batches + " batches and " + records + " received records unprocessed";
        }
    }

    /** Ends everything. With grace, what was received is processed first. Called once. */
    Left stop(Duration grace) throws InterruptedException {
        long deadline = StreamClock.system().nanoTime() + grace.toNanos();
        stopTicking();
        if (!grace.isZero()) {
            for (Feed feed : feeds.keySet()) {
                feed.stopReading(left(deadline));
            }
            if (waiting().blocks() > 0 && queue.awaitSpace(left(deadline).toNanos())) {
                queue.due(next);
            }
            queue.awaitIdle(left(deadline).toNanos());
            if (checkpointer != null) {
                Optional<Time> last;
                synchronized (done) {
                    last = allDone();
                }
                if (last.isPresent()) {
                    checkpointer.finish(last.get(), left(deadline));
                }
            }
        }
        return stopHard(grace.isZero() ? HARD_STOP : longer(LAST_WORDS, shorter(HARD_STOP, left(deadline))));
    }

    private static Duration shorter(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    private static Duration longer(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? b : a;
    }

    private static Duration left(long deadline) {
        return Duration.ofNanos(Math.max(0, deadline - StreamClock.system().nanoTime()));
    }

    private void stopTicking() throws InterruptedException {
        ticking = false;
        if (timer != null) {
            timer.interrupt();
            if (!ticked.await(HARD_STOP.toSeconds(), TimeUnit.SECONDS)) {
                LOG.warn("the timer did not stop in {}:{}", HARD_STOP, Threads.stackOf(timer));
            }
        }
    }

    /** Gives back what a start that failed has taken. */
    void abandon() {
        queue.close();
        if (checkpointer != null) {
            checkpointer.stop(HARD_STOP);
        }
        remembered.releaseAll();
        states.close();
    }

    /** Gives up what still runs; waits for it so long, all in all. */
    private Left stopHard(Duration patience) throws InterruptedException {
        long deadline = StreamClock.system().nanoTime() + patience.toNanos();
        stoppingHard = true;
        int unplanned = queue.close();
        List<Time> unfinished = List.copyOf(active);
        unfinished.forEach(time -> graph.rdds().engine().cancel(time));
        for (Thread thread : batchThreads) {
            thread.interrupt();
        }
        for (Thread thread : batchThreads) {
            if (thread != Thread.currentThread()) {
                thread.join(Math.max(1, left(deadline).toMillis()));
                if (thread.isAlive()) {
                    LOG.warn(
                            "{} did not end in {} and is abandoned:{}",
                            thread.getName(),
                            patience,
                            Threads.stackOf(thread));
                }
            }
        }
        if (checkpointer != null) {
            checkpointer.stop(left(deadline));
        }
        for (Feed feed : feeds.keySet()) {
            feed.stop(longer(EACH_FEED, left(deadline)));
        }
        Feed.Waiting waiting = waiting();
        remembered.releaseAll();
        states.close();
        feeds.keySet().forEach(Feed::close);
        return new Left(unfinished.size() + unplanned, waiting.blocks(), waiting.records());
    }

    private Feed.Waiting waiting() {
        long blocks = 0;
        long records = 0;
        for (Feed feed : feeds.keySet()) {
            blocks += feed.waiting().blocks();
            records += feed.waiting().records();
        }
        return new Feed.Waiting(blocks, records);
    }

    /** Lets the timer thread end: the stop is through. */
    void end() {
        ended.countDown();
    }

    /** Sums over the batches so far. Safe for any thread. */
    static final class Statistics {
        private final Map<String, Long> recordErrors = new ConcurrentHashMap<>();
        private @Nullable Time lastCompleted;
        private long completed;
        private long failed;
        private long records;

        private synchronized void completed(PlannedBatch batch, boolean withFailure) {
            lastCompleted = batch.time();
            completed++;
            failed += withFailure ? 1 : 0;
            count(batch);
        }

        private synchronized void failed(PlannedBatch batch) {
            failed++;
            count(batch);
        }

        private void count(PlannedBatch batch) {
            records += batch.info().numRecords();
            batch.scope().recordErrors().forEach((uid, n) -> {
                if (!uid.endsWith(SplitGroup.RECORDS)) {
                    recordErrors.merge(uid, n, Long::sum);
                }
            });
        }

        synchronized @Nullable Time lastCompleted() {
            return lastCompleted;
        }

        synchronized long completed() {
            return completed;
        }

        synchronized long failed() {
            return failed;
        }

        synchronized long records() {
            return records;
        }

        Map<String, Long> recordErrors() {
            return new HashMap<>(recordErrors);
        }
    }
}
