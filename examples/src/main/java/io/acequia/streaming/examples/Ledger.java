/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.examples;

import io.acequia.streaming.Output;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Stands for a database on another machine: tasks know its address, and open connections to it. It counts how many were
 * opened, and can lose a reply as networks do.
 */
final class Ledger {
    private static final Map<String, Ledger> LEDGERS = new ConcurrentHashMap<>();

    private final List<String> rows = new ArrayList<>();
    private final Set<Output.Key> written = new HashSet<>();
    private final Deque<Connection> idle = new ArrayDeque<>();
    private int opened;
    private boolean losesNextReply;

    private Ledger() {}

    /** The ledger at this address. */
    static Ledger at(String address) {
        return LEDGERS.computeIfAbsent(address, anyAddress -> new Ledger());
    }

    /** Opens a connection: the dear part, with a real database. */
    synchronized Connection connect() {
        opened++;
        return new Connection(this);
    }

    /** How many connections were opened. */
    synchronized int opened() {
        return opened;
    }

    /** What was written. */
    synchronized List<String> rows() {
        return List.copyOf(rows);
    }

    /** The next transaction is committed, and its writer never hears of it. */
    synchronized void loseNextReply() {
        losesNextReply = true;
    }

    private synchronized void insert(String row) {
        rows.add(row);
    }

    private synchronized void insertOnce(Output.Key key, List<String> all) throws IOException {
        if (written.add(key)) {
            rows.addAll(all);
        }
        if (losesNextReply) {
            losesNextReply = false;
            throw new IOException("connection reset before the reply to " + key);
        }
    }

    /** Lends a connection from those that are idle, or opens one. */
    synchronized Connection borrow() {
        Connection lent = idle.poll();
        return lent != null ? lent : connect();
    }

    /** Takes back a connection that works. */
    synchronized void giveBack(Connection connection) {
        idle.push(connection);
    }

    /** A connection: bound to the machine that opened it, so it cannot be serialized. For one thread. */
    static final class Connection implements AutoCloseable {
        private final Ledger ledger;
        private boolean closed;

        private Connection(Ledger ledger) {
            this.ledger = ledger;
        }

        void insert(String row) throws IOException {
            mustBeOpen();
            ledger.insert(row);
        }

        /** One transaction: the rows and their key, unless the key is there already. */
        void insertOnce(Output.Key key, List<String> rows) throws IOException {
            mustBeOpen();
            ledger.insertOnce(key, rows);
        }

        private void mustBeOpen() throws IOException {
            if (closed) {
                throw new IOException("this connection is closed");
            }
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
