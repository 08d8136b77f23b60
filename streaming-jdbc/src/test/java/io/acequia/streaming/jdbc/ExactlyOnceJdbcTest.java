/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.BatchSink;
import io.acequia.streaming.Output;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.function.Function0;
import io.acequia.streaming.function.VoidFunction2;
import io.acequia.streaming.testkit.EmbeddedServerTest;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@EmbeddedServerTest("postgresql")
@Timeout(120)
class ExactlyOnceJdbcTest {
    private static final String APPLICATION = "plain";
    private static final String INSERT = "insert into plain (v) values (?)";
    private static final VoidFunction2<PreparedStatement, String> BIND = (statement, v) -> statement.setString(1, v);
    private static final Output.Key KEY = new Output.Key(new Time(1_000), "rows", 2);

    @BeforeEach
    void makeTable() throws SQLException {
        Postgres.execute(
                "drop table if exists acequia_batches",
                "drop schema if exists other cascade",
                "drop table if exists plain",
                "create table plain (id bigserial, v text not null)");
    }

    @AfterEach
    void end() throws SQLException {
        Postgres.cut(APPLICATION);
    }

    private static DataSource pool() {
        return Postgres.as(APPLICATION);
    }

    private static BatchSink<String> sink(Function0<DataSource> pool) {
        return ExactlyOnceJdbc.sink(pool, INSERT, BIND);
    }

    private static void write(BatchSink<String> sink, Output.Key key, String... values) throws Exception {
        try (BatchSink.Writer<String> writer = sink.open(key)) {
            for (String value : values) {
                writer.write(value);
            }
            writer.commit();
        }
    }

    private static List<String> values() throws SQLException {
        return Postgres.read("select v from plain order by id");
    }

    // ---- arguments

    @ParameterizedTest
    @ValueSource(strings = {"", "  \n"})
    void aSinkWithoutSqlIsRefused(String sql) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ExactlyOnceJdbc.sink(ExactlyOnceJdbcTest::pool, sql, BIND))
                .withMessageStartingWith("ACQ-2401 the sink has no SQL");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ExactlyOnceJdbc.sink(ExactlyOnceJdbcTest::pool, null, BIND))
                .withMessageStartingWith("ACQ-2401");
    }

    @Test
    void aFunctionThatIsNullIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ExactlyOnceJdbc.sink(null, INSERT, BIND))
                .withMessage("ACQ-2402 pool is null: pass a function");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ExactlyOnceJdbc.<String>sink(ExactlyOnceJdbcTest::pool, INSERT, null))
                .withMessage("ACQ-2402 bind is null: pass a function");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ExactlyOnceJdbc.write(null, (connection, rows) -> {}))
                .withMessage("ACQ-2402 pool is null: pass a function");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ExactlyOnceJdbc.write(ExactlyOnceJdbcTest::pool, null))
                .withMessage("ACQ-2402 rows is null: pass a function");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a;drop table plain", "a.b.c", "1a", "\"a\"", "a."})
    void aBatchTableHasAPlainName(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ExactlyOnceJdbc.sink(name, ExactlyOnceJdbcTest::pool, INSERT, BIND))
                .withMessageStartingWith("ACQ-2403 '" + name + "'");
    }

    // ---- the pool

    @Test
    void aPoolThatIsNullIsRefused() {
        assertThatThrownBy(() -> sink(() -> null).alreadyCommitted(KEY))
                .hasMessageStartingWith("ACQ-2404 the function that makes the data source returned null");
    }

    @Test
    void aConnectionThatIsNullIsRefused() {
        assertThatThrownBy(() -> sink(() -> Wrapped.source(() -> null)).open(KEY))
                .hasMessageStartingWith("ACQ-2405 a data source of the test gave null");
    }

    @Test
    void aPoolThatFailsIsAskedAgain() throws Exception {
        List<Integer> calls = new ArrayList<>();
        BatchSink<String> sink = sink(() -> {
            calls.add(1);
            if (calls.size() == 1) {
                throw new IOException("not yet");
            }
            return pool();
        });
        assertThatThrownBy(() -> sink.open(KEY)).hasMessage("not yet");
        write(sink, KEY, "a");
        write(sink, new Output.Key(new Time(2_000), "rows", 2), "b");
        assertThat(calls).hasSize(2);
        assertThat(values()).containsExactly("a", "b");
    }

    @Test
    void connectionsGoBackAsTheyCameAndAllOfThem() throws Exception {
        List<Connection> open = new ArrayList<>();
        for (boolean automatic : List.of(true, false)) {
            List<Boolean> given = Collections.synchronizedList(new ArrayList<>());
            BatchSink<String> sink = sink(() -> Wrapped.source(() -> {
                Connection real = pool().getConnection();
                real.setAutoCommit(automatic);
                open.add(real);
                return Wrapped.connection(real, (method, next) -> {
                    if (method.equals("close")) {
                        given.add(real.getAutoCommit());
                    }
                    return next.call();
                });
            }));
            Output.Key key = new Output.Key(new Time(automatic ? 1 : 2), "rows", 0);
            assertThat(sink.alreadyCommitted(key)).isFalse();
            write(sink, key, "v" + automatic);
            assertThat(sink.alreadyCommitted(key)).isTrue();
            BatchSink.Writer<String> aborted = sink.open(KEY);
            aborted.abort();
            aborted.close();
            assertThatThrownBy(() -> write(sink, KEY, "x", null)).isInstanceOf(SQLException.class);
            assertThat(given).hasSizeGreaterThan(4).containsOnly(automatic);
        }
        for (Connection connection : open) {
            assertThat(connection.isClosed()).isTrue();
        }
        assertThat(values()).containsExactly("vtrue", "vfalse");
    }

    @Test
    void aConnectionThatCannotHoldATransactionIsRefused() {
        BatchSink<String> sink = sink(() -> Wrapped.source(() -> Wrapped.connection(
                pool().getConnection(), (method, next) -> method.equals("setAutoCommit") ? null : next.call())));
        assertThatThrownBy(() -> sink.open(KEY))
                .hasMessageMatching("ACQ-2408 the connection .* commits each statement by itself, .*");
    }

    @Test
    void aConnectionThatCannotBeGivenBackIsReported() throws Exception {
        boolean[] gone = {false};
        BatchSink<String> sink =
                sink(() -> Wrapped.source(() -> Wrapped.connection(pool().getConnection(), (method, next) -> {
                    if (method.equals("close") && gone[0]) {
                        throw new SQLException("the pool is gone");
                    }
                    return next.call();
                })));
        BatchSink.Writer<String> writer = sink.open(KEY);
        writer.write("a");
        writer.commit();
        gone[0] = true;
        assertThatThrownBy(writer::close)
                .isInstanceOf(IOException.class)
                .hasMessage("ACQ-2410 a connection could not be given back: the pool is gone");
        assertThat(values()).containsExactly("a");
    }

    @Test
    void theSqlIsCheckedByTheDatabase() {
        BatchSink<String> sink =
                ExactlyOnceJdbc.sink(ExactlyOnceJdbcTest::pool, "insert into nowhere values (?)", BIND);
        assertThatThrownBy(() -> write(sink, KEY, "a"))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("nowhere");
    }

    // ---- the batch table

    @Test
    void theBatchTableIsMadeOnceByWhoeverIsFirst() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Callable<Void>> firsts = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                Output.Key key = new Output.Key(new Time(1_000), "rows", i);
                firsts.add(() -> {
                    write(sink(ExactlyOnceJdbcTest::pool), key, "a");
                    return null;
                });
            }
            for (Future<Void> first : threads.invokeAll(firsts)) {
                first.get();
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(Postgres.read(
                        "select output || ' ' || batch_time || ' ' || part from acequia_batches order by part"))
                .hasSize(8)
                .startsWith("rows 1000 0", "rows 1000 1");
    }

    @Test
    void theBatchTableMayHaveAnotherNameAndSchema() throws Exception {
        Postgres.execute("create schema other");
        write(ExactlyOnceJdbc.sink("other.batches", ExactlyOnceJdbcTest::pool, INSERT, BIND), KEY, "a");
        assertThat(Postgres.read("select part from other.batches")).containsExactly("2");
    }

    @Test
    void aBatchTableThatCannotBeMadeIsReportedWithItsDefinition() throws Exception {
        Postgres.execute("drop role if exists guest", "create role guest login");
        BatchSink<String> sink =
                ExactlyOnceJdbc.sink("other_batches", () -> Postgres.as(APPLICATION, "guest"), INSERT, BIND);
        assertThatThrownBy(() -> sink.alreadyCommitted(KEY))
                .hasMessageStartingWith("ACQ-2406 the batch table other_batches is missing and cannot be made: ")
                .hasMessageEndingWith(
                        "create table other_batches (output varchar(255) not null, batch_time bigint not null,"
                                + " part integer not null, primary key (output, batch_time, part))");
    }

    @Test
    void aUidThatIsTooLongIsRefused() {
        Output.Key key = new Output.Key(new Time(1_000), "u".repeat(256), 0);
        assertThatThrownBy(() -> sink(ExactlyOnceJdbcTest::pool).alreadyCommitted(key))
                .hasMessageStartingWith("ACQ-2407 the uid of the output has 256 characters");
    }

    @Test
    void rowsOfTheBatchTableThatAreOldCanBeDeleted() throws Exception {
        BatchSink<String> sink = sink(ExactlyOnceJdbcTest::pool);
        write(sink, new Output.Key(new Time(1_000), "rows", 0), "old");
        write(sink, new Output.Key(new Time(1_767_225_600_000L), "rows", 0), "new");
        Postgres.execute("delete from acequia_batches where output = 'rows' and batch_time < 1767225600000");
        assertThat(Postgres.read("select batch_time from acequia_batches")).containsExactly("1767225600000");
        assertThat(values()).containsExactly("old", "new");
    }

    // ---- write

    @Test
    void whatAFunctionWritesIsCommittedWithTheKey() throws Exception {
        VoidFunction2<Output.Key, Iterator<String>> write = inserting((connection, v) -> {});
        write.call(KEY, List.of("a", "b").iterator());
        write.call(KEY, List.of("a", "b").iterator());
        inserting((connection, v) -> {}).call(KEY, List.of("a", "b").iterator());
        assertThat(values()).containsExactly("a", "b");
    }

    @Test
    void whatAFunctionThrowsRollsItsRowsBack() throws Exception {
        VoidFunction2<Output.Key, Iterator<String>> write = inserting((connection, v) -> {
            if (v.equals("b")) {
                throw new IOException("no " + v);
            }
        });
        assertThatThrownBy(() -> write.call(KEY, List.of("a", "b").iterator())).hasMessage("no b");
        assertThat(values()).isEmpty();
        write.call(KEY, List.of("a", "c").iterator());
        assertThat(values()).containsExactly("a", "c");
    }

    /** What a function must not do with a connection. */
    private interface End {
        void call(Connection connection) throws Exception;
    }

    @Test
    void aFunctionCannotEndTheTransaction() throws Exception {
        List<End> ends = List.of(
                Connection::commit,
                Connection::rollback,
                Connection::close,
                connection -> connection.setAutoCommit(true),
                connection -> connection.abort(Runnable::run));
        for (End end : ends) {
            VoidFunction2<Output.Key, Iterator<String>> write = inserting((connection, v) -> end.call(connection));
            assertThatThrownBy(() -> write.call(KEY, List.of("a").iterator()))
                    .hasMessageMatching("ACQ-2411 \\w+ of a connection that is lent for one partition: .*");
        }
        assertThat(values()).isEmpty();
        assertThat(sink(ExactlyOnceJdbcTest::pool).alreadyCommitted(KEY)).isFalse();
    }

    @Test
    void aFunctionMayUseSavepoints() throws Exception {
        inserting((connection, v) -> {
                    Savepoint savepoint = connection.setSavepoint();
                    try (Statement statement = connection.createStatement()) {
                        statement.execute("insert into plain (v) values (null)");
                    } catch (SQLException e) {
                        connection.rollback(savepoint);
                    }
                })
                .call(KEY, List.of("a", "b").iterator());
        assertThat(values()).containsExactly("a", "b");
    }

    private static VoidFunction2<Output.Key, Iterator<String>> inserting(VoidFunction2<Connection, String> behindEach) {
        return ExactlyOnceJdbc.write(ExactlyOnceJdbcTest::pool, (connection, rows) -> {
            try (PreparedStatement statement = connection.prepareStatement(INSERT)) {
                while (rows.hasNext()) {
                    String v = rows.next();
                    BIND.call(statement, v);
                    statement.executeUpdate();
                    behindEach.call(connection, v);
                }
            }
        });
    }
}
