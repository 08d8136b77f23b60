/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.jdbc;

import io.acequia.streaming.BatchSink;
import io.acequia.streaming.Output;
import io.acequia.streaming.function.Function0;
import io.acequia.streaming.function.VoidFunction2;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.util.Iterator;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Writes each partition of each batch into a database exactly once: its rows and its key, (output uid, batch time, partition), are
 * committed in one transaction, the key into a table of its own, {@code acequia_batches}. A batch that is repeated finds its keys
 * there. The table is made when it is missing; {@code docs/jdbc.md} has its definition, and how to clean it up.
 *
 * <p>Give each output a uid that no other program uses with the same batch table, or a batch table for each program: a key that is
 * in the table is not written again.
 *
 * <p>{@code pool} is called once in each JVM that runs tasks of the output; what it gives is used by all of them until the JVM
 * ends. A partition holds one connection at a time. Functions run in tasks, on one thread for each partition, and may throw what
 * they like: the partition is rolled back, and what they threw fails the output.
 */
public final class ExactlyOnceJdbc {
    private ExactlyOnceJdbc() {}

    /**
     * A sink for {@link io.acequia.streaming.DStreamLike#writeTo writeTo}: {@code sql} is executed for each record, in batches of
     * 1000, with the values that {@code bind} sets.
     *
     * @param pool makes the data source; must not return null
     * @param sql one statement with a {@code ?} for each value, such as {@code insert into counts values (?, ?)}
     * @param bind sets the values of one record, and nothing else
     * @throws IllegalArgumentException when an argument is null, or {@code sql} is blank
     */
    public static <T> BatchSink<T> sink(
            Function0<DataSource> pool, String sql, VoidFunction2<PreparedStatement, T> bind) {
        return sink(BatchTable.DEFAULT, pool, sql, bind);
    }

    /**
     * {@link #sink(Function0, String, VoidFunction2)} with a batch table of another name.
     *
     * @param batchTable a plain name, or one with its schema: {@code billing.batches}
     */
    public static <T> BatchSink<T> sink(
            String batchTable, Function0<DataSource> pool, String sql, VoidFunction2<PreparedStatement, T> bind) {
        BatchTable table = new BatchTable(batchTable, present(pool, "pool"));
        if (sql == null || sql.isBlank()) {
            throw new IllegalArgumentException(
                    "ACQ-2401 the sink has no SQL: give one statement with a ? for each value, such as"
                            + " insert into counts values (?, ?)");
        }
        return new JdbcSink<>(table, sql, present(bind, "bind"));
    }

    /**
     * The same protocol for {@link io.acequia.streaming.DStreamLike#foreachPartition foreachPartition}, where one statement is not
     * enough: {@code rows} does with a connection what it likes, but ends neither the transaction nor the connection; the key is
     * added when it returns. Not called for a partition that was committed before.
     *
     * @param pool makes the data source; must not return null
     * @param rows writes the records of a partition; also called for an empty one
     * @throws IllegalArgumentException when an argument is null
     */
    public static <T> VoidFunction2<Output.Key, Iterator<T>> write(
            Function0<DataSource> pool, VoidFunction2<Connection, Iterator<T>> rows) {
        return write(BatchTable.DEFAULT, pool, rows);
    }

    /**
     * {@link #write(Function0, VoidFunction2)} with a batch table of another name.
     *
     * @param batchTable a plain name, or one with its schema: {@code billing.batches}
     */
    public static <T> VoidFunction2<Output.Key, Iterator<T>> write(
            String batchTable, Function0<DataSource> pool, VoidFunction2<Connection, Iterator<T>> rows) {
        BatchTable table = new BatchTable(batchTable, present(pool, "pool"));
        VoidFunction2<Connection, Iterator<T>> write = present(rows, "rows");
        return (key, records) -> {
            if (!table.contains(key)) {
                try (Transaction transaction = Transaction.begin(table, key)) {
                    transaction.commit(() -> write.call(LentConnection.of(transaction.connection()), records));
                }
            }
        };
    }

    private static <F> F present(@Nullable F function, String name) {
        if (function == null) {
            throw new IllegalArgumentException("ACQ-2402 " + name + " is null: pass a function");
        }
        return function;
    }
}
