/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.function;

import java.io.Serializable;

/** A function of one argument. */
@FunctionalInterface
public interface Function<T, R> extends Serializable {
    /** Applies the function; whatever it throws ends the task, or follows the operator's error policy. */
    R call(T v) throws Exception;
}
