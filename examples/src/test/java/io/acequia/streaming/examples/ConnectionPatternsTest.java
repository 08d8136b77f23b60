/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.BatchFailedException;
import io.acequia.streaming.DStream;
import io.acequia.streaming.Output;
import io.acequia.streaming.StreamingConf.FailurePolicy;
import io.acequia.streaming.data.Durations;
import io.acequia.streaming.testkit.TestStreams;
import java.io.IOException;
import java.io.Serializable;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;

/** Two batches of five records, in two partitions each, go to a ledger of the test's own. */
class ConnectionPatternsTest {
    private static final int PARTITIONS = 2;
    private static final int BATCHES = 2;
    private static final List<String> ALL = List.of("a", "b", "c", "d", "e", "f", "g", "h", "i", "j");

    private final String address = UUID.randomUUID().toString();
    private final Ledger ledger = Ledger.at(address);

    private void run(BiFunction<DStream<String>, String, Output> pattern) {
        try (TestStreams t = TestStreams.every(Durations.seconds(1), s -> pattern.apply(s.input("rows"), address))) {
            t.add("rows", ALL.subList(0, 5).toArray())
                    .add("rows", ALL.subList(5, 10).toArray());
            t.advance(BATCHES);
        }
    }

    @Test
    void aConnectionMadeOnTheDriverIsRefusedByTheNameOfWhatCapturedIt() {
        assertThatThrownBy(() -> run(ConnectionPatterns::onDriver))
                .isInstanceOf(BatchFailedException.class)
                .hasMessageContaining("the function of foreach at ConnectionPatterns.java:")
                .hasMessageContaining("cannot be serialized")
                .hasMessageContaining("ConnectionPatterns captures (" + Ledger.Connection.class.getName() + ")")
                .hasMessageContaining("make it local to the function");

        assertThat(ledger.rows()).isEmpty();
    }

    @Test
    void aConnectionInAFieldIsRefusedByTheWayToThatField() {
        assertThatThrownBy(() -> run((rows, at) -> {
                    LedgerWriter writer = new LedgerWriter(at, Ledger.at(at).connect());
                    return rows.foreachPartition("ledger", (key, partition) -> writer.write(partition));
                }))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the function of foreachPartition at ConnectionPatternsTest.java:")
                .hasMessageContaining("captures → connection (" + Ledger.Connection.class.getName() + ")");
    }

    private record LedgerWriter(String address, Ledger.Connection connection) implements Serializable {
        void write(Iterator<String> rows) throws IOException {
            while (rows.hasNext()) {
                connection.insert(rows.next());
            }
        }
    }

    @Test
    void aConnectionForEachRecordIsOpenedAsOftenAsThereAreRecords() {
        run(ConnectionPatterns::perRecord);

        assertThat(ledger.rows()).containsExactlyInAnyOrderElementsOf(ALL);
        assertThat(ledger.opened()).isEqualTo(ALL.size());
    }

    @Test
    void aConnectionForEachPartitionIsOpenedAsOftenAsThereArePartitions() {
        run(ConnectionPatterns::perPartition);

        assertThat(ledger.rows()).containsExactlyInAnyOrderElementsOf(ALL);
        assertThat(ledger.opened()).isEqualTo(BATCHES * PARTITIONS);
    }

    @Test
    void pooledConnectionsOutliveTheBatch() {
        run(ConnectionPatterns::pooled);

        assertThat(ledger.rows()).containsExactlyInAnyOrderElementsOf(ALL);
        assertThat(ledger.opened()).isBetween(1, PARTITIONS);
    }

    @Test
    void theBatchKeyKeepsARepeatedOutputFromWritingTwice() {
        ledger.loseNextReply();

        run((rows, at) -> ConnectionPatterns.transactional(rows, at)
                .onError(FailurePolicy.retry(1, Duration.ZERO, FailurePolicy.Kind.STOP)));

        assertThat(ledger.rows()).containsExactlyInAnyOrderElementsOf(ALL);
        assertThat(ledger.opened()).as("the lost reply led to another attempt").isGreaterThan(BATCHES * PARTITIONS);
    }
}
