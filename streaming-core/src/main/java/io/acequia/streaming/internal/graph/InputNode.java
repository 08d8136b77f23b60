/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.graph;

import io.acequia.streaming.ErrorPolicy;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.data.StorageLevel;
import io.acequia.streaming.data.Utf8;
import io.acequia.streaming.direct.DirectSource;
import io.acequia.streaming.internal.operator.Site;
import io.acequia.streaming.internal.rdd.DatasetRdd;
import io.acequia.streaming.receiver.AckMode;
import io.acequia.streaming.receiver.Source;
import io.acequia.streaming.receiver.UnreliableReceiver;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A node at the edge: its batches come from a source. */
public final class InputNode extends StreamNode {
    /** What the batches come from. */
    public sealed interface Origin {
        String name();
    }

    /**
     * A source that is received.
     *
     * @param text whether each record is made a {@code String} when a batch reads it: blocks hold bytes
     */
    public record Received(Source<?> source, boolean text) implements Origin {
        public Received(Source<?> source) {
            this(source, false);
        }

        public static Received asText(Source<Utf8> source) {
            return new Received(source, true);
        }

        @Override
        public String name() {
            return source.name();
        }
    }

    /** A source that is read by range. */
    public record Direct(DirectSource<?> source) implements Origin {
        @Override
        public String name() {
            return source.name();
        }
    }

    /** A queue of RDDs, each batch takes one or all of them. */
    public record Queued(QueueOfRdds queue) implements Origin {
        @Override
        public String name() {
            return "queue";
        }
    }

    private final int streamId;
    private final Origin origin;
    private @Nullable Long maxRate;
    private @Nullable Duration idleAlarm;
    private int retries;
    private ErrorPolicy poison = ErrorPolicy.skip();
    private @Nullable AckMode ackMode;
    private @Nullable Boolean dataLog;
    private StorageLevel storage = StorageLevel.MEMORY_AND_DISK;

    InputNode(StreamGraph graph, Site site, int streamId, Origin origin) {
        super(graph, site, List.of(), graph.batchInterval());
        this.streamId = streamId;
        this.origin = origin;
    }

    @Override
    public DatasetRdd<?> make(Batch batch) {
        DatasetRdd<?> records = batch.input(this);
        return origin instanceof Received received && received.text() ? text(records) : records;
    }

    private <T> DatasetRdd<String> text(DatasetRdd<T> records) {
        return DatasetRdd.of(records.at(site()).map(Object::toString));
    }

    public int streamId() {
        return streamId;
    }

    public Origin origin() {
        return origin;
    }

    /** Records a second; 0 is no limit. */
    public long maxRate() {
        return maxRate != null ? maxRate : graph().conf().get(StreamingConf.RECEIVER_MAX_RATE);
    }

    public Optional<Duration> idleAlarm() {
        return Optional.ofNullable(idleAlarm);
    }

    /** Attempts in a row; 0 is no end. */
    public int retries() {
        return retries;
    }

    public ErrorPolicy poison() {
        return poison;
    }

    void maxRate(long recordsPerSecond) {
        graph().mustBeOpen("maxRate(" + recordsPerSecond + ")");
        if (recordsPerSecond < 0) {
            throw new IllegalArgumentException("ACQ-0904 maxRate of " + recordsPerSecond + " records/s on " + site()
                    + ": must be at least 0, 0 is no limit");
        }
        this.maxRate = recordsPerSecond;
    }

    void idleAlarm(Duration silence) {
        mustBeReceived("idleAlarm");
        if (silence.isZero() || silence.isNegative()) {
            throw new IllegalArgumentException(
                    "ACQ-0905 idleAlarm of " + silence + " on " + site() + ": must be above 0");
        }
        this.idleAlarm = silence;
    }

    void retries(int most) {
        mustBeReceived("retries");
        if (most < 1) {
            throw new IllegalArgumentException("ACQ-0906 retries(" + most + ") on " + site() + ": must be at least 1");
        }
        this.retries = most;
    }

    void poison(ErrorPolicy policy) {
        graph().mustBeOpen("onPoison");
        this.poison = present(policy, "onPoison");
    }

    void ackMode(AckMode mode) {
        mustBeReceived("ackMode");
        if (origin instanceof Received received && isUnreliable(received.source())) {
            throw new IllegalArgumentException("ACQ-0925 ackMode(" + mode + ") on " + site()
                    + ": its receiver is unreliable and acknowledges nothing; leave ackMode out");
        }
        this.ackMode = mode;
    }

    /** As far as the source declares it; else the first connection tells. */
    private static boolean isUnreliable(Source<?> source) {
        try {
            Class<?> made = source.getClass().getMethod("newReceiver").getReturnType();
            return UnreliableReceiver.class.isAssignableFrom(made);
        } catch (NoSuchMethodException e) {
            return false;
        }
    }

    /** When deliveries are acknowledged, when the program says so. */
    public Optional<AckMode> ackMode() {
        return Optional.ofNullable(ackMode);
    }

    void dataLog(boolean on) {
        mustBeReceived("dataLog");
        this.dataLog = on;
    }

    /** Whether received blocks are logged, when the program says so. */
    public Optional<Boolean> dataLog() {
        return Optional.ofNullable(dataLog);
    }

    /** Where received blocks are kept. */
    public StorageLevel storage() {
        return storage;
    }

    void storage(StorageLevel level) {
        this.storage = Objects.requireNonNull(level, "level");
    }

    private void mustBeReceived(String option) {
        graph().mustBeOpen(option);
        if (!(origin instanceof Received)) {
            throw new IllegalArgumentException("ACQ-0907 " + option + " on " + site()
                    + ": only sources with a receiver have it, this one is read directly");
        }
    }
}
