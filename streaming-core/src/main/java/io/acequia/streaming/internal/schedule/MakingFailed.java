/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.schedule;

import io.acequia.streaming.internal.graph.StreamNode;

/** Making the RDD of a node failed: a function of {@code transform} threw, or gave nothing. Such a step is never skipped. */
final class MakingFailed extends RuntimeException {
    private final StreamNode node;

    private MakingFailed(StreamNode node, Throwable cause) {
        super(cause);
        this.node = node;
    }

    /** Keeps the innermost node at fault. */
    static MakingFailed of(StreamNode node, Throwable thrown) {
        return thrown instanceof MakingFailed already ? already : new MakingFailed(node, thrown);
    }

    StreamNode node() {
        return node;
    }
}
