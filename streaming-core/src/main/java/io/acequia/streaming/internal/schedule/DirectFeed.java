/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.schedule;

import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.direct.DirectSource;
import io.acequia.streaming.direct.Plan;
import io.acequia.streaming.direct.PlannerContext;
import io.acequia.streaming.direct.Split;
import io.acequia.streaming.direct.SplitPlanner;
import io.acequia.streaming.internal.checkpoint.Allocation;
import io.acequia.streaming.internal.graph.InputNode;
import io.acequia.streaming.internal.rdd.RddScope;
import io.acequia.streaming.internal.rdd.Rdds;
import io.acequia.streaming.listener.ContextStatus;
import io.acequia.streaming.listener.ReceiverEvent;
import io.acequia.streaming.listener.ReceiverState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A source that is read by range: the planner says what, tasks read it. */
final class DirectFeed implements Feed {
    private static final int SPLITS_SHOWN = 3;
    private static final long MOST_THOUSANDTHS = Long.MAX_VALUE / 2;

    private final InputNode node;
    private final DirectSource<?> source;
    private final Rdds rdds;
    private final StreamClock clock;
    private final RateController rates;
    private final boolean durable;
    private final PlannerHealth health;
    private final AtomicLong records = new AtomicLong();
    private final Positions positions = new Positions();
    /** Thousandths of a record that the limit left to the next batch. */
    private long carried;
    /** What the planner gave, and a batch did not get yet: the planner stands behind it, and would leave it out if asked again. */
    private @Nullable Plan<?> taken;

    private volatile @Nullable SplitPlanner<?> planner;

    DirectFeed(
            InputNode node,
            DirectSource<?> source,
            Rdds rdds,
            StreamClock clock,
            ListenerBus bus,
            RateController rates,
            boolean durable) {
        this.node = node;
        this.source = source;
        this.rdds = rdds;
        this.clock = clock;
        this.rates = rates;
        this.durable = durable;
        this.health = new PlannerHealth(node.streamId(), source.name(), clock, event -> tell(bus, event));
    }

    private static void tell(ListenerBus bus, ReceiverEvent event) {
        bus.post(listener -> {
            if (event.error().isPresent()) {
                listener.onReceiverError(event);
            }
            listener.onReceiverStateChanged(event);
        });
    }

    @Override
    public InputNode node() {
        return node;
    }

    @Override
    public synchronized void start(Time zero, Past past) throws Exception {
        positions.begin(past.until(), past.covered());
        planner = source.newPlanner(new PlannerContext(
                zero,
                node.graph().batchInterval(),
                clock,
                past.planned().or(past::covered),
                rdds.conf().get(StreamingConf.DIRECT_MAX_RATE_PER_PARTITION),
                rdds.conf().values()));
    }

    @Override
    public synchronized Intake plan(Time time) throws Exception {
        Plan<?> plan = taken;
        if (plan == null) {
            plan = asked(opened(), time);
            taken = plan;
        }
        Intake intake = intake(plan, time);
        taken = null;
        return intake;
    }

    private Plan<?> asked(SplitPlanner<?> open, Time time) throws Exception {
        long limit = rates.limit(node.streamId());
        long slide = node.slide().toMillis();
        if (limit == 0 || limit > MOST_THOUSANDTHS / slide) {
            return health.during(() -> open.plan(time, Long.MAX_VALUE));
        }
        long thousandths = carried + limit * slide;
        Plan<?> plan = health.during(() -> open.plan(time, thousandths / 1000));
        carried = thousandths % 1000;
        return plan;
    }

    @Override
    public synchronized Intake replay(Time time, Allocation allocation) throws Exception {
        return replay(opened(), time, allocation);
    }

    private <T> Intake replay(SplitPlanner<T> open, Time time, Allocation allocation) throws Exception {
        List<List<Split<T>>> groups = new ArrayList<>();
        for (List<String> ranges : allocation.groups()) {
            List<Split<T>> group = new ArrayList<>();
            for (String range : ranges) {
                group.add(open.split(range));
            }
            groups.add(group);
        }
        return intake(groups, time, allocation);
    }

    private SplitPlanner<?> opened() {
        SplitPlanner<?> open = planner;
        if (open == null) {
            throw new IllegalStateException("ACQ-1003 source '" + source.name() + "' is not open");
        }
        return open;
    }

    private <T> Intake intake(Plan<T> plan, Time time) {
        List<List<Split<T>>> groups = Groups.of(plan.splits(), rdds.defaultParallelism(), Split::weight);
        if (!durable) {
            return intake(groups, time, null);
        }
        List<List<String>> ranges = new ArrayList<>();
        for (List<Split<T>> group : groups) {
            ranges.add(group.stream().map(Split::range).toList());
        }
        long known = plan.splits().stream()
                .mapToLong(split -> split.recordCount().orElse(0))
                .sum();
        return intake(groups, time, new Allocation(node.site().uid(), plan.position(), known, ranges));
    }

    private <T> Intake intake(List<List<Split<T>>> planned, Time time, @Nullable Allocation allocation) {
        Lease lease = new Lease(time);
        List<Split<T>> splits = new ArrayList<>();
        List<List<Split<T>>> groups = new ArrayList<>();
        long known = 0;
        for (List<Split<T>> group : planned) {
            groups.add(List.of(new SplitGroup<>(group, node.origin().name(), node.site(), node.poison(), lease)));
            splits.addAll(group);
            for (Split<T> split : group) {
                known += split.recordCount().orElse(0);
            }
        }
        records.addAndGet(known);
        if (allocation != null) {
            positions.add(time, allocation.position());
        }
        return new Intake(
                rdds.read(rdds.engine().fromSplits(groups), RddScope.of(time), splits),
                known,
                described(splits),
                List.of(),
                allocation,
                splits.stream().allMatch(split -> split.recordCount().orElse(1) == 0),
                lease::end);
    }

    @Override
    public Optional<String> positionAt(Time time) {
        return positions.at(time);
    }

    @Override
    public void covered(Time time) {
        positions.covered(time);
    }

    /** The first ranges; a planner's own position may be long and is not for people. */
    private static <T> String described(List<Split<T>> splits) {
        StringBuilder text = new StringBuilder();
        for (Split<T> split : splits.subList(0, Math.min(splits.size(), SPLITS_SHOWN))) {
            text.append(text.isEmpty() ? "" : ", ").append(split.describe());
        }
        return splits.size() <= SPLITS_SHOWN
                ? text.toString()
                : text + " and " + (splits.size() - SPLITS_SHOWN) + " more";
    }

    @Override
    public synchronized void completed(Time time) throws Exception {
        if (planner != null) {
            planner.completed(time);
        }
    }

    @Override
    public void stopReading(Duration atMost) {}

    @Override
    public synchronized void stop(Duration atMost) {
        if (planner != null) {
            planner.close();
            planner = null;
        }
    }

    @Override
    public Waiting waiting() {
        return Waiting.NONE;
    }

    /** Waits for nothing: planning may hold the lock of this feed for as long as the source does not answer. */
    @Override
    public Optional<ContextStatus.SourceStatus> status() {
        long limit = rates.limit(node.streamId());
        SplitPlanner<?> open = planner;
        return Optional.of(new ContextStatus.SourceStatus(
                node.streamId(),
                source.name(),
                open == null || open.isReachable() ? health.state() : ReceiverState.RETRYING,
                records.get(),
                0,
                0,
                health.restarts(),
                limit == 0 ? OptionalLong.empty() : OptionalLong.of(limit),
                rates.terms(node.streamId())));
    }
}
