/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.jdbc;

import io.acequia.streaming.BatchSink;
import io.acequia.streaming.Output;
import io.acequia.streaming.function.VoidFunction2;
import java.io.IOException;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/** One statement for each record. */
record JdbcSink<T>(BatchTable table, String sql, VoidFunction2<PreparedStatement, T> bind) implements BatchSink<T> {
    private static final int ROWS_AT_ONCE = 1000;

    @Override
    public boolean alreadyCommitted(Output.Key key) throws Exception {
        return table.contains(key);
    }

    @Override
    public Writer<T> open(Output.Key key) throws Exception {
        Transaction transaction = Transaction.begin(table, key);
        try {
            PreparedStatement statement = transaction.connection().prepareStatement(sql);
            return new Rows<>(transaction, statement, bind);
        } catch (Throwable t) {
            try (transaction) {
                throw t;
            }
        }
    }

    private static final class Rows<T> implements Writer<T> {
        private final Transaction transaction;
        private final PreparedStatement statement;
        private final VoidFunction2<PreparedStatement, T> bind;
        private int pending;

        Rows(Transaction transaction, PreparedStatement statement, VoidFunction2<PreparedStatement, T> bind) {
            this.transaction = transaction;
            this.statement = statement;
            this.bind = bind;
        }

        @Override
        public void write(T record) throws Exception {
            try {
                bind.call(statement, record);
                statement.addBatch();
                if (++pending == ROWS_AT_ONCE) {
                    send();
                }
            } catch (Throwable t) {
                transaction.abort();
                throw t;
            }
        }

        private void send() throws SQLException {
            if (pending > 0) {
                statement.executeBatch();
                pending = 0;
            }
        }

        @Override
        public void commit() throws Exception {
            transaction.commit(this::send);
        }

        @Override
        public void abort() {
            transaction.abort();
        }

        @Override
        public void close() throws IOException {
            try (transaction;
                    statement) {
                transaction.abort();
            } catch (SQLException e) {
                throw new IOException("ACQ-2410 a connection could not be given back: " + e.getMessage(), e);
            }
        }
    }
}
