/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.BatchSink;
import io.acequia.streaming.Output;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.testkit.BatchSinkConformance;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.UUID;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Nothing in the protocol is PostgreSQL's own. */
class H2SinkConformanceTest extends BatchSinkConformance<String> {
    private final String url = "jdbc:h2:mem:" + UUID.randomUUID();
    private Connection open;

    @BeforeEach
    void makeTable() throws SQLException {
        open = source(url).getConnection();
        try (Statement statement = open.createStatement()) {
            statement.execute("create table conformance (id bigint generated always as identity,"
                    + " payload varchar(200) not null)");
        }
    }

    @AfterEach
    void end() throws SQLException {
        open.close();
    }

    private static JdbcDataSource source(String url) {
        JdbcDataSource source = new JdbcDataSource();
        source.setURL(url);
        return source;
    }

    @Override
    protected BatchSink<String> sink() {
        return sink(url);
    }

    private static BatchSink<String> sink(String database) {
        return ExactlyOnceJdbc.sink(
                () -> source(database),
                "insert into conformance (payload) values (?)",
                (statement, payload) -> statement.setString(1, payload));
    }

    @Override
    protected String record(String payload) {
        return payload;
    }

    @Override
    protected String unwritable() {
        return "x".repeat(201);
    }

    @Override
    protected List<String> committed() throws SQLException {
        return Rows.read(source(url), "select payload from conformance order by id");
    }

    @Test
    void aDatabaseThatTakesTwoOutputsForOneFailsTheSecondInsteadOfLosingIt() throws Exception {
        String careless = "jdbc:h2:mem:" + UUID.randomUUID() + ";IGNORECASE=TRUE";
        try (Connection held = source(careless).getConnection();
                Statement statement = held.createStatement()) {
            statement.execute("create table conformance (payload varchar(200))");
            BatchSink<String> sink = sink(careless);
            try (BatchSink.Writer<String> writer = sink.open(new Output.Key(new Time(1_000), "rows", 0))) {
                writer.commit();
            }
            Output.Key like = new Output.Key(new Time(1_000), "Rows", 0);
            assertThat(sink.alreadyCommitted(like)).isFalse();
            try (BatchSink.Writer<String> writer = sink.open(like)) {
                assertThatThrownBy(writer::commit).isInstanceOf(SQLException.class);
            }
        }
    }
}
