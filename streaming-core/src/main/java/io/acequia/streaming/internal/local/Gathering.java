/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.local;

import io.acequia.streaming.engine.Downstream;
import java.util.List;

/** The end of a chain that fills a list. */
record Gathering<T>(List<T> records) implements Downstream<T> {
    @Override
    public void begin() {}

    @Override
    public void accept(T record) {
        records.add(record);
    }

    @Override
    public void end() {}
}
