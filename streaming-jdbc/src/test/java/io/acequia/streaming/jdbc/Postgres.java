/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.jdbc;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/** A PostgreSQL server of this machine, made for the tests of this JVM and gone with it. */
final class Postgres {
    private static final EmbeddedPostgres SERVER = start();

    private Postgres() {}

    private static EmbeddedPostgres start() {
        try {
            return EmbeddedPostgres.builder()
                    .setPGStartupWait(Duration.ofMinutes(1))
                    .start();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Connections that the server knows by the name of an application; each call of {@code getConnection} makes one. */
    static DataSource as(String application) {
        return as(application, "postgres");
    }

    static DataSource as(String application, String user) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(SERVER.getJdbcUrl("postgres", "postgres"));
        source.setUser(user);
        source.setApplicationName(application);
        return source;
    }

    /** Ends all connections of an application at the server; returns when they are gone. */
    static void cut(String application) throws SQLException {
        try (Connection connection = as("admin").getConnection();
                PreparedStatement cut = connection.prepareStatement(
                        "select pg_terminate_backend(pid, 30000) from pg_stat_activity where application_name = ?")) {
            cut.setString(1, application);
            cut.executeQuery().close();
        }
    }

    static void execute(String... statements) throws SQLException {
        try (Connection connection = as("admin").getConnection();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /** The first column of all rows. */
    static List<String> read(String query) throws SQLException {
        return Rows.read(as("admin"), query);
    }
}
