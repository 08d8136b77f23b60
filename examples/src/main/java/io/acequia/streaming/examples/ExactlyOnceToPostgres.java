/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.examples;

import io.acequia.streaming.DStream;
import io.acequia.streaming.Output;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.data.Durations;
import io.acequia.streaming.jdbc.ExactlyOnceJdbc;
import java.util.Arrays;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Adds the words of a text server to a table of PostgreSQL, each exactly once: {@code acequia run ExactlyOnceToPostgres HOST PORT
 * CHECKPOINTS URL TABLE}, with a URL such as {@code jdbc:postgresql://db/shop?user=me}. The table is yours: {@code create table words (word
 * text primary key, n bigint not null)}. Kill it when you like, and start it again.
 */
public final class ExactlyOnceToPostgres {
    private ExactlyOnceToPostgres() {}

    // tag::postgres
    /** Rows and the key of their partition are one transaction: a batch that is repeated changes nothing. */
    static Output addTo(String table, String url, DStream<String> lines) {
        if (!table.matches("[A-Za-z_][A-Za-z0-9_]*(\\.[A-Za-z_][A-Za-z0-9_]*)?")) {
            throw new IllegalArgumentException("'" + table + "' is no plain name of a table");
        }
        return lines.flatMap(line -> Arrays.asList(line.split(" ")).iterator())
                .countByValue()
                .writeTo(ExactlyOnceJdbc.sink(
                        () -> database(url),
                        "insert into " + table + " as old (word, n) values (?, ?)"
                                + " on conflict (word) do update set n = old.n + excluded.n",
                        (statement, count) -> {
                            statement.setString(1, count._1());
                            statement.setLong(2, count._2());
                        }))
                .uid("words to " + table);
    }

    static DataSource database(String url) {
        PGSimpleDataSource database = new PGSimpleDataSource();
        database.setUrl(url);
        return database;
    }

    public static void main(String[] args) throws Exception {
        if (args.length != 5) {
            throw new IllegalArgumentException("usage: ExactlyOnceToPostgres HOST PORT CHECKPOINTS URL TABLE");
        }
        StreamingConf conf = new StreamingConf().setAppName("ExactlyOnceToPostgres");
        try (StreamingContext ssc = StreamingContext.getOrCreate(args[2], () -> {
            StreamingContext fresh = new StreamingContext(conf, Durations.seconds(1));
            DStream<String> lines = fresh.socketTextStream(args[0], Integer.parseInt(args[1]));
            addTo(args[4], args[3], lines.uid("lines"));
            return fresh;
        })) {
            ssc.start();
            ssc.awaitTermination();
        }
    }
    // end::postgres
}
