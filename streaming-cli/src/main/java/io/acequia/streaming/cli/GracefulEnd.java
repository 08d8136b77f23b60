/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import io.acequia.streaming.BatchFailedException;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.StreamingContext.StopReport;
import io.acequia.streaming.data.Durations;
import java.io.PrintWriter;
import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Stops the streams of a program when a signal ends the process, and makes what was left undone an exit code. It does so in
 * place of the contexts, which keep their reports to themselves: {@code streaming.stop.on.shutdown} is turned off for them
 * meanwhile. A user who has turned it off wants no such stop, and gets none.
 */
final class GracefulEnd {
    private final String program;
    private final PrintWriter to;
    private final @Nullable String before;
    private final @Nullable ShutdownHook hook;

    private GracefulEnd(String program, PrintWriter to) {
        this.program = program;
        this.to = to;
        this.before = System.getProperty(setting());
        if (new StreamingConf().get(StreamingConf.STOP_ON_SHUTDOWN)) {
            System.setProperty(setting(), "false");
            this.hook = ShutdownHook.add("acequia-graceful-end", this::end);
        } else {
            this.hook = null;
        }
    }

    /** From now on until it is cancelled. */
    static GracefulEnd on(String program, PrintWriter to) {
        return new GracefulEnd(program, to);
    }

    private static String setting() {
        return StreamingConf.STOP_ON_SHUTDOWN.name();
    }

    private OptionalInt end() {
        OptionalInt code = OptionalInt.empty();
        Set<StreamingContext> seen = new HashSet<>();
        Optional<StreamingContext> context = StreamingContext.active();
        while (context.isPresent() && seen.add(context.get())) {
            OptionalInt one = stop(context.get());
            code = one.isPresent() ? one : code;
            context = StreamingContext.active();
        }
        return code;
    }

    private OptionalInt stop(StreamingContext context) {
        StopReport report = context.stop(true, true);
        try {
            context.awaitTerminationOrTimeout(0);
        } catch (BatchFailedException e) {
            FailureReport.print(program, e, to);
            return OptionalInt.of(FailureReport.exitCode(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (report.complete()) {
            return OptionalInt.empty();
        }
        to.println("acequia: " + program + " was stopped after " + Durations.text(report.took()) + " and left undone: "
                + report.batchesLeft() + (report.batchesLeft() == 1 ? " batch, " : " batches, ")
                + Printable.count(report.blocksLeft(), "block")
                + " with " + Printable.count(report.recordsLeft(), "record")
                + "; what receivers have logged is taken up by the next start");
        return OptionalInt.of(Acequia.PARTIALLY_STOPPED);
    }

    /** No signal is waited for any more; the setting is as it was. */
    void cancel() {
        if (hook != null) {
            hook.remove();
            if (before == null) {
                System.clearProperty(setting());
            } else {
                System.setProperty(setting(), before);
            }
        }
    }
}
