/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.data;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.Serializable;

/**
 * How values of one type are written to logs, checkpoints and spilled blocks, and read back.
 *
 * @param <T> the type
 */
public interface Codec<T> extends Serializable {
    /** Writes {@code value}; whatever is written is what {@link #read} gets, no more and no less. */
    void write(T value, DataOutput out) throws IOException;

    /** Reads one value. Declared lengths must be checked before anything is allocated by them. */
    T read(DataInput in) throws IOException;
}
