/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.function;

import java.io.Serializable;
import java.util.Iterator;

/** Zero or more results for one argument. The iterator is read once, at once. */
@FunctionalInterface
public interface FlatMapFunction<T, R> extends Serializable {
    /** Applies the function; whatever it throws ends the task, or follows the operator's error policy. */
    Iterator<R> call(T t) throws Exception;
}
