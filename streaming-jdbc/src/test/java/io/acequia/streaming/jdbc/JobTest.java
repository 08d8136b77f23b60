/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.Output;
import io.acequia.streaming.PairDStream;
import io.acequia.streaming.StreamingConf.FailurePolicy;
import io.acequia.streaming.data.Durations;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.testkit.EmbeddedServerTest;
import io.acequia.streaming.testkit.TestStreams;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whole programs, with every function copied through serialization; docs/jdbc.md shows their outputs. */
@EmbeddedServerTest("postgresql")
@Timeout(120)
class JobTest {
    private static final int BATCHES = 30;
    private static final AtomicInteger FAILURES = new AtomicInteger();

    @BeforeEach
    void makeTables() throws SQLException {
        Postgres.execute(
                "drop table if exists acequia_batches",
                "drop table if exists counts",
                "drop table if exists totals",
                "create table counts (word text not null, n bigint not null)",
                "create table totals (word text primary key, n bigint not null)");
        Database.begin(false);
    }

    @AfterEach
    void end() throws SQLException {
        Database.end();
    }

    // tag::jdbc-sink
    static Output writeCounts(PairDStream<String, Long> counts) {
        return counts.writeTo(ExactlyOnceJdbc.sink(
                        Database::pool, "insert into counts (word, n) values (?, ?)", (statement, count) -> {
                            statement.setString(1, count._1());
                            statement.setLong(2, count._2());
                        }))
                .uid("word counts");
    }
    // end::jdbc-sink

    // tag::jdbc-write
    static Output addToTotals(PairDStream<String, Long> counts) {
        return counts.foreachPartition("totals", ExactlyOnceJdbc.write(Database::pool, (connection, rows) -> {
            try (PreparedStatement add = connection.prepareStatement("insert into totals (word, n) values (?, ?)"
                    + " on conflict (word) do update set n = totals.n + excluded.n")) {
                while (rows.hasNext()) {
                    Tuple2<String, Long> count = rows.next();
                    add.setString(1, count._1());
                    add.setLong(2, count._2());
                    add.executeUpdate();
                }
            }
        }));
    }
    // end::jdbc-write

    @Test
    void aJobWritesItsCountsOnceAlsoWhenItRunsItsBatchesAgain() throws SQLException {
        for (int runs = 0; runs < 3; runs++) {
            try (TestStreams t = TestStreams.every(
                    Durations.seconds(1),
                    s -> writeCounts(s.<String>input("words").countByValue(2)))) {
                t.add("words", "a", "b", "a").add("words").add("words", "a").advance(3);
            }
        }
        assertThat(Postgres.read("select word || n from counts order by 1")).containsExactly("a1", "a2", "b1");
        assertThat(Postgres.read("select count(*) from acequia_batches")).containsExactly("6");
        assertThat(Database.POOLS)
                .as("data sources of three runs, with a copy of the sink for each task")
                .hasValue(3);
    }

    @Test
    void aRetriedOutputWritesThePartitionsThatAreMissing() throws SQLException {
        FAILURES.set(2);
        try (TestStreams t = TestStreams.every(Durations.seconds(1), s -> writeCounts(
                        s.<String>input("words").mapToPair(word -> Tuple2.of(failTwice(word), 1L)))
                .onError(FailurePolicy.retry(2, Duration.ZERO, FailurePolicy.Kind.STOP)))) {
            t.add("words", "a", "b", "c", "bad").advance(1);
        }
        assertThat(Postgres.read("select word from counts order by word")).containsExactly("a", "b", "bad", "c");
    }

    private static String failTwice(String word) {
        if (word.equals("bad") && FAILURES.getAndDecrement() > 0) {
            throw new IllegalStateException("fails twice");
        }
        return word;
    }

    @Test
    void totalsAreRightThoughTwoOfThreeCommitsLoseTheirConnection() throws SQLException {
        Database.begin(true);
        try (TestStreams t = TestStreams.every(
                Durations.seconds(1), s -> addToTotals(s.<String>input("words").countByValue(2))
                        .onError(FailurePolicy.retry(20, Duration.ZERO, FailurePolicy.Kind.STOP)))) {
            for (int batch = 0; batch < BATCHES; batch++) {
                t.add("words", "a", "b", "c", "a");
            }
            t.advance(BATCHES);
        }
        assertThat(Postgres.read("select word || ' ' || n from totals order by 1"))
                .containsExactly("a " + 2 * BATCHES, "b " + BATCHES, "c " + BATCHES);
        assertThat(Postgres.read("select count(*) from acequia_batches")).containsExactly("" + 2 * BATCHES);
        assertThat(Database.COMMITS).as("commits, of which some were repeated").hasValueGreaterThan(2 * BATCHES + 10);
    }
}
