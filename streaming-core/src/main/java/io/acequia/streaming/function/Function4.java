/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.function;

import java.io.Serializable;

/** A function of four arguments. */
@FunctionalInterface
public interface Function4<A, B, C, D, R> extends Serializable {
    /** Applies the function; whatever it throws ends the task, or follows the operator's error policy. */
    R call(A a, B b, C c, D d) throws Exception;
}
