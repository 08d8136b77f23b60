/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import io.acequia.streaming.data.Durations;
import io.acequia.streaming.data.StreamClock;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Runs a program in processes of its own, one after the other, until it ends in a way that a restart cannot better.
 *
 * <p>Two threads: one runs and waits; that of a signal calls {@link #end}, which passes it on to the child, waits for it, and
 * leaves no moment in which another could be started.
 */
final class Supervisor {
    private final StreamClock clock;
    private final Starter starter;
    private final RestartPolicy policy;
    private final PrintWriter to;
    private @Nullable Child child;
    private boolean ending;

    Supervisor(StreamClock clock, Starter starter, RestartPolicy policy, PrintWriter to) {
        this.clock = clock;
        this.starter = starter;
        this.policy = policy;
        this.to = to;
    }

    /** Starts the program in a new process. */
    interface Starter {
        Child start() throws IOException;
    }

    /** A process. */
    interface Child {
        /** Waits for its end, and gives its exit code; again, the same. */
        int await() throws InterruptedException;

        /** Asks it to end, without waiting. */
        void end();
    }

    /** Runs until the program has ended for good; its last exit code. */
    int run() throws IOException, InterruptedException {
        ShutdownHook hook = ShutdownHook.add("acequia-supervisor", this::end);
        try {
            return runInside();
        } finally {
            hook.remove();
        }
    }

    private int runInside() throws IOException, InterruptedException {
        int restarts = 0;
        int code = Acequia.OK;
        for (Child running = next(); running != null; running = next()) {
            long began = clock.nanoTime();
            code = running.await();
            if (isEnding() || !policy.isWorthIt(code)) {
                sayWhyItStays(code);
                return code;
            }
            if (clock.nanoTime() - began > RestartPolicy.STEADY.toNanos()) {
                restarts = 0;
            }
            if (restarts == policy.restarts()) {
                to.println("acequia: the program " + cause(code) + " once more after "
                        + Printable.count(restarts, "restart") + ": it is given up");
                return code;
            }
            restarts++;
            Duration wait = policy.waitBefore(restarts);
            to.println("acequia: the program " + cause(code) + "; it is started again in " + Durations.text(wait)
                    + " (restart " + restarts + " of " + policy.restarts() + ")");
            clock.awaitUntil(clock.now().plus(wait));
        }
        return code;
    }

    private synchronized @Nullable Child next() throws IOException {
        if (!ending) {
            child = starter.start();
            return child;
        }
        return null;
    }

    private synchronized boolean isEnding() {
        return ending;
    }

    /** Called when this process is told to end: passes that on, and waits; the exit code of the child. */
    OptionalInt end() {
        Child last;
        synchronized (this) {
            ending = true;
            last = child;
        }
        if (last == null) {
            return OptionalInt.empty();
        }
        last.end();
        try {
            return OptionalInt.of(last.await());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return OptionalInt.empty();
        }
    }

    private void sayWhyItStays(int code) {
        if (code == Acequia.USAGE || code == Acequia.DATA_REFUSED) {
            to.println("acequia: the program " + cause(code) + ", where to start it again cannot help");
        }
    }

    private static String cause(int code) {
        return code > 128 && code < 160 ? "was killed by signal " + (code - 128) : "has ended with exit code " + code;
    }
}
