/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.function;

import java.io.Serializable;

/** A function of two arguments. */
@FunctionalInterface
public interface Function2<A, B, R> extends Serializable {
    /** Applies the function; whatever it throws ends the task, or follows the operator's error policy. */
    R call(A a, B b) throws Exception;
}
