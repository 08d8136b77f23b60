/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.jdbc;

import io.acequia.streaming.BatchSink;
import io.acequia.streaming.testkit.BatchSinkConformance;
import io.acequia.streaming.testkit.EmbeddedServerTest;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

@EmbeddedServerTest("postgresql")
class PostgresSinkConformanceTest extends BatchSinkConformance<String> {
    private static final String APPLICATION = "conformance";

    @BeforeEach
    void makeTable() throws SQLException {
        Postgres.execute(
                "drop table if exists conformance_batches",
                "drop table if exists conformance",
                "create table conformance (id bigserial, payload varchar(200) not null)");
    }

    @AfterEach
    void end() throws SQLException {
        Postgres.cut(APPLICATION);
    }

    @Override
    protected BatchSink<String> sink() {
        return ExactlyOnceJdbc.sink(
                "conformance_batches",
                () -> Postgres.as(APPLICATION),
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
        return Postgres.read("select payload from conformance order by id");
    }

    @Override
    protected void crash() throws SQLException {
        Postgres.cut(APPLICATION);
    }
}
