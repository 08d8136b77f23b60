/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kinesis;

import io.acequia.streaming.receiver.Handoff;
import io.acequia.streaming.receiver.Settlement;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import software.amazon.kinesis.exceptions.ShutdownException;
import software.amazon.kinesis.exceptions.ThrottlingException;
import software.amazon.kinesis.lifecycle.events.InitializationInput;
import software.amazon.kinesis.lifecycle.events.LeaseLostInput;
import software.amazon.kinesis.lifecycle.events.ProcessRecordsInput;
import software.amazon.kinesis.lifecycle.events.ShardEndedInput;
import software.amazon.kinesis.lifecycle.events.ShutdownRequestedInput;
import software.amazon.kinesis.processor.RecordProcessorCheckpointer;
import software.amazon.kinesis.processor.ShardRecordProcessor;
import software.amazon.kinesis.retrieval.KinesisClientRecord;

/**
 * One shard, from the time that its lease is taken until it is lost.
 *
 * <p><b>Threads.</b> The consumer library calls in on threads of its own, one after the other, and waits there while there is no room.
 * The receiver's thread settles, and writes the position.
 *
 * <p><b>Position.</b> What is safe without a gap. What was given back stays a gap until it was read again and is safe, so no position
 * passes it. A shard that ended, as after a split, is only said to have ended when all of it is safe; until then its children wait.
 *
 * <p><b>After its end</b>, when the lease is lost or the receiver closed, nothing that is settled has an effect.
 */
final class ShardFeed implements ShardRecordProcessor {
    private final Handoff<KinesisRecord> fresh;
    private final Handoff<KinesisRecord> again;
    private final Failures failures;
    private final Consumer<ShardFeed> onNews;
    // Guarded by this.
    private final Deque<Span> unsettled = new ArrayDeque<>();
    private @Nullable Span safe;
    private @Nullable RecordProcessorCheckpointer checkpointer;
    private boolean ended;
    // All is safe, and that the shard has ended stands for its last position.
    private volatile boolean finished;
    // Of the receiver's thread.
    private long checkpointedAtNanos;
    private boolean checkpointed;
    // The library sets it before anything else.
    private volatile String shard = "";

    /**
     * @param again takes what was given back
     * @param onNews called on the receiver's thread when there is a position to write that was none before
     */
    ShardFeed(
            Handoff<KinesisRecord> fresh, Handoff<KinesisRecord> again, Failures failures, Consumer<ShardFeed> onNews) {
        this.fresh = fresh;
        this.again = again;
        this.failures = failures;
        this.onNews = onNews;
    }

    @Override
    public void initialize(InitializationInput input) {
        shard = input.shardId();
    }

    @Override
    public void processRecords(ProcessRecordsInput input) {
        if (input.records().isEmpty()) {
            return;
        }
        List<KinesisRecord> records = new ArrayList<>(input.records().size());
        for (KinesisClientRecord each : input.records()) {
            records.add(KinesisRecord.of(shard, each));
        }
        Span span = add(records, input.checkpointer());
        try {
            fresh.put(records, span);
        } catch (InterruptedException e) {
            end();
            failures.ended("shard " + shard + " was interrupted", e);
        } catch (IllegalStateException e) {
            end(); // the receiver is closed, and these records come again
        }
    }

    private synchronized Span add(List<KinesisRecord> records, RecordProcessorCheckpointer by) {
        checkpointer = by;
        Span span = new Span(records);
        unsettled.add(span);
        return span;
    }

    @Override
    public void leaseLost(LeaseLostInput input) {
        end();
    }

    @Override
    public void shutdownRequested(ShutdownRequestedInput input) {
        // The receiver writes the last position before it lets the library go.
    }

    @Override
    public void shardEnded(ShardEndedInput input) {
        try {
            if (awaitAllSafe() && !failures.any()) {
                finished = true;
                input.checkpointer().checkpoint();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ShutdownException e) {
            end();
        } catch (Exception e) {
            failures.ended("the end of shard " + shard + " could not be written", e);
        }
    }

    private synchronized boolean awaitAllSafe() throws InterruptedException {
        while (!ended && !unsettled.isEmpty()) {
            wait();
        }
        return !ended;
    }

    synchronized boolean hasEnded() {
        return ended;
    }

    synchronized void end() {
        ended = true;
        unsettled.clear();
        safe = null;
        notifyAll();
    }

    /** Whether the last position was written so long ago. */
    boolean isDue(long nowNanos, long intervalNanos) {
        return !checkpointed || nowNanos - checkpointedAtNanos >= intervalNanos;
    }

    /**
     * Writes what is safe.
     *
     * @return false when that is to be tried again later
     */
    boolean checkpoint(long nowNanos) {
        checkpointed = true;
        checkpointedAtNanos = nowNanos;
        Span last;
        RecordProcessorCheckpointer by;
        synchronized (this) {
            last = safe;
            by = checkpointer;
            safe = null;
        }
        if (last == null || by == null || finished) {
            return true;
        }
        KinesisRecord at = last.last();
        try {
            by.checkpoint(at.sequenceNumber(), at.subSequenceNumber());
            return true;
        } catch (ShutdownException e) {
            end(); // somebody else has the lease
            return true;
        } catch (ThrottlingException e) {
            restore(last);
            return false;
        } catch (Exception e) {
            if (finished) {
                return true;
            }
            restore(last);
            failures.ended("the position of shard " + shard + " could not be written", e);
            return false;
        }
    }

    private synchronized void restore(Span last) {
        if (safe == null && !ended) {
            safe = last;
        }
    }

    private void acked(Span span) {
        boolean news = false;
        synchronized (this) {
            span.acked = true;
            for (Span first = unsettled.peek(); first != null && first.acked; first = unsettled.peek()) {
                unsettled.remove();
                news |= safe == null;
                safe = first;
            }
            if (unsettled.isEmpty()) {
                notifyAll();
            }
        }
        if (news) {
            onNews.accept(this);
        }
    }

    /** What the library handed over at once, with a position behind it. */
    private final class Span implements Settlement {
        private final List<KinesisRecord> records;
        private boolean acked;

        private Span(List<KinesisRecord> records) {
            this.records = records;
        }

        private KinesisRecord last() {
            return records.get(records.size() - 1);
        }

        @Override
        public void ack() {
            acked(this);
        }

        @Override
        public void nack(Throwable cause) {
            again.offer(records, this);
        }
    }
}
