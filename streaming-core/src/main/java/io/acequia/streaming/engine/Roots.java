/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.engine;

import io.acequia.streaming.data.TaskContext;
import java.util.Iterator;

/** The root of a chain: pushes the records of an iterator through it. */
public final class Roots {
    /** The task looks for cancellation once in so many records. */
    private static final int CANCELLATION_STRIDE = 1024;

    private Roots() {}

    /**
     * Runs a whole partition: begin, every record while more are wanted, end; closes the chain and the root in any case.
     *
     * @throws InterruptedException when the task was cancelled
     */
    public static <T> void drive(TaskContext task, Iterator<T> root, Downstream<T> head) throws Exception {
        try {
            head.begin();
            int untilLook = CANCELLATION_STRIDE;
            while (head.wantsMore() && root.hasNext()) {
                head.accept(root.next());
                if (--untilLook == 0) {
                    untilLook = CANCELLATION_STRIDE;
                    if (task.isCancelled()) {
                        throw new InterruptedException("task was cancelled");
                    }
                }
            }
            head.end();
        } finally {
            try {
                head.close();
            } finally {
                close(root);
            }
        }
    }

    /** Closes an iterator that holds something open. */
    public static void close(Iterator<?> root) {
        if (root instanceof AutoCloseable closeable) {
            try {
                closeable.close();
            } catch (Exception e) {
                throw new IllegalStateException("ACQ-0301 closing " + root + " failed", e);
            }
        }
    }

    /** What an iterator throws, whose methods know no checked exceptions; the same object: {@code throw Roots.asIs(t)}. */
    public static RuntimeException asIs(Throwable t) {
        return Roots.<RuntimeException>thrown(t);
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> RuntimeException thrown(Throwable t) throws E {
        throw (E) t;
    }
}
