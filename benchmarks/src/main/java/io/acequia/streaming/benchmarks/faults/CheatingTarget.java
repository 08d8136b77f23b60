/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import io.acequia.streaming.BatchSink;
import io.acequia.streaming.Output;
import java.util.List;

/**
 * A target whose sinks do something wrong with one record, once it is {@link #VICTIM}: mistakes that a rig must notice.
 *
 * @param target keeps the lines
 * @param cheat what is done
 */
record CheatingTarget(ExactTarget target, Cheat cheat) implements ExactTarget {
    /** The number that is dropped, doubled, changed or counted wrongly. */
    static final long VICTIM = 211;

    enum Cheat {
        DROPS_A_RECORD,
        WRITES_A_RECORD_TWICE,
        CHANGES_A_RECORD,
        MISCOUNTS_A_WORD
    }

    @Override
    public String address() {
        return target.address();
    }

    @Override
    public void prepare(List<String> outputs) throws Exception {
        target.prepare(outputs);
    }

    @Override
    public BatchSink<String> sink(String output) {
        BatchSink<String> sink = target.sink(output);
        boolean isPlace = output.equals(KafkaProgram.PLACES);
        return isPlace == (cheat != Cheat.MISCOUNTS_A_WORD) ? new CheatingSink(sink, cheat) : sink;
    }

    @Override
    public List<String> committed(String output) throws Exception {
        return target.committed(output);
    }

    @Override
    public long count(String output) throws Exception {
        return target.count(output);
    }

    @Override
    public long changed() throws Exception {
        return target.changed();
    }

    @Override
    public void close() {
        target.close();
    }

    private record CheatingSink(BatchSink<String> sink, Cheat cheat) implements BatchSink<String> {
        @Override
        public boolean alreadyCommitted(Output.Key key) throws Exception {
            return sink.alreadyCommitted(key);
        }

        @Override
        public Writer<String> open(Output.Key key) throws Exception {
            return new PassingWriter<>(sink.open(key)) {
                @Override
                public void write(String line) throws Exception {
                    if (cheat == Cheat.MISCOUNTS_A_WORD) {
                        super.write(line + "0");
                        return;
                    }
                    boolean isVictim = line.endsWith(" " + VICTIM);
                    if (!isVictim || cheat == Cheat.WRITES_A_RECORD_TWICE) {
                        super.write(line);
                    }
                    if (isVictim && cheat != Cheat.DROPS_A_RECORD) {
                        super.write(cheat == Cheat.CHANGES_A_RECORD ? line + "0" : line);
                    }
                }
            };
        }
    }
}
