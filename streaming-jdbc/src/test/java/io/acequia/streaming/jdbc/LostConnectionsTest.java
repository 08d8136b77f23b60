/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.BatchSink;
import io.acequia.streaming.Output;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.testkit.EmbeddedServerTest;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The server ends connections at the worst moments. */
@EmbeddedServerTest("postgresql")
@Timeout(120)
class LostConnectionsTest {
    private static final String APPLICATION = "lost";
    private static final Output.Key KEY = new Output.Key(new Time(1_000), "rows", 0);

    @BeforeEach
    void makeTable() throws SQLException {
        Postgres.execute(
                "drop table if exists lost_batches",
                "drop table if exists lost",
                "create table lost (id integer primary key)");
    }

    @AfterEach
    void end() throws SQLException {
        Postgres.cut(APPLICATION);
    }

    private static BatchSink<Integer> sink(DataSource source) {
        return ExactlyOnceJdbc.sink(
                "lost_batches",
                () -> source,
                "insert into lost values (?)",
                (statement, id) -> statement.setInt(1, id));
    }

    /** Connections of which {@code commit} is as the test says. */
    private static DataSource committing(Wrapped.Instead commit) {
        DataSource real = Postgres.as(APPLICATION);
        return Wrapped.source(() -> Wrapped.connection(
                real.getConnection(),
                (method, next) -> method.equals("commit") ? commit.call(method, next) : next.call()));
    }

    private static void write(BatchSink.Writer<Integer> writer, int from, int until) throws Exception {
        for (int id = from; id < until; id++) {
            writer.write(id);
        }
    }

    private static List<String> ids() throws SQLException {
        return Postgres.read("select id from lost order by id");
    }

    private static List<String> ids(int from, int until) {
        return IntStream.range(from, until).mapToObj(String::valueOf).toList();
    }

    @Test
    void aConnectionLostBeforeTheCommitLeavesNothingAndTheRetryWritesAll() throws Exception {
        BatchSink<Integer> sink = sink(Postgres.as(APPLICATION));
        BatchSink.Writer<Integer> writer = sink.open(KEY);
        write(writer, 0, 1_500);
        Postgres.cut(APPLICATION);
        assertThatThrownBy(writer::commit).isInstanceOf(SQLException.class);
        writer.abort();
        writer.close();
        assertThat(ids()).isEmpty();
        assertThat(sink.alreadyCommitted(KEY)).isFalse();

        try (BatchSink.Writer<Integer> retry = sink.open(KEY)) {
            write(retry, 0, 1_500);
            retry.commit();
        }
        assertThat(ids()).isEqualTo(ids(0, 1_500));
    }

    @Test
    void aConnectionLostBetweenTheRowsFailsTheWrite() throws Exception {
        BatchSink<Integer> sink = sink(Postgres.as(APPLICATION));
        try (BatchSink.Writer<Integer> writer = sink.open(KEY)) {
            write(writer, 0, 999);
            Postgres.cut(APPLICATION);
            assertThatThrownBy(() -> write(writer, 999, 1_000)).isInstanceOf(SQLException.class);
            writer.abort();
        }
        assertThat(ids()).isEmpty();
    }

    @Test
    void aReplyLostAtTheCommitIsRecognisedAtOnce() throws Exception {
        BatchSink<Integer> sink = sink(committing((method, next) -> {
            next.call();
            Postgres.cut(APPLICATION);
            return next.call();
        }));
        try (BatchSink.Writer<Integer> writer = sink.open(KEY)) {
            write(writer, 0, 10);
            writer.commit();
        }
        assertThat(ids()).isEqualTo(ids(0, 10));
        assertThat(sink(Postgres.as(APPLICATION)).alreadyCommitted(KEY)).isTrue();
    }

    @Test
    void aReplyLostWithTheServerIsRecognisedAtTheRetry() throws Exception {
        List<Boolean> away = new ArrayList<>();
        DataSource source = committing((method, next) -> {
            next.call();
            away.add(true);
            throw new SQLException("connection reset", "08006");
        });
        BatchSink<Integer> sink = sink(Wrapped.source(() -> {
            if (!away.isEmpty()) {
                throw new SQLException("connection refused", "08001");
            }
            return source.getConnection();
        }));
        BatchSink.Writer<Integer> writer = sink.open(KEY);
        write(writer, 0, 10);
        assertThatThrownBy(writer::commit).hasMessage("connection reset").satisfies(e -> assertThat(e.getSuppressed())
                .hasSize(1));
        writer.abort();
        writer.close();

        away.clear();
        assertThat(sink.alreadyCommitted(KEY)).isTrue();
        writer.commit();
        assertThat(ids()).isEqualTo(ids(0, 10));
    }

    @Test
    void aWriterThatWasRolledBackSaysSoWhenItIsAskedToCommit() throws Exception {
        BatchSink<Integer> sink = sink(Postgres.as(APPLICATION));
        try (BatchSink.Writer<Integer> writer = sink.open(KEY)) {
            write(writer, 0, 10);
            writer.abort();
            assertThatThrownBy(writer::commit).hasMessageStartingWith("ACQ-2409 " + KEY);
        }
        assertThat(ids()).isEmpty();
    }

    @Test
    void ofTwoAttemptsWithTheSameRowsTheSecondFindsThemCommitted() throws Exception {
        BatchSink<Integer> sink = sink(Postgres.as(APPLICATION));
        try (BatchSink.Writer<Integer> first = sink.open(KEY);
                BatchSink.Writer<Integer> second = sink.open(KEY)) {
            write(first, 0, 10);
            write(second, 0, 10);
            first.commit();
            second.commit();
        }
        assertThat(ids()).isEqualTo(ids(0, 10));
        assertThat(Postgres.read("select count(*) from lost_batches")).containsExactly("1");
    }

    @Test
    void aRowThatIsThereAlreadyIsNotTakenForACommit() throws Exception {
        Postgres.execute("insert into lost values (5)");
        BatchSink<Integer> sink = sink(Postgres.as(APPLICATION));
        try (BatchSink.Writer<Integer> writer = sink.open(KEY)) {
            write(writer, 0, 10);
            assertThatThrownBy(writer::commit).isInstanceOf(SQLException.class).hasMessageContaining("lost_pkey");
            writer.abort();
        }
        assertThat(ids()).containsExactly("5");
        assertThat(sink.alreadyCommitted(KEY)).isFalse();
    }

    @Test
    void partitionsAreWrittenBesideEachOther() throws Exception {
        BatchSink<Integer> sink = sink(Postgres.as(APPLICATION));
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            for (int batch = 1; batch <= 10; batch++) {
                List<Callable<Void>> tasks = new ArrayList<>();
                for (int partition = 0; partition < 4; partition++) {
                    Output.Key key = new Output.Key(new Time(batch * 1_000L), "rows", partition);
                    int from = ((batch - 1) * 4 + partition) * 50;
                    tasks.add(() -> {
                        assertThat(sink.alreadyCommitted(key)).isFalse();
                        try (BatchSink.Writer<Integer> writer = sink.open(key)) {
                            write(writer, from, from + 50);
                            writer.commit();
                        }
                        return null;
                    });
                }
                for (Future<Void> task : threads.invokeAll(tasks)) {
                    task.get();
                }
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(ids()).isEqualTo(ids(0, 2_000));
        assertThat(Postgres.read("select count(*) from lost_batches")).containsExactly("40");
    }

    @Test
    void aPoolOfOneConnectionIsEnoughAlsoToAskWhatBecameOfACommit() throws Exception {
        List<Connection> given = new ArrayList<>();
        BatchSink<Integer> sink = sink(Wrapped.source(() -> {
            for (Connection earlier : given) {
                assertThat(earlier.isClosed())
                        .as("an earlier connection is given back")
                        .isTrue();
            }
            Connection next = Postgres.as(APPLICATION).getConnection();
            given.add(next);
            return next;
        }));
        Postgres.execute("insert into lost values (5)");
        assertThat(sink.alreadyCommitted(KEY)).isFalse();
        try (BatchSink.Writer<Integer> writer = sink.open(KEY)) {
            write(writer, 0, 10);
            assertThatThrownBy(writer::commit).isInstanceOf(SQLException.class).hasMessageContaining("lost_pkey");
        }
        assertThat(sink.alreadyCommitted(KEY)).isFalse();
    }

    @Test
    void aConnectionThatCannotBeRolledBackIsCut() throws Exception {
        List<String> calls = new ArrayList<>();
        DataSource real = Postgres.as(APPLICATION);
        BatchSink<Integer> sink = sink(Wrapped.source(() -> Wrapped.connection(real.getConnection(), (method, next) -> {
            calls.add(method);
            if (method.equals("rollback")) {
                throw new SQLException("no answer");
            }
            return next.call();
        })));
        BatchSink.Writer<Integer> writer = sink.open(KEY);
        write(writer, 0, 1_000);
        writer.abort();
        writer.close();
        assertThat(calls).containsSubsequence("rollback", "abort", "close");
        assertThat(ids()).isEmpty();
    }
}
