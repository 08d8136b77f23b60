/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.graph;

import io.acequia.streaming.DStream;
import io.acequia.streaming.RDD;

/** A stream of plain records. */
class PlainStream<T> extends StreamOperations<T, DStream<T>, RDD<T>> implements DStream<T> {
    PlainStream(StreamNode node) {
        super(node);
    }

    @Override
    final DStream<T> self() {
        return this;
    }

    @Override
    final DStream<T> same(StreamNode node) {
        return new PlainStream<>(node);
    }
}
