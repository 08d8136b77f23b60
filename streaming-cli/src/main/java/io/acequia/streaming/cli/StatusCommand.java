/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import io.acequia.streaming.data.Durations;
import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.internal.schedule.JobStatus;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** How a job is, by what it wrote last. */
@Command(
        name = "status",
        description = {
            "Tells how the job of a checkpoint directory is: its process, batches and sources.",
            "The job writes that into the file 'status' there, at each change and after a batch, once a second at most. The file"
                    + " is text, lines KEY=VALUE, for scripts to read."
        },
        footer = {
            "",
            "Example:",
            "  acequia status /var/lib/orders",
            "",
            "Exit codes:",
            "  0 it runs, or it has stopped and left nothing undone",
            "  1 it failed, or its process is gone without a word",
            "  2 the command was not understood",
            "  3 there is no status, or it cannot be read",
            "  4 it was stopped, and left something undone"
        })
final class StatusCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Parameters(paramLabel = "DIR", description = CheckpointCommand.DIRECTORY)
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    @Override
    public Integer call() throws IOException {
        try (JobFolder folder = JobFolder.open(directory, spec)) {
            JobProcess job = JobProcess.of(folder);
            PrintWriter out = spec.commandLine().getOut();
            JobStatus status = job.status();
            out.println(Printable.line(status.appName()) + ": " + sentence(job));
            out.println("  as of " + status.writtenAt() + ", " + ago(status.writtenAt()));
            out.println(
                    "  batches: " + status.batchesCompleted() + " done, " + status.batchesFailed() + " of them failed, "
                            + status.batchesQueued() + " waiting or running, one every "
                            + Durations.text(status.batchInterval())
                            + status.lastCompleted()
                                    .map(time -> "; the last of " + Printable.time(time))
                                    .orElse(""));
            out.println("  records: " + status.recordsIn());
            for (JobStatus.Source source : status.sources()) {
                out.println("  source " + Printable.line(source.name()) + ": " + source.state() + ", "
                        + Printable.count(source.records(), "record") + ", " + source.waiting() + " waiting, "
                        + Printable.count(source.restarts(), "restart"));
            }
            return exitCode(job);
        }
    }

    private static String ago(Instant then) {
        long seconds = Duration.between(then, StreamClock.system().now()).toSeconds();
        return seconds < 0 ? "by a clock that is ahead" : seconds + " s ago";
    }

    private static String sentence(JobProcess job) {
        JobStatus status = job.status();
        return switch (job.place()) {
            case HERE -> status.state() + ", " + job.name();
            case STOPPED -> "STOPPED, " + ending(status);
            case GONE ->
                "gone: " + job.name() + " was " + status.state() + " and has ended without a word, as one does that is"
                        + " killed; the next start takes up what it left";
            case REPLACED ->
                "gone: " + job.name() + " is another process now; the one of the job was " + status.state()
                        + " and has ended without a word";
            case UNSURE ->
                status.state() + ", perhaps: " + job.name()
                        + " is not surely that of the job: the directory is in use and"
                        + " its status does not fit, or the system does not tell when the process was started";
            case ELSEWHERE ->
                status.state() + " by its own word, " + job.name()
                        + ", which is another machine or container than this, " + JobProcess.here()
                        + ": ask there whether it lives";
        };
    }

    private static String ending(JobStatus status) {
        if (status.failure().isPresent()) {
            return "because of a failure: " + Printable.line(status.failure().get());
        }
        return left(status);
    }

    /** What a stopped job left undone. */
    static String left(JobStatus status) {
        return status.left()
                .filter(left -> !left.isNothing())
                .map(left -> "left undone: " + left.batches() + (left.batches() == 1 ? " batch, " : " batches, ")
                        + Printable.count(left.blocks(), "block") + " with "
                        + Printable.count(left.records(), "record")
                        + "; what receivers have logged is taken up by the next start")
                .orElse("nothing was left undone");
    }

    /** The exit code for a job that is as its status says. */
    static int exitCode(JobProcess job) {
        return switch (job.place()) {
            case HERE, UNSURE, ELSEWHERE -> Acequia.OK;
            case GONE, REPLACED -> Acequia.JOB_FAILED;
            case STOPPED -> ofEnd(job.status());
        };
    }

    private static int ofEnd(JobStatus status) {
        if (status.failure().isPresent()) {
            return Acequia.JOB_FAILED;
        }
        return status.left().filter(left -> !left.isNothing()).isPresent() ? Acequia.PARTIALLY_STOPPED : Acequia.OK;
    }
}
