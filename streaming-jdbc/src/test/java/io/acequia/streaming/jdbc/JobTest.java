/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.DStream;
import io.acequia.streaming.StreamingConf.FailurePolicy;
import io.acequia.streaming.data.Durations;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.testkit.TestStreams;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Iterator;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postgresql.PGConnection;

/** Whole programs, with every function copied through serialization. */
@Timeout(120)
class JobTest {
    private static final String APPLICATION = "job";
    private static final int BATCHES = 30;
    private static final AtomicInteger POOLS = new AtomicInteger();
    private static final AtomicInteger COMMITS = new AtomicInteger();
    private static final AtomicInteger FAILS = new AtomicInteger();

    @BeforeEach
    void makeTables() throws SQLException {
        Postgres.execute(
                "drop table if exists job_batches",
                "drop table if exists counts",
                "drop table if exists totals",
                "create table counts (word text not null, n bigint not null)",
                "create table totals (word text primary key, n bigint not null)");
        POOLS.set(0);
        COMMITS.set(0);
    }

    @AfterEach
    void end() throws SQLException {
        Postgres.cut(APPLICATION);
    }

    private static DataSource pool() {
        POOLS.incrementAndGet();
        return Postgres.as(APPLICATION);
    }

    /** Of three commits one is cut off before it reaches the server, and one behind it. */
    private static DataSource brittlePool() {
        return Wrapped.source(() -> {
            Connection connection = Postgres.as(APPLICATION).getConnection();
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
        });
    }

    private static void countInto(DStream<String> words) {
        words.countByValue(2)
                .writeTo(ExactlyOnceJdbc.sink(
                        "job_batches", JobTest::pool, "insert into counts values (?, ?)", JobTest::bind))
                .uid("counts");
    }

    private static void bind(PreparedStatement statement, Tuple2<String, Long> count) throws SQLException {
        statement.setString(1, count._1());
        statement.setLong(2, count._2());
    }

    private static void addUp(Connection connection, Iterator<Tuple2<String, Long>> counts) throws SQLException {
        try (PreparedStatement add = connection.prepareStatement(
                "insert into totals values (?, ?) on conflict (word) do update set n = totals.n + excluded.n")) {
            while (counts.hasNext()) {
                bind(add, counts.next());
                add.executeUpdate();
            }
        }
    }

    @Test
    void aJobWritesItsCountsOnceAlsoWhenItRunsItsBatchesAgain() throws SQLException {
        for (int runs = 0; runs < 3; runs++) {
            try (TestStreams t = TestStreams.every(Durations.seconds(1), s -> countInto(s.input("words")))) {
                t.add("words", "a", "b", "a").add("words").add("words", "a").advance(3);
            }
        }
        assertThat(Postgres.read("select word || n from counts order by 1")).containsExactly("a1", "a2", "b1");
        assertThat(Postgres.read("select count(*) from job_batches")).containsExactly("6");
        assertThat(POOLS).as("data sources of three runs, with a copy of the sink for each task").hasValue(3);
    }

    @Test
    void aRetriedOutputWritesThePartitionsThatAreMissing() throws SQLException {
        FAILS.set(2);
        try (TestStreams t = TestStreams.every(Durations.seconds(1), s -> s.<Integer>input("in")
                .map(JobTest::failTwice)
                .writeTo(ExactlyOnceJdbc.sink(
                        "job_batches",
                        JobTest::pool,
                        "insert into counts values ('n', ?)",
                        (statement, n) -> statement.setInt(1, n)))
                .uid("numbers")
                .onError(FailurePolicy.retry(2, Duration.ZERO, FailurePolicy.Kind.STOP)))) {
            t.add("in", 1, 2, 3, 4).advance(1);
        }
        assertThat(Postgres.read("select n from counts order by n")).containsExactly("1", "2", "3", "4");
    }

    private static int failTwice(int n) {
        if (n == 4 && FAILS.getAndDecrement() > 0) {
            throw new IllegalStateException("fails twice");
        }
        return n;
    }

    @Test
    void totalsAreRightThoughTwoOfThreeCommitsLoseTheirConnection() throws SQLException {
        try (TestStreams t = TestStreams.every(Durations.seconds(1), s -> s.<String>input("words")
                .countByValue(2)
                .foreachPartition(
                        "totals", ExactlyOnceJdbc.write("job_batches", JobTest::brittlePool, JobTest::addUp))
                .onError(FailurePolicy.retry(20, Duration.ZERO, FailurePolicy.Kind.STOP)))) {
            for (int batch = 0; batch < BATCHES; batch++) {
                t.add("words", "a", "b", "c", "a");
            }
            t.advance(BATCHES);
        }
        assertThat(Postgres.read("select word || ' ' || n from totals order by 1"))
                .containsExactly("a " + 2 * BATCHES, "b " + BATCHES, "c " + BATCHES);
        assertThat(Postgres.read("select count(*) from job_batches")).containsExactly("" + 2 * BATCHES);
        assertThat(COMMITS).as("commits, of which some were repeated").hasValueGreaterThan(2 * BATCHES + 10);
    }
}
