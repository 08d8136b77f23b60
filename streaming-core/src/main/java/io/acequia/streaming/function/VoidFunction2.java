/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.function;

import java.io.Serializable;

/** An effect on two arguments. */
@FunctionalInterface
public interface VoidFunction2<A, B> extends Serializable {
    /** Applies the function; whatever it throws ends the task, or follows the operator's error policy. */
    void call(A a, B b) throws Exception;
}
