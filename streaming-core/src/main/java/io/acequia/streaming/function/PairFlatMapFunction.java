/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.function;

import io.acequia.streaming.data.Tuple2;
import java.io.Serializable;
import java.util.Iterator;

/** Zero or more pairs for one argument. */
@FunctionalInterface
public interface PairFlatMapFunction<T, K, V> extends Serializable {
    /** Applies the function; whatever it throws ends the task, or follows the operator's error policy. */
    Iterator<Tuple2<K, V>> call(T t) throws Exception;
}
