/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.engines;

import io.acequia.streaming.engine.Downstream;
import io.acequia.streaming.engine.Roots;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** What happens to exceptions on their way out. */
public final class Thrown {
    private Thrown() {}

    /** Closes a chain because of {@code cause}, which stays the one that is told. */
    public static void closeAfter(Throwable cause, Downstream<?> head) {
        try {
            head.close();
        } catch (Throwable second) {
            suppress(cause, second);
        }
    }

    /** Closes a root because of {@code cause}, which stays the one that is told. */
    public static void closeAfter(Throwable cause, @Nullable Iterator<?> root) {
        if (root == null) {
            return;
        }
        try {
            Roots.close(root);
        } catch (Throwable second) {
            suppress(cause, second);
        }
    }

    private static void suppress(Throwable cause, Throwable second) {
        if (second != cause) {
            cause.addSuppressed(second);
        }
    }
}
