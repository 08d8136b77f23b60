/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import io.acequia.streaming.BatchSink;
import io.acequia.streaming.Output;
import io.acequia.streaming.internal.store.Failpoint;

/** A sink as it is, with the places before and after its commit, at which a process can be halted. */
record PassingSink<T>(BatchSink<T> sink) implements BatchSink<T> {
    @Override
    public boolean alreadyCommitted(Output.Key key) throws Exception {
        return sink.alreadyCommitted(key);
    }

    @Override
    public Writer<T> open(Output.Key key) throws Exception {
        return new PassingWriter<>(sink.open(key)) {
            @Override
            public void commit() throws Exception {
                Failpoint.OUTPUT_COMMIT_BEFORE.pass();
                super.commit();
                Failpoint.OUTPUT_COMMIT_AFTER.pass();
            }
        };
    }
}
