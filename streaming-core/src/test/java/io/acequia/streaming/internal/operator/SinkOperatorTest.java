/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.BatchSink;
import io.acequia.streaming.Output;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.engine.OperatorException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SinkOperatorTest {
    private static final Output.Key KEY = new Output.Key(new Time(1000), "rows", 3);

    private final Site site = Site.of("writeTo");
    private final Rows rows = new Rows();
    private final Tasks.Task task = new Tasks.Task(3);

    private SinkOperator<String> sink() {
        site.uid("rows");
        return new SinkOperator<>(site, new Time(1000), rows);
    }

    @Test
    void aPartitionIsWrittenCommittedAndClosedOnce() throws Exception {
        assertThat(Tasks.run(task, sink(), "a", "b")).containsExactly(2L);
        assertThat(rows.calls).containsExactly("asked " + KEY, "open " + KEY, "a", "b", "commit", "close");
    }

    @Test
    void anEmptyPartitionIsCommittedToo() throws Exception {
        assertThat(Tasks.run(task, sink())).containsExactly(0L);
        assertThat(rows.calls).endsWith("commit", "close");
    }

    @Test
    void whatWasCommittedIsNeitherReadNorWrittenAgain() throws Exception {
        rows.committed.add(KEY);
        List<String> seen = new ArrayList<>();
        var chain = new MapOperator<String, String>(Site.of("map"), s -> {
                    seen.add(s);
                    return s;
                })
                .andThen(sink());
        assertThat(Tasks.run(task, chain, "a", "b")).containsExactly(0L);
        assertThat(rows.calls).containsExactly("asked " + KEY);
        assertThat(seen).isEmpty();
    }

    @Test
    void aFailureFurtherUpIsAborted() {
        var chain = new MapOperator<String, String>(Site.of("map"), s -> s.substring(1)).andThen(sink());
        assertThatThrownBy(() -> Tasks.run(task, chain, "ab", "")).isInstanceOf(OperatorException.class);
        assertThat(rows.calls).containsExactly("asked " + KEY, "open " + KEY, "b", "abort", "close");
    }

    @Test
    void whatTheSinkThrowsNamesTheOutput() {
        for (String step : List.of("asked " + KEY, "open " + KEY, "b", "commit")) {
            rows.calls.clear();
            rows.breaksAt = step;
            assertThatExceptionOfType(OperatorException.class)
                    .isThrownBy(() -> Tasks.run(task, sink(), "a", "b"))
                    .withMessage("function of writeTo at " + site.callSite()
                            + " threw in partition 3: java.io.IOException: " + step);
        }
    }

    @Test
    void aFailedCommitIsAborted() {
        rows.breaksAt = "commit";
        assertThatThrownBy(() -> Tasks.run(task, sink(), "a")).isInstanceOf(OperatorException.class);
        assertThat(rows.calls).endsWith("a", "commit", "abort", "close");
    }

    @Test
    void whatWasCommittedIsNeverAborted() {
        rows.breaksAt = "close";
        assertThatThrownBy(() -> Tasks.run(task, sink(), "a")).isInstanceOf(OperatorException.class);
        assertThat(rows.calls).contains("commit").doesNotContain("abort");
    }

    @Test
    void anOutputThatCannotBeTakenBackIsReported() {
        rows.breaksAt = "abort";
        var chain = new MapOperator<String, String>(Site.of("map"), s -> s.substring(1)).andThen(sink());
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> Tasks.run(task, chain, ""))
                .withMessage("ACQ-0703 output " + site + " could not be taken back for " + KEY)
                .withCauseInstanceOf(IOException.class);
        assertThat(rows.calls).endsWith("abort", "close");
    }

    /** A sink that writes down what happens to it. */
    private static final class Rows implements BatchSink<String> {
        private final transient List<String> calls = new ArrayList<>();
        private final transient Set<Output.Key> committed = new HashSet<>();
        private transient String breaksAt = "";

        private void call(String step) throws IOException {
            calls.add(step);
            if (step.equals(breaksAt)) {
                throw new IOException(step);
            }
        }

        @Override
        public boolean alreadyCommitted(Output.Key key) throws IOException {
            call("asked " + key);
            return committed.contains(key);
        }

        @Override
        public Writer<String> open(Output.Key key) throws IOException {
            call("open " + key);
            return new Writer<>() {
                @Override
                public void write(String row) throws IOException {
                    call(row);
                }

                @Override
                public void commit() throws IOException {
                    call("commit");
                }

                @Override
                public void abort() throws IOException {
                    call("abort");
                }

                @Override
                public void close() throws IOException {
                    call("close");
                }
            };
        }
    }
}
