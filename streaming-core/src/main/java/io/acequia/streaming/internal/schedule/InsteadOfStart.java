/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.schedule;

import io.acequia.streaming.internal.graph.StreamGraph;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a tool wants to do with the program of a context in place of its start, as {@code acequia describe} does: it runs the
 * main method of a program, gets the graph at the moment when {@code start()} is called, checked and with its uids, and
 * nothing is started. For a whole JVM: one that a tool has, not one in which jobs run.
 */
public final class InsteadOfStart {
    private static volatile @Nullable Consumer<StreamGraph> tool;

    private InsteadOfStart() {}

    /** Thrown out of {@code start()}, so that the program goes no further; no exception, which a program might handle. */
    public static final class NotStarted extends Error {
        private static final long serialVersionUID = 1;

        NotStarted() {
            super("the program was looked at and not started", null, false, false);
        }
    }

    /** From now on each start in this JVM gives its graph to {@code look} and throws {@link NotStarted}. */
    public static void look(Consumer<StreamGraph> look) {
        tool = look;
    }

    /** From now on starts are starts. */
    public static void end() {
        tool = null;
    }

    static void pass(StreamGraph graph) {
        Consumer<StreamGraph> looks = tool;
        if (looks != null) {
            looks.accept(graph);
            throw new NotStarted();
        }
    }
}
