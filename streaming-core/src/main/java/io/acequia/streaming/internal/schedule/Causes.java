/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.schedule;

import java.util.ArrayList;
import java.util.List;

/** The causes of a throwable, which may run in a circle. */
final class Causes {
    private static final int MOST = 100;

    private Causes() {}

    /** The throwable and its causes, outermost first. */
    static List<Throwable> of(Throwable thrown) {
        List<Throwable> causes = new ArrayList<>();
        for (Throwable t = thrown; t != null && causes.size() < MOST; t = t.getCause()) {
            causes.add(t);
        }
        return causes;
    }
}
