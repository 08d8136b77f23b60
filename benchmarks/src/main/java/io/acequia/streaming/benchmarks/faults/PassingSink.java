/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import io.acequia.streaming.BatchSink;
import io.acequia.streaming.Output;
import io.acequia.streaming.internal.store.Failpoint;
import java.io.IOException;

/** A sink as it is, with the places before and after its commit, at which a process can be halted. */
record PassingSink<T>(BatchSink<T> sink) implements BatchSink<T> {
    @Override
    public boolean alreadyCommitted(Output.Key key) throws Exception {
        return sink.alreadyCommitted(key);
    }

    @Override
    public Writer<T> open(Output.Key key) throws Exception {
        Writer<T> writer = sink.open(key);
        return new Writer<>() {
            @Override
            public void write(T record) throws Exception {
                writer.write(record);
            }

            @Override
            public void commit() throws Exception {
                Failpoint.OUTPUT_COMMIT_BEFORE.pass();
                writer.commit();
                Failpoint.OUTPUT_COMMIT_AFTER.pass();
            }

            @Override
            public void abort() throws Exception {
                writer.abort();
            }

            @Override
            public void close() throws IOException {
                writer.close();
            }
        };
    }
}
