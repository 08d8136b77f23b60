/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.schedule;

import io.acequia.streaming.internal.graph.StreamGraph;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a tool wants to do with the program of a context in place of its start, as {@code acequia describe} does: it runs the
 * main method of a program, gets the graph at the moment when {@code start()} is called, checked and with its uids, and
 * nothing is started. For a whole JVM: one that a tool has and halts, not one in which jobs run.
 */
public final class InsteadOfStart {
    private static volatile @Nullable Consumer<StreamGraph> tool;

    private InsteadOfStart() {}

    /**
     * From now on each start in this JVM gives its graph to {@code look}, and keeps the thread that called it for good: what
     * came out of it, the program might catch, and go on.
     */
    public static void look(Consumer<StreamGraph> look) {
        tool = look;
    }

    /** From now on starts are starts; threads that are kept stay where they are. */
    public static void end() {
        tool = null;
    }

    static void pass(StreamGraph graph) {
        Consumer<StreamGraph> looks = tool;
        if (looks != null) {
            looks.accept(graph);
            keepThread(graph);
        }
    }

    private static void keepThread(Object blocker) {
        while (true) {
            LockSupport.park(blocker);
            Thread.interrupted(); // an interrupted thread is not parked
        }
    }
}
