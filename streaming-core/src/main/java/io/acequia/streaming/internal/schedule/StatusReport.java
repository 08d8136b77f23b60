/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.schedule;

import io.acequia.streaming.StreamingContext.StopReport;
import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.internal.store.StatusFile;
import io.acequia.streaming.listener.BatchInfo;
import io.acequia.streaming.listener.ContextStatus;
import io.acequia.streaming.listener.ReceiverEvent;
import io.acequia.streaming.listener.StreamingListener;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the status file of a job: written at each change of a state, and after a batch when the last time was a second ago or
 * more. The thread of the listeners writes, so no batch waits for it; a disk that refuses costs a line in the log, never the
 * job. A process that is killed leaves the file as it was: who reads it compares process and start.
 */
final class StatusReport implements StreamingListener {
    private static final Logger LOG = LoggerFactory.getLogger(StatusReport.class);
    private static final Duration EVERY = Duration.ofSeconds(1);
    private static final int MOST_CHARACTERS = 1000;

    private final StatusFile file;
    private final String job;
    private final JobStatus.Process process;
    private final Supplier<ContextStatus> status;
    private final StreamClock clock;
    private Instant writtenAt = Instant.MIN;
    private boolean ended;
    private boolean refused;

    private StatusReport(
            StatusFile file, String job, JobStatus.Process process, Supplier<ContextStatus> status, StreamClock clock) {
        this.file = file;
        this.job = job;
        this.process = process;
        this.status = status;
        this.clock = clock;
    }

    /** Begins; empty when the directory is not on a local disk, where there is no such file. */
    static Optional<StatusReport> begin(
            JobDirectory directory, Supplier<ContextStatus> status, StreamClock clock, ListenerBus bus) {
        Optional<StatusReport> report = StatusFile.in(directory.uri()).map(file -> of(file, directory, status, clock));
        report.ifPresent(StatusReport::write);
        report.ifPresent(bus::add);
        return report;
    }

    private static StatusReport of(
            StatusFile file, JobDirectory directory, Supplier<ContextStatus> status, StreamClock clock) {
        ProcessHandle process = ProcessHandle.current();
        return new StatusReport(
                file,
                directory.job().toString(),
                new JobStatus.Process(
                        StatusFile.thisHost(),
                        StatusFile.thisNamespace(),
                        process.pid(),
                        process.info().startInstant()),
                status,
                clock);
    }

    @Override
    public void onReceiverStarted(ReceiverEvent e) {
        write();
    }

    @Override
    public void onReceiverStateChanged(ReceiverEvent e) {
        write();
    }

    @Override
    public void onReceiverStopped(ReceiverEvent e) {
        write();
    }

    @Override
    public void onBatchCompleted(BatchInfo b) {
        if (isDue()) {
            write();
        }
    }

    private synchronized boolean isDue() {
        Instant now = clock.now();
        return writtenAt.isAfter(now) || !writtenAt.isAfter(now.minus(EVERY));
    }

    /** Writes how the job is now. */
    synchronized void write() {
        if (!ended) {
            write(now -> now);
        }
    }

    /** The last word; nothing is written after it. */
    synchronized void end(StopReport report, @Nullable Throwable why) {
        if (!ended) {
            ended = true;
            JobStatus.Left left = new JobStatus.Left(report.batchesLeft(), report.blocksLeft(), report.recordsLeft());
            write(now -> now.stopped(left, Optional.ofNullable(why).map(StatusReport::shortened)));
        }
    }

    private static String shortened(Throwable why) {
        String text = why.getMessage() == null ? why.toString() : why.getMessage();
        return text.length() <= MOST_CHARACTERS ? text : text.substring(0, MOST_CHARACTERS) + "…";
    }

    private void write(UnaryOperator<JobStatus> change) {
        try {
            JobStatus now = JobStatus.of(job, process, status.get(), clock.now());
            file.write(change.apply(now).entries());
            writtenAt = now.writtenAt();
            refused = false;
        } catch (IOException | RuntimeException e) {
            if (!refused) {
                LOG.warn("the status of the job cannot be written; the job goes on: {}", e.toString());
                refused = true;
            }
        }
    }
}
