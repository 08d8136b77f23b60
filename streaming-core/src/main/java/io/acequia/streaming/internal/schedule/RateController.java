/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.schedule;

import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.internal.graph.InputNode;
import io.acequia.streaming.internal.graph.StreamGraph;
import io.acequia.streaming.listener.BatchInfo;
import io.acequia.streaming.listener.ContextStatus.RateTerms;
import io.acequia.streaming.listener.InputInfo;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Says how many records a second each source of a context may bring: the least of its own maximum, its share of the total
 * over all receivers, and, with back-pressure, its estimate ({@link PidEstimator}) or until there is one the initial rate.
 * A limit is at least one record a second; 0 says that there is none.
 *
 * <p>Told of every batch that is done, it estimates anew and divides the total anew ({@link SharedRate}): a receiver that used
 * up its limit wants whatever it may have, another one wants what it used and a quarter more, to grow into. Used up is
 * measured against the lowest limit that was in force while the batch was received: when batches queue, that was long ago,
 * and limits may have changed several times since. A batch that failed counts like any other: back-pressure must not cease
 * because an output always fails.
 *
 * <p><b>Threads.</b> Any; the object guards itself, and calls nobody.
 */
final class RateController {
    private static final double USED_UP = 0.9;
    private static final double ROOM_TO_GROW = 1.25;

    private final Duration batchInterval;
    private final long initialRate;
    private final @Nullable SharedRate total;
    private final Map<Integer, Stream> streams = new TreeMap<>();
    /** The limits with the instant since which they are in force, back to the oldest batch that may still run. */
    private final NavigableMap<Instant, Map<Integer, Long>> limits = new TreeMap<>();

    /**
     * A source to limit.
     *
     * @param maxRate its own maximum in records a second, 0 for none
     * @param received whether it counts into the total over all receivers
     */
    record Limited(int streamId, long maxRate, boolean received) {}

    private static final class Stream {
        private final Limited source;
        private final @Nullable PidEstimator estimator;
        private @Nullable RateTerms terms;

        Stream(Limited source, @Nullable PidEstimator estimator) {
            this.source = source;
            this.estimator = estimator;
        }
    }

    /** For the receivers and the direct sources of a program. */
    static RateController of(StreamGraph graph) {
        List<Limited> sources = graph.inputs().stream()
                .filter(node -> !(node.origin() instanceof InputNode.Queued))
                .map(node -> new Limited(node.streamId(), node.maxRate(), node.origin() instanceof InputNode.Received))
                .toList();
        return new RateController(graph.conf(), graph.batchInterval(), sources);
    }

    RateController(StreamingConf conf, Duration batchInterval, List<Limited> sources) {
        boolean dynamic = conf.get(StreamingConf.BACKPRESSURE_ENABLED);
        long minRate = conf.get(StreamingConf.BACKPRESSURE_MIN_RATE);
        if (minRate < 1) {
            throw new IllegalArgumentException("ACQ-1018 " + StreamingConf.BACKPRESSURE_MIN_RATE.name() + " = "
                    + minRate + ": must be at least 1 record/s, or a source could be stopped for ever");
        }
        this.batchInterval = batchInterval;
        this.initialRate = dynamic ? conf.get(StreamingConf.BACKPRESSURE_INITIAL_RATE) : 0;
        this.total = total(conf.get(StreamingConf.RECEIVER_MAX_RATE_TOTAL), sources);
        for (Limited source : sources) {
            streams.put(
                    source.streamId(), new Stream(source, dynamic ? estimator(conf, batchInterval, minRate) : null));
        }
        limits.put(Instant.MIN, inForce());
    }

    private static @Nullable SharedRate total(long rate, List<Limited> sources) {
        List<Integer> receivers = sources.stream()
                .filter(Limited::received)
                .map(Limited::streamId)
                .toList();
        if (rate == 0 || receivers.isEmpty()) {
            return null;
        }
        if (rate < receivers.size()) {
            throw new IllegalArgumentException("ACQ-1019 " + StreamingConf.RECEIVER_MAX_RATE_TOTAL.name() + " = " + rate
                    + " for " + receivers.size() + " receivers: must be at least 1 record/s for each of them");
        }
        return new SharedRate(rate, receivers);
    }

    private static PidEstimator estimator(StreamingConf conf, Duration batchInterval, long minRate) {
        return new PidEstimator(
                batchInterval,
                conf.get(StreamingConf.BACKPRESSURE_PROPORTIONAL),
                conf.get(StreamingConf.BACKPRESSURE_INTEGRAL),
                conf.get(StreamingConf.BACKPRESSURE_DERIVED),
                minRate);
    }

    /** A batch is done: gives the new limits of all streams, in records a second, 0 for none. */
    synchronized Map<Integer, Long> completed(BatchInfo batch) {
        batch.endedAt().ifPresent(endedAt -> {
            streams.values().forEach(stream -> estimate(stream, batch, endedAt));
            divide(batch);
            remember(batch, endedAt);
        });
        return inForce();
    }

    /** Records a second that this stream may bring now, 0 for no limit. */
    synchronized long limit(int streamId) {
        Stream stream = streams.get(streamId);
        return stream == null ? 0 : limit(stream);
    }

    /** What led to the latest estimate of this stream; nothing before the first, and without back-pressure. */
    synchronized Optional<RateTerms> terms(int streamId) {
        return Optional.ofNullable(streams.get(streamId)).map(stream -> stream.terms);
    }

    /** Goes on from what an earlier run had found out about a source. */
    synchronized void restore(int streamId, double rate, double error) {
        Stream stream = streams.get(streamId);
        if (stream != null && stream.estimator != null) {
            stream.estimator.restore(rate, error);
            stream.terms = new RateTerms(rate, 0, 0, 0, rate, error, 0, 0);
            limits.put(Instant.MIN, inForce());
        }
    }

    private static void estimate(Stream stream, BatchInfo batch, Instant endedAt) {
        Optional<Duration> processing = batch.processingDelay();
        Optional<Duration> scheduling = batch.schedulingDelay();
        if (stream.estimator != null && processing.isPresent() && scheduling.isPresent()) {
            stream.estimator
                    .estimate(endedAt, records(stream, batch), processing.get(), scheduling.get())
                    .ifPresent(terms -> stream.terms = terms);
        }
    }

    private static long records(Stream stream, BatchInfo batch) {
        InputInfo input = batch.inputs().get(stream.source.streamId());
        return input == null ? 0 : input.records();
    }

    private void divide(BatchInfo batch) {
        if (total != null) {
            Map<Integer, Long> wanted = new HashMap<>();
            streams.forEach((id, stream) -> {
                if (stream.source.received()) {
                    wanted.put(id, wanted(stream, batch));
                }
            });
            total.divide(wanted);
        }
    }

    private long wanted(Stream stream, BatchInfo batch) {
        double used = records(stream, batch) * 1000.0 / batchInterval.toMillis();
        return used >= USED_UP * lowestLimit(stream.source.streamId(), batch)
                ? withoutShare(stream)
                : Math.min(withoutShare(stream), (long) Math.ceil(used * ROOM_TO_GROW));
    }

    /** While the records of this batch came in. */
    private long lowestLimit(int streamId, BatchInfo batch) {
        Instant from = batch.batchTime().minus(batchInterval).instant();
        Instant since = Objects.requireNonNullElse(limits.floorKey(from), limits.firstKey());
        return limits.tailMap(since, true).headMap(batch.batchTime().instant(), true).values().stream()
                .mapToLong(each -> each.getOrDefault(streamId, 0L))
                .min()
                .orElse(0);
    }

    private void remember(BatchInfo batch, Instant endedAt) {
        limits.put(endedAt, inForce());
        Instant from = batch.batchTime().minus(batchInterval).instant();
        Instant oldest = limits.floorKey(from);
        if (oldest != null) {
            limits.headMap(oldest, false).clear();
        }
    }

    private Map<Integer, Long> inForce() {
        Map<Integer, Long> now = new TreeMap<>();
        streams.forEach((id, stream) -> now.put(id, limit(stream)));
        return now;
    }

    private long limit(Stream stream) {
        long share =
                total == null || !stream.source.received() ? Long.MAX_VALUE : total.share(stream.source.streamId());
        long least = Math.min(share, withoutShare(stream));
        return least == Long.MAX_VALUE ? 0 : Math.max(1, least);
    }

    private long withoutShare(Stream stream) {
        long own = orNone(stream.source.maxRate());
        return stream.terms == null ? Math.min(own, orNone(initialRate)) : Math.min(own, (long) stream.terms.rate());
    }

    private static long orNone(long rate) {
        return rate == 0 ? Long.MAX_VALUE : rate;
    }
}
