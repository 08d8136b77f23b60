/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import java.util.OptionalInt;
import java.util.function.Supplier;

/**
 * What is done when a signal ends this process, and the exit code that it then has. The JVM takes the code from the signal, so
 * another one needs a halt, which gives up other hooks that still run; without one the code stays, and nothing is cut off.
 */
final class ShutdownHook {
    private final Thread thread;

    private ShutdownHook(Thread thread) {
        this.thread = thread;
    }

    /**
     * Adds it.
     *
     * @param end does what is to be done; gives the exit code, or nothing to leave that of the signal
     */
    static ShutdownHook add(String name, Supplier<OptionalInt> end) {
        Thread thread = new Thread(() -> end(end.get()), name);
        Runtime.getRuntime().addShutdownHook(thread);
        return new ShutdownHook(thread);
    }

    private static void end(OptionalInt code) {
        if (code.isPresent()) {
            System.out.flush();
            System.err.flush();
            Runtime.getRuntime().halt(code.getAsInt());
        }
    }

    /** Takes it back, unless it runs already. */
    void remove() {
        try {
            Runtime.getRuntime().removeShutdownHook(thread);
        } catch (IllegalStateException e) {
            // the process is ending, and the hook says how
        }
    }
}
