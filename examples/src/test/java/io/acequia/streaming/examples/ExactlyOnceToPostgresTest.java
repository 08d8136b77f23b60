/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.listener.BatchInfo;
import io.acequia.streaming.listener.StreamingListener;
import io.acequia.streaming.testkit.EmbeddedServerTest;
import io.acequia.streaming.testkit.FakeBroker;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@EmbeddedServerTest("postgresql")
@Timeout(180)
class ExactlyOnceToPostgresTest {
    private static final int RUNS = 8;
    private static final int RECORDS_OF_RUN = 400;
    private static EmbeddedPostgres server;

    @TempDir
    Path dir;

    @BeforeAll
    static void startServer() throws Exception {
        server = EmbeddedPostgres.builder()
                .setPGStartupWait(Duration.ofMinutes(1))
                .start();
    }

    @AfterAll
    static void stopServer() throws Exception {
        server.close();
    }

    @BeforeEach
    void makeTable() throws SQLException {
        try (Connection connection = ExactlyOnceToPostgres.database(url()).getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("drop table if exists acequia_batches");
            statement.execute("drop table if exists words");
            statement.execute("create table words (word text primary key, n bigint not null)");
        }
    }

    private static String url() {
        return server.getJdbcUrl("postgres", "postgres");
    }

    private static List<String> read(String query) throws SQLException {
        try (Connection connection = ExactlyOnceToPostgres.database(url()).getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            List<String> all = new ArrayList<>();
            while (rows.next()) {
                all.add(rows.getString(1));
            }
            return all;
        }
    }

    private StreamingContext program(FakeBroker broker, Semaphore batches) {
        StreamingConf conf = new StreamingConf()
                .set(StreamingConf.CHECKPOINT_INTERVAL, Duration.ofMillis(200))
                .set(StreamingConf.PARALLELISM, 2);
        StreamingContext context = StreamingContext.getOrCreate(dir.toString(), () -> {
            StreamingContext fresh = new StreamingContext(conf, Duration.ofMillis(50));
            ExactlyOnceToPostgres.addTo(
                    "words", url(), fresh.receiverStream(broker.source()).uid("lines"));
            return fresh;
        });
        context.addStreamingListener(new StreamingListener() {
            @Override
            public void onBatchStarted(BatchInfo batch) {
                batches.release();
            }

            @Override
            public void onBatchCompleted(BatchInfo batch) {
                batches.release();
            }
        });
        return context;
    }

    @Test
    void everyWordIsThereOnceThoughTheProgramIsStoppedHardAgainAndAgain() throws Exception {
        try (FakeBroker broker = FakeBroker.withPositions()) {
            int published = 0;
            for (int run = 0; run < RUNS; run++) {
                Semaphore batches = new Semaphore(0);
                StreamingContext context = program(broker, batches);
                context.start();
                for (int i = 0; i < RECORDS_OF_RUN; i++) {
                    broker.publish(List.of("w" + published % 10 + " all" + " n" + published++));
                }
                batches.acquire(3 + run);
                context.stop();
            }
            Semaphore batches = new Semaphore(0);
            StreamingContext context = program(broker, batches);
            context.start();
            while (!read("select n from words where word = 'all'").contains(Integer.toString(published))) {
                batches.acquire();
                assertThat(broker.unacknowledged()).isLessThanOrEqualTo(published);
            }
            batches.acquire(4);
            context.stop();
        }
        int all = RUNS * RECORDS_OF_RUN;
        assertThat(read("select n from words where word = 'all'")).containsExactly(Integer.toString(all));
        assertThat(read("select count(*) from words where word like 'n%' and n = 1"))
                .containsExactly(Integer.toString(all));
        assertThat(read("select n from words where word like 'w%'"))
                .hasSize(10)
                .containsOnly(Integer.toString(all / 10));
    }

    @Test
    void theProgramAddsTheWordsOfASocket() throws Exception {
        try (TextServer text = new TextServer("to be or not to be\n");
                RunningProgram program = RunningProgram.start(
                        ExactlyOnceToPostgres::main, "127.0.0.1", text.port(), dir.toString(), url(), "words")) {
            Semaphore batches = new Semaphore(0);
            while (StreamingContext.active().isEmpty()) {
                Thread.onSpinWait();
            }
            StreamingContext.active().orElseThrow().addStreamingListener(new StreamingListener() {
                @Override
                public void onBatchCompleted(BatchInfo batch) {
                    batches.release();
                }
            });
            while (read("select n from words").isEmpty()) {
                batches.acquire();
            }
            program.stopStream().awaitEnd();
        }
        assertThat(read("select word || n from words order by 1")).containsExactly("be2", "not1", "or1", "to2");
    }

    @Test
    void aTableIsNamedAndNothingElse() {
        assertThatThrownBy(() -> ExactlyOnceToPostgres.main(
                        new String[] {"127.0.0.1", "1", dir.toString(), url(), "words; drop table words"}))
                .hasStackTraceContaining("is no plain name of a table");
    }
}
