/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.jdbc;

import io.acequia.streaming.Output;
import io.acequia.streaming.StreamingException;
import io.acequia.streaming.function.Function0;
import java.io.Serializable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The table of committed keys, and the pool through which it is reached.
 *
 * <p>It travels into tasks as the function that makes the pool. An engine may copy an output for each task, so the pool is kept by the
 * id of the output, one for all copies in a JVM, until the JVM ends: nobody says when the last task has run.
 *
 * <p>The primary key is what makes a key be committed once: of two transactions that add it, the database refuses one, whatever
 * either has seen before. A database may take two texts for one that we tell apart, such as {@code Rows} and {@code rows}; so the text
 * that was found is compared once more, and the second of two such outputs fails instead of being lost.
 */
final class BatchTable implements Serializable {
    static final String DEFAULT = "acequia_batches";

    private static final int LONGEST_OUTPUT = 255;
    private static final Pattern NAME = Pattern.compile("([A-Za-z_][A-Za-z0-9_]*\\.)?[A-Za-z_][A-Za-z0-9_]*");
    private static final Map<UUID, Opened> OPENED = new ConcurrentHashMap<>();

    private final UUID id = UUID.randomUUID();
    private final String name;
    private final Function0<DataSource> pool;

    BatchTable(@Nullable String name, Function0<DataSource> pool) {
        if (name == null || !NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "ACQ-2403 '" + name
                            + "' cannot name a batch table: use letters, digits and underscores, with the schema and a dot before if you like");
        }
        this.name = name;
        this.pool = pool;
    }

    /** What all copies of an output share in a JVM. */
    private static final class Opened {
        private @Nullable DataSource pool;
        private boolean tableExists;
    }

    Connection connect() throws Exception {
        Opened opened = OPENED.computeIfAbsent(id, each -> new Opened());
        synchronized (opened) {
            DataSource source = opened.pool == null ? makePool() : opened.pool;
            opened.pool = source;
            if (!opened.tableExists) {
                try (Connection connection = connect(source)) {
                    makeTable(connection);
                }
                opened.tableExists = true;
            }
        }
        return connect(opened.pool);
    }

    private DataSource makePool() throws Exception {
        DataSource source = pool.call();
        if (source == null) {
            throw new StreamingException(
                    "ACQ-2404", "the function that makes the data source returned null: return a DataSource", null);
        }
        return source;
    }

    private static Connection connect(DataSource source) throws SQLException {
        Connection connection = source.getConnection();
        if (connection == null) {
            throw new StreamingException(
                    "ACQ-2405", source + " gave null for a connection: it must wait for one, or throw", null);
        }
        return connection;
    }

    private void makeTable(Connection connection) throws SQLException {
        String probe = "select count(*) from " + name + " where 1 = 0";
        if (succeeds(connection, probe)) {
            return;
        }
        try {
            execute(connection, definition());
        } catch (SQLException e) {
            boolean somebodyElseMadeIt = succeeds(connection, probe);
            if (!somebodyElseMadeIt) {
                throw new StreamingException(
                        "ACQ-2406",
                        "the batch table " + name + " is missing and cannot be made: " + e.getMessage()
                                + "; let this user"
                                + " make it, or make it beforehand, and let this user select from it and insert into it: "
                                + definition(),
                        e);
            }
        }
    }

    private String definition() {
        return "create table " + name + " (output varchar(" + LONGEST_OUTPUT + ") not null, batch_time bigint not null,"
                + " part integer not null, primary key (output, batch_time, part))";
    }

    private static boolean succeeds(Connection connection, String sql) {
        try {
            execute(connection, sql);
            return true;
        } catch (SQLException e) {
            return false;
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        boolean commits = !connection.getAutoCommit();
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
            if (commits) {
                connection.commit();
            }
        } catch (SQLException e) {
            if (commits) {
                connection.rollback();
            }
            throw e;
        }
    }

    /** Whether the key has been committed, as a connection of its own sees it. */
    boolean contains(Output.Key key) throws Exception {
        try (Connection connection = connect();
                PreparedStatement query = connection.prepareStatement(
                        "select output from " + name + " where output = ? and batch_time = ? and part = ?")) {
            bind(query, key);
            boolean found = false;
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    found |= key.output().equals(rows.getString(1));
                }
            }
            if (!connection.getAutoCommit()) {
                connection.rollback();
            }
            return found;
        }
    }

    void add(Connection connection, Output.Key key) throws SQLException {
        try (PreparedStatement insert =
                connection.prepareStatement("insert into " + name + " (output, batch_time, part) values (?, ?, ?)")) {
            bind(insert, key);
            insert.executeUpdate();
        }
    }

    private static void bind(PreparedStatement statement, Output.Key key) throws SQLException {
        if (key.output().length() > LONGEST_OUTPUT) {
            throw new StreamingException(
                    "ACQ-2407",
                    "the uid of the output has " + key.output().length()
                            + " characters, and the batch table has room for " + LONGEST_OUTPUT
                            + ": give a shorter one with uid(..): " + key.output(),
                    null);
        }
        statement.setString(1, key.output());
        statement.setLong(2, key.time().milliseconds());
        statement.setInt(3, key.partition());
    }
}
