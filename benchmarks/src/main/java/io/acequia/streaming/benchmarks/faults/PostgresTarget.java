/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import io.acequia.streaming.BatchSink;
import io.acequia.streaming.jdbc.ExactlyOnceJdbc;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/** A table of all lines in PostgreSQL, written by {@link ExactlyOnceJdbc}. The database is this target's alone. */
final class PostgresTarget implements ExactTarget {
    static final String KIND = "jdbc:";

    private final String url;

    PostgresTarget(String url) {
        this.url = url;
    }

    @Override
    public String address() {
        return url;
    }

    private static DataSource database(String url) {
        PGSimpleDataSource database = new PGSimpleDataSource();
        database.setUrl(url);
        return database;
    }

    @Override
    public void prepare(List<String> outputs) throws SQLException {
        try (Connection connection = database(url).getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("drop table if exists acequia_batches");
            statement.execute("drop table if exists lines");
            statement.execute("create table lines (output text not null, line text not null)");
        }
    }

    @Override
    public BatchSink<String> sink(String output) {
        String to = url;
        return new PassingSink<>(ExactlyOnceJdbc.<String>sink(
                () -> database(to), "insert into lines (output, line) values (?, ?)", (statement, line) -> {
                    statement.setString(1, output);
                    statement.setString(2, line);
                }));
    }

    @Override
    public List<String> committed(String output) throws SQLException {
        return read("select line from lines where output = ?", output);
    }

    @Override
    public long count(String output) throws SQLException {
        return Long.parseLong(
                read("select count(*) from lines where output = ?", output).get(0));
    }

    private List<String> read(String query, String output) throws SQLException {
        try (Connection connection = database(url).getConnection();
                PreparedStatement statement = connection.prepareStatement(query)) {
            statement.setString(1, output);
            List<String> read = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    read.add(rows.getString(1));
                }
            }
            return read;
        }
    }

    @Override
    public void close() {}
}
