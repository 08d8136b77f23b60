/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.postgresql.PGConnection;

/** The database of the programs under test: it counts, and its connections are brittle when a test says so. */
final class Database {
    static final AtomicInteger POOLS = new AtomicInteger();
    static final AtomicInteger COMMITS = new AtomicInteger();

    private static final String APPLICATION = "job";
    private static volatile boolean brittle;

    private Database() {}

    static void begin(boolean brittleConnections) {
        POOLS.set(0);
        COMMITS.set(0);
        brittle = brittleConnections;
    }

    static void end() throws SQLException {
        Postgres.cut(APPLICATION);
    }

    static DataSource pool() {
        POOLS.incrementAndGet();
        DataSource plain = Postgres.as(APPLICATION);
        return brittle ? Wrapped.source(() -> brittle(plain.getConnection())) : plain;
    }

    /** Of three commits one is cut off before it reaches the server, and one behind it. */
    private static Connection brittle(Connection connection) throws SQLException {
        int server = connection.unwrap(PGConnection.class).getBackendPID();
        return Wrapped.connection(connection, (method, next) -> {
            if (method.equals("commit")) {
                int commit = COMMITS.incrementAndGet();
                if (commit % 3 == 1) {
                    next.call();
                }
                if (commit % 3 > 0) {
                    Postgres.execute("select pg_terminate_backend(" + server + ", 30000)");
                }
            }
            return next.call();
        });
    }
}
