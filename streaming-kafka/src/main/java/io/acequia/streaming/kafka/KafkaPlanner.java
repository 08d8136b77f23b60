/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kafka;

import io.acequia.streaming.StreamingException;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.direct.Plan;
import io.acequia.streaming.direct.PlannerContext;
import io.acequia.streaming.direct.Split;
import io.acequia.streaming.direct.SplitPlanner;
import io.acequia.streaming.kafka.KafkaDirectSource.OutOfRange;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides which offsets a batch takes.
 *
 * <p><b>From where.</b> From where the batch before ended, or the checkpoint. At the very first start as the source says; a
 * partition that comes later is taken from its first record on, since nobody has seen any of it.
 *
 * <p><b>Up to where.</b> Up to what is there when the batch is planned, within the limits: so many records a second for each
 * partition, and what the batch may have in all, divided by what waits in each.
 *
 * <p><b>What is gone.</b> Offsets below the first one there (retention was faster), or behind the end (the topic was cut), all of
 * a topic that was made anew, which its id tells, and topics that are no more, are refused or passed over as the source says; it
 * is logged in any case. Where a partition that is gone stood is kept, should it come back.
 *
 * <p><b>All or nothing.</b> A plan that fails changes nothing here, so the same batch can be asked for again.
 */
final class KafkaPlanner<K, V> implements SplitPlanner<ConsumerRecord<K, V>> {
    private static final Logger LOG = LoggerFactory.getLogger(KafkaPlanner.class);

    private final KafkaDirectSource<K, V> source;
    private final Cluster cluster;
    private final long ratePerPartition;
    /** Where the batches that read something end, until that is committed; those of them that are done. */
    private final NavigableMap<Time, Map<TopicPartition, Long>> planned = new TreeMap<>();

    private final Set<Time> done = new HashSet<>();
    private final Optional<Commits> commits;
    private Position position;
    private Map<TopicPartition, Long> carried = Map.of();
    /** Partitions that were read, and that the newest answer has not. */
    private Set<TopicPartition> missing = Set.of();

    private Time last;
    private final long intervalMs;
    private boolean first = true;

    KafkaPlanner(KafkaDirectSource<K, V> source, PlannerContext context) throws InterruptedException {
        this.source = source;
        this.cluster = new Cluster(source.connection(), source.planTimeout());
        this.ratePerPartition =
                source.maxRatePerPartition() > 0 ? source.maxRatePerPartition() : context.maxRatePerPartition();
        this.commits = source.groupId().map(group -> new Commits(cluster, group));
        this.intervalMs = context.batchInterval().toMillis();
        this.last = context.start();
        try {
            this.position = context.restored().isPresent()
                    ? Position.parse(context.restored().get())
                    : beginning();
        } catch (InterruptedException | RuntimeException e) {
            cluster.close();
            throw e;
        }
    }

    // ---- the beginning

    private Position beginning() throws InterruptedException {
        Cluster.Found found = topics();
        List<TopicPartition> there = found.partitions();
        Set<String> missing = new TreeSet<>(source.topics());
        there.forEach(each -> missing.remove(each.topic()));
        if (!missing.isEmpty()) {
            throw new StreamingException(
                    "ACQ-2505",
                    "source '" + source.name() + "': there is no topic " + missing + " at " + source.connection()
                            + ": make it before the job starts, or take topicPattern(..), which waits for topics",
                    null);
        }
        Cluster.Offered earliest = cluster.earliest(there);
        Cluster.Offered latest = cluster.latest(there);
        SortedMap<TopicPartition, Long> begin = new TreeMap<>(Offsets.ORDER);
        begin.putAll(
                switch (source.startAt()) {
                    case EARLIEST -> earliest.get();
                    case LATEST -> latest.get();
                    case COMMITTED -> committed(earliest.get());
                    case TIMESTAMP -> since(there, latest.get());
                });
        return new Position(begin, found.ids());
    }

    private Map<TopicPartition, Long> committed(Map<TopicPartition, Long> earliest) throws InterruptedException {
        Map<TopicPartition, Long> begin = new HashMap<>(earliest);
        Map<TopicPartition, Long> committed = cluster.committed(source.groupId().orElseThrow());
        begin.replaceAll((partition, from) -> committed.getOrDefault(partition, from));
        return begin;
    }

    /** Where no record is as new, from the end on. */
    private Map<TopicPartition, Long> since(List<TopicPartition> there, Map<TopicPartition, Long> latest)
            throws InterruptedException {
        Instant time = source.startTime().orElseThrow();
        Map<TopicPartition, Long> begin = new HashMap<>(latest);
        cluster.from(there, time).get().forEach((partition, offset) -> {
            if (offset >= 0) {
                begin.put(partition, offset);
            }
        });
        return begin;
    }

    private Cluster.Found topics() throws InterruptedException {
        Collection<String> topics = source.topicPattern().isPresent()
                ? cluster.topics(source.topicPattern().get())
                : source.topics();
        return cluster.described(topics);
    }

    // ---- batches

    @Override
    public Plan<ConsumerRecord<K, V>> plan(Time batch, long maxRecords) throws Exception {
        Cluster.Found found = topics();
        List<TopicPartition> there = found.partitions();
        Cluster.Offered askedFirst = cluster.earliest(there);
        Cluster.Offered askedEnd = cluster.latest(there);
        Map<TopicPartition, Long> firsts = askedFirst.get();
        Map<TopicPartition, Long> ends = askedEnd.get();
        Set<String> anew = position.madeAnew(found.ids());
        SortedMap<TopicPartition, Long> next = new TreeMap<>(Offsets.ORDER);
        for (TopicPartition each : there) {
            boolean other = anew.contains(each.topic());
            next.put(each, from(each, firsts.getOrDefault(each, 0L), ends.getOrDefault(each, 0L), other));
        }
        mustNotBeGone(there);
        Map<TopicPartition, Long> fractions = new HashMap<>();
        Map<TopicPartition, Long> lags = new TreeMap<>(Offsets.ORDER);
        next.forEach((partition, from) -> {
            long lag = Math.max(0, ends.getOrDefault(partition, from) - from);
            lags.put(partition, Math.min(lag, limit(partition, batch, fractions)));
        });
        List<Split<ConsumerRecord<K, V>>> splits = new ArrayList<>();
        Shares.of(lags, maxRecords).forEach((partition, count) -> {
            if (count > 0) {
                long from = next.merge(partition, count, Long::sum) - count;
                splits.add(split(new OffsetRange(partition.topic(), partition.partition(), from, from + count)));
            }
        });
        position = position.then(next, found.ids());
        carried = fractions;
        last = batch;
        first = false;
        if (commits.isPresent() && !splits.isEmpty()) {
            planned.put(batch, Map.copyOf(next));
        }
        return new Plan<>(splits, position.toString());
    }

    /** Records for one partition since the batch before; thousandths that are left over are for the next. */
    private long limit(TopicPartition partition, Time batch, Map<TopicPartition, Long> fractions) {
        if (ratePerPartition == 0) {
            return Long.MAX_VALUE;
        }
        long sinceMs = first ? intervalMs : Math.max(1, batch.milliseconds() - last.milliseconds());
        long thousandths = carried.getOrDefault(partition, 0L) + Math.multiplyExact(ratePerPartition, sinceMs);
        fractions.put(partition, thousandths % 1000);
        return thousandths / 1000;
    }

    /** @param other whether this is another topic of the same name */
    private long from(TopicPartition partition, long first, long end, boolean other) {
        @Nullable Long next = position.offsets().get(partition);
        if (next == null) {
            LOG.info("source '{}': {} is new, and is read from offset {} on", source.name(), partition, first);
            return first;
        }
        if (next >= first && next <= end && !other) {
            return next;
        }
        String what = "source '" + source.name() + "': offset " + next + " of " + partition
                + " is not there: the topic has offsets " + first + " to " + end + "; "
                + (other
                        ? "it was made anew"
                        : next < first ? (first - next) + " offsets were deleted before they were read" : "it was cut");
        if (source.outOfRange() == OutOfRange.FAIL) {
            throw new StreamingException(
                    "ACQ-2506", what + ". outOfRange(EARLIEST) or outOfRange(LATEST) goes on all the same", null);
        }
        long from = source.outOfRange() == OutOfRange.EARLIEST ? first : end;
        LOG.warn("{}; goes on from offset {}", what, from);
        return from;
    }

    private void mustNotBeGone(List<TopicPartition> there) {
        Set<TopicPartition> gone = new HashSet<>(position.offsets().keySet());
        there.forEach(gone::remove);
        if (gone.isEmpty() || missing.equals(gone)) {
            missing = gone;
            return;
        }
        String what = "source '" + source.name() + "': " + Offsets.text(sorted(gone)) + " were read, and are no more";
        if (source.outOfRange() == OutOfRange.FAIL) {
            throw new StreamingException(
                    "ACQ-2507", what + ". outOfRange(EARLIEST) or outOfRange(LATEST) goes on without them", null);
        }
        LOG.warn("{}; goes on without them", what);
        missing = gone;
    }

    private Map<TopicPartition, Long> sorted(Set<TopicPartition> gone) {
        Map<TopicPartition, Long> at = new HashMap<>();
        gone.forEach(each -> at.put(each, position.offsets().getOrDefault(each, 0L)));
        return at;
    }

    private KafkaSplit<K, V> split(OffsetRange range) {
        return new KafkaSplit<>(source.connection(), range, source.readTimeout(), source.outOfRange());
    }

    @Override
    public Split<ConsumerRecord<K, V>> split(String range) {
        return split(Offsets.parseRange(range));
    }

    /** Behind a batch that is not done nothing is committed: with concurrent jobs a later one may end first. */
    @Override
    public void completed(Time batch) {
        if (planned.containsKey(batch)) {
            done.add(batch);
        }
        while (!planned.isEmpty() && done.remove(planned.firstKey())) {
            Map<TopicPartition, Long> offsets = planned.pollFirstEntry().getValue();
            commits.ifPresent(open -> open.add(offsets));
        }
    }

    @Override
    public boolean isReachable() {
        return cluster.isConnected();
    }

    @Override
    public void close() {
        commits.ifPresent(Commits::flush);
        cluster.close();
        Consumers.closeIdle(source.connection());
    }
}
