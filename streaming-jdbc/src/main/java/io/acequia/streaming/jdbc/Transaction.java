/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.jdbc;

import io.acequia.streaming.Output;
import io.acequia.streaming.StreamingException;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to commit a partition: its rows and its key, in one transaction of one connection. For one thread.
 *
 * <p>The key is added last. Adding it first would make a second attempt wait for the end of the first, and that may be a process
 * which is cut off and never ends.
 *
 * <p>A commit that fails may have happened: its reply was lost, or another attempt was faster and the key, or a row, was there already.
 * Which of it cannot be told from the error in a way that holds for all databases. So the connection is given up and the batch table is
 * asked through another one: the key is in there, or the attempt has failed. When the database is still at work on a commit whose
 * reply was lost, it says no; then the repetition meets the primary key.
 */
final class Transaction implements AutoCloseable {
    private final BatchTable table;
    private final Output.Key key;
    private final Connection connection;
    private final boolean ownAutoCommit;
    private State state = State.OPEN;
    private boolean closed;

    private enum State {
        OPEN,
        COMMITTED,
        ENDED
    }

    /** What belongs to a commit, and may fail with it. */
    interface LastRows {
        void write() throws Exception;
    }

    private Transaction(BatchTable table, Output.Key key, Connection connection, boolean ownAutoCommit) {
        this.table = table;
        this.key = key;
        this.connection = connection;
        this.ownAutoCommit = ownAutoCommit;
    }

    static Transaction begin(BatchTable table, Output.Key key) throws Exception {
        Connection connection = table.connect();
        try {
            boolean autoCommit = connection.getAutoCommit();
            connection.setAutoCommit(false);
            if (connection.getAutoCommit()) {
                throw new StreamingException(
                        "ACQ-2408",
                        "the connection " + connection
                                + " commits each statement by itself, and cannot be told not to: use a"
                                + " database and a pool with transactions",
                        null);
            }
            return new Transaction(table, key, connection, autoCommit);
        } catch (Throwable t) {
            try (connection) {
                throw t;
            }
        }
    }

    Connection connection() {
        return connection;
    }

    void commit(LastRows rows) throws Exception {
        if (state == State.OPEN) {
            try {
                rows.write();
                table.add(connection, key);
                connection.commit();
                state = State.COMMITTED;
            } catch (Exception e) {
                abort();
                giveBack(e);
                mustBeKnown(e);
            }
        } else if (state == State.ENDED) {
            mustBeKnown(null);
        }
    }

    private void mustBeKnown(@Nullable Exception failure) throws Exception {
        boolean known;
        try {
            known = table.contains(key);
        } catch (Exception e) {
            if (failure == null) {
                throw e;
            }
            failure.addSuppressed(e);
            throw failure;
        }
        if (!known) {
            throw failure != null
                    ? failure
                    : new StreamingException(
                            "ACQ-2409", key + " was rolled back: open a new writer to write it again", null);
        }
        state = State.COMMITTED;
    }

    /** Does not throw: a connection that cannot be told to roll back is cut, and the database does it by itself. */
    void abort() {
        if (state == State.OPEN) {
            state = State.ENDED;
            try {
                connection.rollback();
            } catch (SQLException e) {
                cut();
            }
        }
    }

    /** So that a pool does not hand it out again. */
    private void cut() {
        try {
            connection.abort(Runnable::run);
        } catch (SQLException | RuntimeException e) {
            // there is nothing left to cut
        }
    }

    private void giveBack(Exception failure) {
        try {
            close();
        } catch (SQLException e) {
            failure.addSuppressed(e);
        }
    }

    /** Gives the connection back as it came; what was not committed is rolled back. */
    @Override
    public void close() throws SQLException {
        abort();
        if (!closed) {
            closed = true;
            try (connection) {
                if (ownAutoCommit && !connection.isClosed()) {
                    connection.setAutoCommit(true);
                }
            }
        }
    }
}
