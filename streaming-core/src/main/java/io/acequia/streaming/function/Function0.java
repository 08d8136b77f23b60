/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.function;

import java.io.Serializable;

/** A value made on demand. */
@FunctionalInterface
public interface Function0<R> extends Serializable {
    /** Applies the function; whatever it throws ends the task, or follows the operator's error policy. */
    R call() throws Exception;
}
