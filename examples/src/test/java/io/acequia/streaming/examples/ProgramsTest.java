/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.StreamingConf;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The main methods, on real sockets and the clock of the machine. */
@Timeout(60)
class ProgramsTest {
    private static final String LOOPBACK = "127.0.0.1";

    @AfterEach
    void takeBackSettings() {
        System.clearProperty(StreamingConf.STOP_AFTER_BATCHES.name());
        System.clearProperty(StreamingConf.SOURCE_MAX_LINE.name());
    }

    private static void stopAfterBatches(int n) {
        System.setProperty(StreamingConf.STOP_AFTER_BATCHES.name(), Integer.toString(n));
    }

    @Test
    void networkWordCountPrintsTheWordsOfASocket() throws Exception {
        try (TextServer server = new TextServer("to be or not to be\n");
                RunningProgram program = RunningProgram.start(NetworkWordCount::main, LOOPBACK, server.port())) {
            program.awaitPrinted("(to,2)");

            assertThat(program.stopStream().awaitEnd()).contains("(to,2)", "(be,2)", "(or,1)", "(not,1)");
        }
    }

    @Test
    void networkWordCountEndsByItselfAfterAsManyBatchesAsTheSettingSays() throws Exception {
        stopAfterBatches(2);
        try (TextServer server = new TextServer("once\n");
                RunningProgram program = RunningProgram.start(NetworkWordCount::main, LOOPBACK, server.port())) {
            assertThat(program.awaitEnd().lines().filter(line -> line.startsWith("Time: ")))
                    .hasSize(2);
        }
    }

    @Test
    void queueStreamFeedsItself() throws Exception {
        stopAfterBatches(2);
        try (RunningProgram program = RunningProgram.start(QueueStream::main)) {
            assertThat(program.awaitEnd()).contains("(7,100)");
        }
    }

    @Test
    void blackListJoinPrintsTheSameFromTheJoinAndFromTheBroadcast(@TempDir Path dir) throws Exception {
        Path file = Files.writeString(dir.resolve("users.txt"), "eve\n");
        try (TextServer server = new TextServer("eve buy this\nbob hi\n");
                RunningProgram program =
                        RunningProgram.start(BlackListJoin::main, LOOPBACK, server.port(), file.toString())) {
            program.awaitPrinted("bob hi");

            List<String> printed = program.stopStream().awaitEnd().lines().toList();
            assertThat(printed).filteredOn("bob hi"::equals).hasSize(2);
            assertThat(printed).doesNotContain("eve buy this");
        }
    }

    @Test
    void connectionPatternsReportsHowManyConnectionsEachTook() throws Exception {
        try (TextServer server = new TextServer("a\nb\nc\nd\n");
                RunningProgram program = RunningProgram.start(ConnectionPatterns::main, LOOPBACK, server.port())) {
            program.awaitPrinted("transactional: 4 rows over");

            assertThat(program.stopStream().awaitEnd()).contains("per record: 4 rows over 4 connections");
        }
    }

    @Test
    void batchAndStreamGoesOnWithBatchJobsAfterTheStreamHasStopped(@TempDir Path dir) throws Exception {
        Path file = Files.writeString(dir.resolve("users.csv"), "1,ada\n2,grace\n3,ada\n");
        try (TextServer server = new TextServer("2\n9\n");
                RunningProgram program =
                        RunningProgram.start(BatchAndStream::main, LOOPBACK, server.port(), file.toString())) {
            program.awaitPrinted("\ngrace\n");

            assertThat(program.stopStream().awaitEnd()).contains("3 users are known", "2 names are in use");
        }
    }

    @Test
    void deadLettersKeepsWhatNeverBecameALineAndWhatIsNoNumber(@TempDir Path dir) throws Exception {
        System.setProperty(StreamingConf.SOURCE_MAX_LINE.name(), "16b");
        try (TextServer server = new TextServer("x".repeat(100) + "\nseven\n42\n");
                RunningProgram program =
                        RunningProgram.start(DeadLetters::main, LOOPBACK, server.port(), dir.toString())) {
            program.awaitPrinted("\n42\n");
            String printed = program.stopStream().awaitEnd();

            assertThat(dir).isDirectoryContaining("glob:**-lines-0.jsonl");
            assertThat(dir).isDirectoryContaining("glob:**-parse.first-*.jsonl");
            try (Stream<Path> letters = Files.list(dir)) {
                assertThat(letters).isNotEmpty().allSatisfy(file -> assertThat(printed)
                        .contains("dead letters in " + file + "\n"));
            }
        }
    }

    @Test
    void customReceiverPrintsTheWordsOfASocketAndConnectsAnew() throws Exception {
        try (TextServer server = new TextServer("to be or not to be\n");
                RunningProgram program = RunningProgram.start(CustomReceiver::main, LOOPBACK, server.port())) {
            program.awaitPrinted("(to,2)");
            server.disconnect();

            assertThat(program.awaitPrintedTwice("(to,2)")).contains("(be,2)", "(or,1)", "(not,1)");
            program.stopStream().awaitEnd();
        }
    }

    @Test
    void aPortedReceiverPrintsTheWordsOfASocketAndConnectsAnew() throws Exception {
        try (TextServer server = new TextServer("to be or not to be\n");
                RunningProgram program = RunningProgram.start(PortedSparkReceiver::main, LOOPBACK, server.port())) {
            program.awaitPrinted("(to,2)");
            server.disconnect();

            assertThat(program.awaitPrintedTwice("(to,2)")).contains("(be,2)", "(or,1)", "(not,1)");
            program.stopStream().awaitEnd();
        }
    }

    @Test
    void rateLimitedTellsTheLimitsAndKeepsThem() throws Exception {
        stopAfterBatches(4);
        try (TextServer server = new TextServer("line\n".repeat(10_000));
                RunningProgram program = RunningProgram.start(RateLimited::main, LOOPBACK, server.port())) {
            List<String> printed = program.awaitEnd().lines().toList();

            assertThat(printed)
                    .filteredOn(line -> line.endsWith("at most 500 a second"))
                    .isNotEmpty();
            assertThat(printed)
                    .filteredOn(line -> line.startsWith("stream 1: "))
                    .hasSize(4)
                    .allSatisfy(line -> {
                        assertThat(line).endsWith("at most 200 a second");
                        assertThat(Integer.parseInt(line.split(" ")[2])).isLessThan(10_000);
                    });
        }
    }

    @Test
    void statefulWordCountPrintsWhatChangedAndEveryTenSecondsHowManyWordsThereAre(@TempDir Path dir) throws Exception {
        Path file = Files.writeString(dir.resolve("counts.txt"), "to 40\nsleep 1\n");
        try (TextServer server = new TextServer("to be or not to be\n");
                RunningProgram program =
                        RunningProgram.start(StatefulWordCount::main, LOOPBACK, server.port(), file.toString())) {
            program.awaitPrinted("(to,42)");
            program.awaitPrinted("0000 ms: 5 words so far");

            assertThat(program.stopStream().awaitEnd())
                    .contains("(be,2)", "(or,1)", "(not,1)")
                    .doesNotContain("(sleep,");
        }
    }

    @Test
    void windowedHashtagsPrintsTheMostFrequentAndTheLongestLineOfEach() throws Exception {
        try (TextServer server = new TextServer("#water runs\n#water and #rain\n");
                RunningProgram program = RunningProgram.start(WindowedHashtags::main, LOOPBACK, server.port())) {
            String printed = program.awaitPrinted("(#rain,#water and #rain)");

            assertThat(printed).contains("(#water,2)\n(#rain,1)\n");
            assertThat(program.stopStream().awaitEnd()).contains("(#water,#water and #rain)");
        }
    }

    @Test
    void sessionsPrintsASessionThatEndsByLogoutAndOneThatIsIdle() throws Exception {
        try (TextServer server = new TextServer("ada /home\nbob /home\nbob /cart\nada /logout\n");
                RunningProgram program = RunningProgram.start(Sessions::main, LOOPBACK, server.port(), "1")) {
            program.awaitPrinted("ada saw 2 pages in ");
            program.awaitPrinted("bob saw 2 pages in ");

            program.stopStream().awaitEnd();
        }
    }

    @Test
    void runningResponseCodesPrintsTotalsAndAtTheEndHowManyLinesWereMalformed() throws Exception {
        String found = "127.0.0.1 - - [10/Oct/2025:13:55:36 -0700] \"GET / HTTP/1.1\" 200 2326\n";
        try (TextServer server = new TextServer(found + "nonsense\n" + found);
                RunningProgram program = RunningProgram.start(RunningResponseCodes::main, LOOPBACK, server.port())) {
            program.awaitPrinted("(200,2)");

            assertThat(program.stopStream().awaitEnd()).contains("malformed lines: 1\n");
        }
    }

    @Test
    void runningResponseCodesKeepsMalformedLinesInADirectory(@TempDir Path dir) throws Exception {
        String missing = "127.0.0.1 - - [10/Oct/2025:13:55:36 -0700] \"GET /x HTTP/1.1\" 404 -\n";
        try (TextServer server = new TextServer("nonsense\n" + missing);
                RunningProgram program =
                        RunningProgram.start(RunningResponseCodes::main, LOOPBACK, server.port(), dir.toString())) {
            program.awaitPrinted("(404,1)");
            program.stopStream().awaitEnd();

            assertThat(dir).isDirectoryContaining("glob:**-parse-*.jsonl");
        }
    }
}
