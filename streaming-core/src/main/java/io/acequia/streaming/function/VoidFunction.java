/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.function;

import java.io.Serializable;

/** An effect on one argument. */
@FunctionalInterface
public interface VoidFunction<T> extends Serializable {
    /** Applies the function; whatever it throws ends the task, or follows the operator's error policy. */
    void call(T t) throws Exception;
}
