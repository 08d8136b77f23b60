/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import io.acequia.streaming.data.Durations;
import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.internal.schedule.JobStatus;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Stops a job on this machine by a signal, and waits for its end. */
@Command(
        name = "stop",
        description = {
            "Stops the job of a checkpoint directory gracefully: sends SIGTERM to its process, which must be on this machine, and"
                    + " waits. What was received is processed first, within the job's own setting streaming.stop.timeout.",
            "The process is taken from the file 'status' in DIR, and left alone unless it is the one that wrote that."
        },
        footer = {
            "",
            "Examples:",
            "  acequia stop /var/lib/orders",
            "  acequia stop /var/lib/orders --grace 2m",
            "",
            "Exit codes:",
            "  0 it has stopped, and nothing was left undone",
            "  1 it failed, or its process had ended before without a word",
            "  2 the command was not understood",
            "  3 there is no status, or it is not that of a process which can be stopped from here",
            "  4 something was left undone, or it has not stopped in time"
        })
final class StopCommand implements Callable<Integer> {
    private static final Duration TELL_EVERY = Duration.ofSeconds(2);
    private static final Duration LONGEST = Duration.ofDays(1);

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Parameters(paramLabel = "DIR", description = CheckpointCommand.DIRECTORY)
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    @Option(
            names = "--grace",
            paramLabel = "TIME",
            defaultValue = "60s",
            description = "How long to wait for its end, in ms, s, m or h (default: ${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    private String grace;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Duration patience = patience();
        try (JobFolder folder = JobFolder.open(directory, spec)) {
            JobProcess job = JobProcess.of(folder);
            return switch (job.place()) {
                case HERE -> stop(folder, job, job.handle().orElseThrow(), patience);
                case STOPPED -> {
                    out().println(name(job) + " has stopped already; " + StatusCommand.left(job.status()));
                    yield StatusCommand.exitCode(job);
                }
                case GONE, REPLACED -> {
                    out().println(name(job) + " does not run: " + job.name()
                            + " has ended without a word; the next start takes up what it left");
                    yield StatusCommand.exitCode(job);
                }
                case ELSEWHERE ->
                    throw new DataRefusedException("ACQ-2285 " + name(job) + " is " + job.name()
                            + ", and that is another machine or container than this, " + JobProcess.here()
                            + ": stop it there");
                case UNSURE ->
                    throw new DataRefusedException("ACQ-2286 " + job.name() + " may be another one than that of "
                            + name(job) + ": the directory is in use and its status does not fit, as at the start of a"
                            + " job, or the system does not tell when the process was started; try again, or look and"
                            + " send it SIGTERM");
            };
        }
    }

    private Duration patience() {
        return TimeText.parse(grace)
                .filter(time -> time.compareTo(LONGEST) <= 0)
                .orElseThrow(() -> new ParameterException(
                        spec.commandLine(),
                        "ACQ-2287 --grace " + grace + ": give a time in ms, s, m or h, such as 30s, of a day at most"));
    }

    private int stop(JobFolder folder, JobProcess job, ProcessHandle process, Duration patience)
            throws IOException, InterruptedException {
        if (process.equals(ProcessHandle.current()) || !process.destroy()) {
            throw new DataRefusedException("ACQ-2288 " + job.name() + " of " + name(job)
                    + " cannot be signalled from here: stop it as the user that runs it, from another process");
        }
        out().println("SIGTERM sent to " + job.name() + "; waiting at most " + Durations.text(patience));
        if (!hasEnded(folder, process, patience)) {
            out().println(name(job) + " has not stopped in " + Durations.text(patience) + ": " + progress(folder)
                    + "; it goes on stopping, 'kill -9 " + process.pid() + "' ends it at once");
            return Acequia.PARTIALLY_STOPPED;
        }
        JobProcess after = JobProcess.of(folder);
        if (!after.status().process().equals(job.status().process())) {
            out().println(name(job) + " has stopped, and somebody has started it again: " + after.name());
            return Acequia.PARTIALLY_STOPPED;
        }
        return outcome(after);
    }

    private boolean hasEnded(JobFolder folder, ProcessHandle process, Duration patience)
            throws IOException, InterruptedException {
        StreamClock clock = StreamClock.system();
        long deadline = clock.nanoTime() + patience.toNanos();
        for (long left = patience.toNanos(); ; left = deadline - clock.nanoTime()) {
            try {
                process.onExit().get(Math.max(0, Math.min(left, TELL_EVERY.toNanos())), TimeUnit.NANOSECONDS);
                return true;
            } catch (TimeoutException e) {
                if (left <= TELL_EVERY.toNanos()) {
                    return !process.isAlive();
                }
                out().println(progress(folder));
            } catch (ExecutionException e) {
                throw new IllegalStateException("the end of process " + process.pid() + " cannot be awaited", e);
            }
        }
    }

    private static String progress(JobFolder folder) throws IOException {
        JobStatus status = JobProcess.of(folder).status();
        return status.state() + ", " + status.batchesCompleted() + " batches done, " + status.batchesQueued()
                + " waiting or running";
    }

    private int outcome(JobProcess job) {
        JobStatus status = job.status();
        if (job.place() != JobProcess.Place.STOPPED) {
            out().println(name(job) + " has ended while it was " + status.state()
                    + ", without a graceful stop; the next start takes up what it left");
            return Acequia.PARTIALLY_STOPPED;
        }
        out().println(name(job) + " has stopped; "
                + status.failure()
                        .map(why -> "it failed: " + Printable.line(why))
                        .orElseGet(() -> StatusCommand.left(status)));
        return StatusCommand.exitCode(job);
    }

    private static String name(JobProcess job) {
        return Printable.line(job.status().appName());
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }
}
