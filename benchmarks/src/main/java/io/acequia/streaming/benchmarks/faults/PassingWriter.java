/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import io.acequia.streaming.BatchSink;
import java.io.IOException;

/** Hands everything on to another writer; who makes one changes what must be different. */
class PassingWriter<T> implements BatchSink.Writer<T> {
    private final BatchSink.Writer<T> writer;

    PassingWriter(BatchSink.Writer<T> writer) {
        this.writer = writer;
    }

    @Override
    public void write(T record) throws Exception {
        writer.write(record);
    }

    @Override
    public void commit() throws Exception {
        writer.commit();
    }

    @Override
    public void abort() throws Exception {
        writer.abort();
    }

    @Override
    public void close() throws IOException {
        writer.close();
    }
}
