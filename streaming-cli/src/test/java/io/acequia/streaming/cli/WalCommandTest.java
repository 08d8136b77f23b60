/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import static io.acequia.streaming.cli.CommandRunner.acequia;
import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.data.Tuple2;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class WalCommandTest {
    @TempDir
    Path dir;

    /** A class of a program. */
    record Mine(String name) {}

    @Test
    void lsListsTheSegmentsOfAllLogsAlsoOfTheJournal() throws IOException {
        writeTwoLogs();

        CommandRunner ls = acequia("wal", "ls", dir.toString());

        assertThat(ls.exitCode()).isZero();
        assertThat(ls.err()).isEmpty();
        assertThat(ls.out().lines().toList())
                .satisfiesExactly(
                        head -> assertThat(head).matches("LOG +SEGMENT +RECORDS +BYTES +STATE +BEGUN"),
                        journal -> assertThat(journal)
                                .matches("journal +wal-0{15}1-0{7}1\\.log +1-2 +\\d+ +finished +\\d{4}-.*Z"),
                        first -> assertThat(first).matches("received/lines +wal-0{15}1-.* 1-3 +\\d+ +finished .*"),
                        second -> assertThat(second).matches("received/lines +wal-0{15}2-.* 4-5 +\\d+ +unfinished .*"));
    }

    @Test
    void lsOfADamagedLogListsItAllTheSame() throws IOException {
        writeTwoLogs();
        WrittenLog.flip(WrittenLog.segments(dir.resolve("received/lines")).get(0), 90);
        Files.write(dir.resolve("received/lines/wal-0000000000000003-00000001.log"), new byte[10]);

        CommandRunner ls = acequia("wal", "ls", dir.toString());

        assertThat(ls.exitCode()).isZero();
        assertThat(ls.out())
                .containsPattern("wal-0{15}1-.* 1-3 ")
                .containsPattern("wal-0{15}3-.* none +10 +no header +-");
    }

    @Test
    void verifyOfWholeLogsIsALineEachAndZero() throws IOException {
        writeTwoLogs();

        CommandRunner verify = acequia("wal", "verify", dir.toString());

        assertThat(verify.exitCode()).isZero();
        assertThat(verify.err()).isEmpty();
        assertThat(verify.out().lines().toList())
                .satisfiesExactly(
                        journal -> assertThat(journal).startsWith("journal: ok, 1 segment, records 1-2, "),
                        lines -> assertThat(lines).startsWith("received/lines: ok, 2 segments, records 1-5, "));
    }

    @Test
    void aTornTailIsToldAndIsNoError() throws IOException {
        writeTwoLogs();
        Path last = WrittenLog.segments(dir.resolve("received/lines")).get(1);
        Files.write(last, new byte[] {0, 0, 0, 9, 1, 2, 3}, StandardOpenOption.APPEND);

        CommandRunner verify = acequia("wal", "verify", dir.toString());

        assertThat(verify.exitCode()).isZero();
        assertThat(verify.out()).contains("then 7 bytes that count for nothing");
    }

    @Test
    void verifyOfADamagedLogSaysWhereAndExitsWithThreeAfterTheOthers() throws IOException {
        writeTwoLogs();
        WrittenLog.flip(WrittenLog.segments(dir.resolve("journal")).get(0), 90);

        CommandRunner verify = acequia("wal", "verify", dir.toString());

        assertThat(verify.exitCode()).isEqualTo(3);
        assertThat(verify.out()).contains("journal: DAMAGED").contains("received/lines: ok");
        assertThat(verify.err())
                .contains("ACQ-0578 journal/wal-0000000000000001-00000001.log at byte ")
                .contains("look at the disk, or move the folder aside");
    }

    @Test
    void aMissingSegmentIsDamage() throws IOException {
        try (WrittenLog log = new WrittenLog(dir, "received/lines")) {
            for (int i = 0; i < 20; i++) {
                log.text(9, "a payload of some length, so that segments roll " + i);
            }
        }
        Files.delete(WrittenLog.segments(dir.resolve("received/lines")).get(1));

        CommandRunner verify = acequia("wal", "verify", dir.toString());

        assertThat(verify.exitCode()).isEqualTo(3);
        assertThat(verify.err()).contains("ACQ-0576");
    }

    @Test
    void catShowsTypesPositionsAndTheFirstRecords() throws IOException {
        writeTwoLogs();

        CommandRunner cat = acequia("wal", "cat", dir.toString());

        assertThat(cat.exitCode()).isZero();
        assertThat(cat.out())
                .contains("journal:\n  1  PREAMBLE  13 bytes\n      not shown: ACQ-1111")
                .contains("\n  2  type 7  5 bytes\n")
                .contains("received/lines:\n  1  PREAMBLE")
                .containsPattern("  2  BLOCK  \\d+ bytes\n      2 records, s 0\\.\\.2\n      \\| one\n      \\| two\n")
                .contains("  3  RELEASED below 2  8 bytes")
                .contains(
                        "      4 records, s 2..6\n      | 1\n      | (a,2)\n      | end \\u001b[2J\\n\n      | … 1 more");
    }

    @Test
    void catGoesFromANumberOverAtMostSoMany() throws IOException {
        writeTwoLogs();

        CommandRunner cat = acequia("wal", "cat", dir.toString(), "--log", "lines", "--from", "2", "--limit", "2");

        assertThat(cat.exitCode()).isZero();
        assertThat(cat.out())
                .doesNotContain("journal")
                .doesNotContain("  1  ")
                .contains("  2  BLOCK")
                .contains("  3  RELEASED")
                .doesNotContain("  4  ")
                .contains("(there may be more: --from 4)");
    }

    @Test
    void catNamesTheClassThatItDoesNotHave() throws IOException {
        try (WrittenLog log = new WrittenLog(dir, "received/mine")) {
            log.blockOfGoneClasses(0, new Mine("a"), new Mine("b"));
        }

        CommandRunner cat = acequia("wal", "cat", dir.toString());

        assertThat(cat.exitCode()).isZero();
        assertThat(cat.out())
                .contains("2 records, s 0..2")
                .contains("not shown: ACQ-0542")
                .contains("WalCommandTest$Gone is not found");
    }

    @Test
    void catOfADamagedLogShowsWhatIsRightAndExitsWithThree() throws IOException {
        writeTwoLogs();
        Path last = WrittenLog.segments(dir.resolve("received/lines")).get(0);
        WrittenLog.flip(last, (int) Files.size(last) - 30);

        CommandRunner cat = acequia("wal", "cat", dir.toString(), "--log", "received/lines");

        assertThat(cat.exitCode()).isEqualTo(3);
        assertThat(cat.out()).contains("  1  PREAMBLE").contains("  2  BLOCK").doesNotContain("  4  ");
        assertThat(cat.out().split("PREAMBLE", -1))
                .as("shown once although looked at twice")
                .hasSize(2);
        assertThat(cat.err()).contains("ACQ-0578").contains("docs/errors.md").doesNotContain("--stacktrace");
    }

    @Test
    void theFolderOfOneLogIsAsGoodAsItsDirectory() throws IOException {
        writeTwoLogs();

        CommandRunner ls = acequia("wal", "ls", dir.resolve("received/lines").toString());
        CommandRunner journal = acequia("wal", "cat", dir.resolve("journal").toString());

        assertThat(ls.out()).contains("\nlines  wal-");
        assertThat(journal.out()).contains("journal:").contains("type 7");
    }

    @Test
    void nothingIsWrittenAndTheWriterMayGoOn() throws IOException {
        try (WrittenLog log = new WrittenLog(dir, "received/lines")) {
            log.block(0, "one", "two");
            Map<Path, FileTime> before = everything();

            for (String command : new String[] {"ls", "verify", "cat"}) {
                CommandRunner run = acequia("wal", command, dir.toString());
                assertThat(run.exitCode()).isZero();
                assertThat(run.err()).isEmpty();
            }

            assertThat(everything()).isEqualTo(before);
            log.block(2, "three");
        }
        assertThat(acequia("wal", "verify", dir.toString()).out()).contains("received/lines: ok");
    }

    @Test
    void linksAreNotFollowedOutOfTheDirectory() throws IOException {
        try (WrittenLog log = new WrittenLog(dir.resolve("outside"), "secret")) {
            log.block(0, "one");
        }
        Path inside = Files.createDirectory(dir.resolve("inside"));
        Files.createSymbolicLink(inside.resolve("link"), dir.resolve("outside"));

        CommandRunner ls = acequia("wal", "ls", inside.toString());

        assertThat(ls.exitCode()).isEqualTo(2);
        assertThat(ls.err()).contains("ACQ-2211 there is no log in");
    }

    @Test
    void whatIsNotThereIsRefused() throws IOException {
        writeTwoLogs();

        assertThat(acequia("wal", "ls", dir.resolve("none").toString()))
                .satisfies(run -> assertThat(run.exitCode()).isEqualTo(2))
                .satisfies(run -> assertThat(run.err()).contains("ACQ-2210"));
        assertThat(acequia("wal", "cat", dir.toString(), "--log", "../journal"))
                .satisfies(run -> assertThat(run.exitCode()).isEqualTo(2))
                .satisfies(run -> assertThat(run.err())
                        .contains("ACQ-2212 there is no log '../journal'")
                        .contains("there are journal, received/lines"));
        assertThat(acequia("wal", "cat", dir.toString(), "--limit", "0"))
                .satisfies(run -> assertThat(run.exitCode()).isEqualTo(2))
                .satisfies(run -> assertThat(run.err()).contains("ACQ-2213"));
        assertThat(acequia("wal").err()).contains("say what to do");
    }

    private Map<Path, FileTime> everything() throws IOException {
        Map<Path, FileTime> times = new TreeMap<>();
        try (Stream<Path> all = Files.walk(dir)) {
            for (Path path : all.toList()) {
                times.put(path, Files.getLastModifiedTime(path));
            }
        }
        return times;
    }

    /** A finished journal, and the log of a source that was killed in its second segment. */
    private void writeTwoLogs() throws IOException {
        try (WrittenLog journal = new WrittenLog(dir, "journal")) {
            journal.text(7, "batch");
        }
        WrittenLog lines = new WrittenLog(dir, "received/lines");
        lines.block(0, "one", "two")
                .record(2, ByteBuffer.allocate(Long.BYTES).putLong(2).array())
                .block(2, 1, Tuple2.of("a", 2), "end \u001b[2J\n", "more")
                .abandon();
    }
}
