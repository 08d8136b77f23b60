/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.local;

import io.acequia.streaming.engine.Downstream;

/** Computes a partition into a sink, which it closes. */
@FunctionalInterface
interface Pushing<T> {
    void into(Downstream<T> sink) throws Exception;
}
