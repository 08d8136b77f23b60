/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.function;

import java.io.Serializable;
import java.util.Iterator;

/** Zero or more results for two arguments. */
@FunctionalInterface
public interface FlatMapFunction2<A, B, R> extends Serializable {
    /** Applies the function; whatever it throws ends the task, or follows the operator's error policy. */
    Iterator<R> call(A a, B b) throws Exception;
}
