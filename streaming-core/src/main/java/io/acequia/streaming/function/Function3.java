/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.function;

import java.io.Serializable;

/** A function of three arguments. */
@FunctionalInterface
public interface Function3<A, B, C, R> extends Serializable {
    /** Applies the function; whatever it throws ends the task, or follows the operator's error policy. */
    R call(A a, B b, C c) throws Exception;
}
