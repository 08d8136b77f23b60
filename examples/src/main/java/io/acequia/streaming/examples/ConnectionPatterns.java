/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.examples;

import io.acequia.streaming.DStream;
import io.acequia.streaming.Output;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.data.Durations;
import java.util.ArrayList;
import java.util.List;

/**
 * Where to open the connection when a stream is written to a database: two ways that are wrong, two that are right, and the
 * one that survives failures without writing twice.
 */
public final class ConnectionPatterns {
    private ConnectionPatterns() {}

    // tag::connection-on-driver
    /**
     * Wrong: the function of {@code foreachRDD} runs on the driver, that of {@code foreach} in tasks, which may be on other
     * machines. A connection cannot travel there: the first batch fails, and the error names what was captured.
     */
    public static Output onDriver(DStream<String> rows, String address) {
        return rows.foreachRDD(rdd -> {
            try (Ledger.Connection connection = Ledger.at(address).connect()) {
                rdd.foreach(row -> connection.insert(row));
            }
        });
    }
    // end::connection-on-driver

    // tag::connection-per-record
    /** Wrong: it works, and opens a connection for each record, which takes longer than the writing. */
    public static Output perRecord(DStream<String> rows, String address) {
        return rows.foreachRDD(rdd -> rdd.foreach(row -> {
            try (Ledger.Connection connection = Ledger.at(address).connect()) {
                connection.insert(row);
            }
        }));
    }
    // end::connection-per-record

    // tag::connection-per-partition
    /** Right: the task opens one connection for all records of its partition. */
    public static Output perPartition(DStream<String> rows, String address) {
        return rows.foreachRDD(rdd -> rdd.foreachPartition(partition -> {
            try (Ledger.Connection connection = Ledger.at(address).connect()) {
                while (partition.hasNext()) {
                    connection.insert(partition.next());
                }
            }
        }));
    }
    // end::connection-per-partition

    // tag::connection-pooled
    /** Right, and better for short batches: each machine has a pool, and connections outlive the batch. */
    public static Output pooled(DStream<String> rows, String address) {
        return rows.foreachRDD(rdd -> rdd.foreachPartition(partition -> {
            Ledger pool = Ledger.at(address);
            Ledger.Connection connection = pool.borrow();
            while (partition.hasNext()) {
                connection.insert(partition.next());
            }
            pool.giveBack(connection); // not after a failure: then the connection may be broken
        }));
    }
    // end::connection-pooled

    // tag::connection-transactional
    /**
     * Right, also when a task is repeated because its reply was lost: the key names batch, output and partition, and is the
     * same in each attempt. It goes into the same transaction as the rows, which are written only if it is new.
     */
    public static Output transactional(DStream<String> rows, String address) {
        return rows.foreachPartition("ledger", (key, partition) -> {
            List<String> all = new ArrayList<>();
            partition.forEachRemaining(all::add);
            try (Ledger.Connection connection = Ledger.at(address).connect()) {
                connection.insertOnce(key, all);
            }
        });
    }
    // end::connection-transactional

    public static void main(String[] args) throws Exception {
        if (args.length != 2) {
            throw new IllegalArgumentException("usage: ConnectionPatterns HOST PORT");
        }
        StreamingConf conf = new StreamingConf().setAppName("ConnectionPatterns");
        try (StreamingContext ssc = new StreamingContext(conf, Durations.seconds(1))) {
            DStream<String> rows = ssc.socketTextStream(args[0], Integer.parseInt(args[1]));
            perRecord(rows, "per record");
            perPartition(rows, "per partition");
            pooled(rows, "pooled");
            transactional(rows, "transactional");
            rows.foreachRDD((rdd, time) -> {
                for (String address : List.of("per record", "per partition", "pooled", "transactional")) {
                    Ledger ledger = Ledger.at(address);
                    System.out.println(time + " " + address + ": "
                            + ledger.rows().size() + " rows over " + ledger.opened() + " connections");
                }
            });
            ssc.start();
            ssc.awaitTermination();
        }
    }
}
