/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import io.acequia.streaming.internal.graph.StreamGraph;
import io.acequia.streaming.internal.schedule.InsteadOfStart;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The threads of a program that runs until one of them starts a context, whichever that is. The program has ended when its main
 * method has thrown, or has returned and none of its threads is alive but daemons, as in a JVM of its own. Threads of a program that
 * has started a context live on, and the one that called {@code start()} never comes back from there: the process is to be halted.
 * Until then standard output is the error output for them, and every other start is as the first.
 */
final class UntilStart extends ThreadGroup {
    private static final int ROOM = 16;

    private final CompletableFuture<Optional<String>> graph = new CompletableFuture<>();
    private final Program program;
    private volatile @Nullable Throwable failure;

    private UntilStart(Program program) {
        super("program");
        this.program = program;
    }

    /**
     * What came of a program.
     *
     * @param graph of the context that was started first
     * @param failure what threw first, where no context was started
     */
    record Outcome(Optional<String> graph, Optional<Throwable> failure) {}

    /** Runs a program until it starts a context or has ended. */
    static Outcome run(Program program, String[] arguments, Function<StreamGraph, String> form) {
        UntilStart life = new UntilStart(program);
        PrintStream out = System.out;
        System.setOut(System.err);
        InsteadOfStart.look(started -> life.look(started, form));
        Thread main = new Thread(life, () -> life.live(arguments), "main");
        main.start();
        Thread end = new Thread(() -> life.awaitEnd(main), "end of the program");
        end.setDaemon(true);
        end.start();
        Optional<String> graph = life.graph.join();
        if (graph.isEmpty()) {
            InsteadOfStart.end();
            System.setOut(out);
        }
        return new Outcome(graph, Optional.ofNullable(life.failure));
    }

    private void look(StreamGraph started, Function<StreamGraph, String> form) {
        String text = form.apply(started);
        started.context().stop();
        graph.complete(Optional.of(text));
    }

    private void live(String[] arguments) {
        try {
            program.run(arguments);
        } catch (Throwable e) {
            failed(e);
            graph.complete(Optional.empty());
        }
    }

    private void awaitEnd(Thread main) {
        for (Thread next = main; next != null; next = someThread()) {
            try {
                next.join();
            } catch (InterruptedException e) {
                return; // nobody has this thread to interrupt it
            }
        }
        graph.complete(Optional.empty());
    }

    private synchronized void failed(Throwable e) {
        if (failure == null) {
            failure = e;
        }
    }

    /** One that keeps a JVM alive. */
    private @Nullable Thread someThread() {
        Thread[] threads = new Thread[2 * activeCount() + ROOM];
        int n = enumerate(threads);
        return Arrays.stream(threads, 0, n)
                .filter(thread -> !thread.isDaemon())
                .findFirst()
                .orElse(null);
    }

    @Override
    public void uncaughtException(Thread thread, Throwable e) {
        failed(e);
        super.uncaughtException(thread, e);
    }
}
