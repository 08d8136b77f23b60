/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import static io.acequia.streaming.cli.CommandRunner.acequia;
import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.internal.checkpoint.Checkpoints;
import io.acequia.streaming.internal.store.LocalDisk;
import io.acequia.streaming.internal.store.StatusFile;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Directories of jobs that ran, whole and damaged, as the commands show and judge them. */
@Timeout(120)
class CheckpointCommandTest {
    private static final String OLD = "cp-1767225602000-00000001";
    private static final String NEW = "cp-1767225604000-00000001";

    @TempDir
    Path dir;

    private void runFive() throws Exception {
        try (WrittenJob job = WrittenJob.start(dir)) {
            job.run(5);
        }
    }

    private CommandRunner checkpoint(String command, String... more) {
        List<String> line = new ArrayList<>(List.of("checkpoint", command, dir.toString()));
        line.addAll(List.of(more));
        return acequia(line.toArray(String[]::new));
    }

    private Path part(String name, String prefix) throws IOException {
        try (Stream<Path> files = Files.list(dir.resolve("checkpoints").resolve(name))) {
            return files.filter(file -> file.getFileName().toString().startsWith(prefix))
                    .sorted()
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Test
    void lsHasALineForEachCheckpointTheNewestFirst() throws Exception {
        runFive();

        CommandRunner ls = checkpoint("ls");

        assertThat(ls.exitCode()).isZero();
        assertThat(ls.err()).isEmpty();
        assertThat(ls.out().lines().toList())
                .satisfiesExactly(
                        head -> assertThat(head).startsWith("CHECKPOINT ").endsWith("  STATE"),
                        second -> assertThat(second)
                                .matches(
                                        NEW
                                                + "  1767225604000 2026-01-01T00:00:04Z  base +(\\d+) +\\1 +2 +1 \\(1 done\\) +readable"),
                        first -> assertThat(first)
                                .matches(
                                        OLD
                                                + "  1767225602000 2026-01-01T00:00:02Z  base +(\\d+) +\\1 +2 +3 \\(3 done\\) +readable"));
    }

    @Test
    void lsAlsoListsWhatIsDamagedPutAsideAndUnfinished() throws Exception {
        runFive();
        WrittenLog.flip(dir.resolve("checkpoints").resolve(NEW).resolve("MANIFEST"), 40);
        Path old = dir.resolve("checkpoints").resolve(OLD);
        Files.move(old.resolve("MANIFEST"), old.resolve("MANIFEST.bad"));
        Files.createFile(old.resolve("restoring.0"));
        Files.createFile(old.resolve("restoring.1"));
        Files.createDirectories(dir.resolve("checkpoints/cp-1767225606000-00000001"));
        WrittenLog.flip(WrittenLog.segments(dir.resolve("journal")).get(0), 90);

        CommandRunner ls = checkpoint("ls");

        assertThat(ls.exitCode()).isZero();
        assertThat(ls.out())
                .containsPattern("cp-1767225606000-00000001 .* - +unfinished: ")
                .containsPattern(
                        NEW + " .* - +damaged: ACQ-1108 checkpoints/" + NEW + "/MANIFEST at byte 0: its checksum")
                .containsPattern(OLD + " .* base .* put aside: 2 processes");
        assertThat(ls.err()).contains("the journal is damaged: ACQ-0578");
    }

    @Test
    void lsOfAJobWithoutACheckpointTellsWhatTheJournalHas() throws Exception {
        try (WrittenJob job = WrittenJob.start(dir)) {
            job.run(1);
        }

        assertThat(checkpoint("ls").out()).isEqualTo("no checkpoint yet; the journal has 1 (1 done)\n");
        assertThat(checkpoint("inspect"))
                .satisfies(run -> assertThat(run.exitCode()).isEqualTo(2))
                .satisfies(run -> assertThat(run.err()).contains("ACQ-2263"));
        assertThat(checkpoint("verify"))
                .satisfies(run -> assertThat(run.exitCode()).isZero())
                .satisfies(run -> assertThat(run.out())
                        .contains("a start takes no checkpoint, since there has been none, and runs these batches after"
                                + " it again: 1 (1 done)"));
    }

    @Test
    void inspectTellsWhatTheNewestCheckpointHolds() throws Exception {
        runFive();

        CommandRunner inspect = checkpoint("inspect");

        assertThat(inspect.exitCode()).isZero();
        assertThat(inspect.err()).isEmpty();
        assertThat(inspect.out())
                .contains("checkpoint " + NEW)
                .contains("batch    2026-01-01T00:00:04Z (1767225604000)")
                .contains("began    2026-01-01T00:00:00Z, interval 1s, parallelism 2")
                .contains("source   'directStream(numbers)' stands at 4")
                .contains("state    'counts' of ")
                .contains("shape  updateStateByKey", "after  2026-01-01T00:00:04Z", "holds  5 keys")
                .contains("batches  'directStream(numbers).mapToPair#records'", "holds  2, 3, 4, 5 records")
                .contains("sum      seen = 14");
        assertThat(checkpoint("inspect", OLD).out())
                .contains("checkpoint " + OLD, "base, ", "holds  3 keys", "seen = 5");
    }

    @Test
    void inspectShowsKeysStatesAndRecords() throws Exception {
        runFive();

        assertThat(checkpoint("inspect", "--state", "counts", "--key", "w2").out())
                .isEqualTo("KEY  DUE  STATE\nw2   -    3\n");
        assertThat(checkpoint("inspect", "--state", "counts", "--limit", "2").out())
                .hasLineCount(4)
                .contains("… 3 more: --limit");
        assertThat(checkpoint("inspect", "--state", "counts", "--key", "nobody").out())
                .isEqualTo("no key 'nobody'\n");
        assertThat(checkpoint("inspect", OLD, "--batches", "directStream(numbers).mapToPair#records", "--limit", "2")
                        .out())
                .contains("batch 2026-01-01T00:00:01Z (1767225601000):\n  | (w0,1)\n  | (w1,1)\nbatch")
                .contains("  | … 1 more");
    }

    @Test
    void aClassThatIsNotHereIsNamedAndComesWithItsJar() throws Exception {
        Path classes = compiled("package mine; public record Total(int times) {}");
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {classes.toUri().toURL()}, before)) {
            Constructor<?> total = loader.loadClass("mine.Total").getConstructor(int.class);
            Thread.currentThread().setContextClassLoader(loader);
            WrittenJob.stateOf = n -> {
                try {
                    return total.newInstance(n);
                } catch (ReflectiveOperationException e) {
                    throw new IllegalStateException(e);
                }
            };
            runFive();
        } finally {
            Thread.currentThread().setContextClassLoader(before);
            WrittenJob.stateOf = n -> n;
        }

        assertThat(checkpoint("inspect").out())
                .contains("holds  not counted: ACQ-0542")
                .contains("mine.Total is not found");
        assertThat(checkpoint("inspect", "--state", "counts").out()).startsWith("not shown: ACQ-0542");
        assertThat(checkpoint("inspect", "--state", "counts", "--key", "w4", "--classpath", classes.toString())
                        .out())
                .contains("w4   -    Total[times=1]");
        assertThat(checkpoint("verify"))
                .satisfies(run -> assertThat(run.exitCode()).isZero())
                .satisfies(run -> assertThat(run.out()).contains("not decoded: ACQ-0542"));
        assertThat(checkpoint("verify", "--classpath", classes.toString()).out())
                .doesNotContain("not decoded");
        assertThat(checkpoint("diff", OLD, NEW).out()).contains("'counts': not compared: ACQ-0542");
    }

    private Path compiled(String source) throws IOException {
        Path folder = Files.createDirectories(dir.resolveSibling(dir.getFileName() + "-classes"));
        Path file = Files.writeString(folder.resolve("Total.java"), source);
        assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, "-d", folder.toString(), file.toString()))
                .isZero();
        return folder;
    }

    @Test
    void verifyOfAWholeDirectorySaysWhatAStartWouldDo() throws Exception {
        runFive();

        CommandRunner verify = checkpoint("verify");

        assertThat(verify.exitCode()).isZero();
        assertThat(verify.err()).isEmpty();
        assertThat(verify.out().lines().toList())
                .satisfiesExactly(
                        second -> assertThat(second).startsWith(NEW + ": ok, base, 2 owners, 3 parts"),
                        first -> assertThat(first).startsWith(OLD + ": ok, base, 2 owners, "),
                        journal -> assertThat(journal).matches("journal: ok, \\d+ records"),
                        start -> assertThat(start)
                                .isEqualTo(
                                        "a start takes " + NEW + " and runs these batches after it again: 1 (1 done)"),
                        needs -> assertThat(needs)
                                .isEqualTo("  the program must have batch interval 1s, parallelism 2, and a place for"
                                        + " 'counts', 'directStream(numbers)',"
                                        + " 'directStream(numbers).mapToPair#records'"));
    }

    @Test
    void aDamagedPartIsToldAndTheOlderCheckpointIsTaken() throws Exception {
        runFive();
        WrittenLog.flip(part(NEW, "state-"), 20);

        CommandRunner verify = checkpoint("verify");

        assertThat(verify.exitCode()).isEqualTo(3);
        assertThat(verify.out())
                .contains(
                        NEW + ": DAMAGED",
                        OLD + ": ok",
                        "a start takes " + OLD + " and runs these batches after it again: 3 (3 done)");
        assertThat(verify.err())
                .contains("ACQ-1103 checkpoints/" + NEW + "/state-0-00000.part: its checksum is not the one")
                .contains("what to do: a start takes an older checkpoint");
        assertThat(checkpoint("verify", OLD).exitCode()).isZero();
    }

    @Test
    void aStartWouldBeRefusedWhenNoCheckpointIsWhole() throws Exception {
        runFive();
        Files.delete(part(OLD, "state-"));
        Files.delete(part(NEW, "state-"));

        CommandRunner verify = checkpoint("verify");

        assertThat(verify.exitCode()).isEqualTo(3);
        assertThat(verify.out()).contains(NEW + ": DAMAGED", OLD + ": DAMAGED", "a start would be refused");
        assertThat(verify.err()).contains("ACQ-1102", "ACQ-2273");
    }

    @Test
    void aDamagedJournalWouldBeRefusedAndSoWouldOneThatIsTooOld() throws Exception {
        runFive();
        Path segment = WrittenLog.segments(dir.resolve("journal")).get(0);
        byte[] whole = Files.readAllBytes(segment);
        WrittenLog.flip(segment, 100);
        CommandRunner damaged = checkpoint("verify");
        Files.write(segment, Arrays.copyOf(whole, 400));
        CommandRunner old = checkpoint("verify");

        assertThat(damaged.exitCode()).isEqualTo(3);
        assertThat(damaged.out()).contains("journal: DAMAGED");
        assertThat(damaged.err()).contains("ACQ-0578");
        assertThat(old.exitCode()).isEqualTo(3);
        assertThat(old.err()).contains("ACQ-2274 the journal has ");
    }

    @Test
    void aManifestThatNamesAFileElsewhereIsDamage() throws Exception {
        runFive();
        Path secret = Files.write(dir.resolve("secret.part"), Files.readAllBytes(part(NEW, "state-")));
        rewriteManifest(NEW, NEW + "/state-0-00000.part", "../" + secret.getFileName());

        CommandRunner verify = checkpoint("verify");

        assertThat(verify.exitCode()).isEqualTo(3);
        assertThat(verify.err()).contains("ACQ-1117").contains("'../secret.part'");
    }

    @Test
    void sectionsThatDoNotFitTheManifestAreDamage() throws Exception {
        runFive();
        rewriteManifest(OLD, "BATCHES", "STATE");

        CommandRunner verify = checkpoint("verify", OLD);

        assertThat(verify.exitCode()).isEqualTo(3);
        assertThat(verify.err()).contains("ACQ-2270").contains("its sections are not those of the manifest");
    }

    @Test
    void recordsThatCannotBeDecodedAreDamageAlthoughTheirChecksumsAreRight() throws Exception {
        runFive();
        Path part = part(NEW, "state-");
        byte[] bytes = Files.readAllBytes(part);
        ByteBuffer file = ByteBuffer.wrap(bytes);
        int length = file.getInt(8);
        Arrays.fill(bytes, 16, 16 + length, (byte) 0x7f);
        CRC32C sum = new CRC32C();
        sum.update(bytes, 16, length);
        file.putInt(12, (int) sum.getValue());
        CRC32C before = new CRC32C();
        before.update(Files.readAllBytes(part));
        CRC32C after = new CRC32C();
        after.update(bytes);
        Files.write(part, bytes);
        rewriteManifest(NEW, (int) before.getValue(), (int) after.getValue());

        CommandRunner verify = checkpoint("verify", NEW);

        assertThat(verify.exitCode()).isEqualTo(3);
        assertThat(verify.err()).contains("ACQ-2272 the records in " + NEW + "/state-0-00000.part");
    }

    private void rewriteManifest(String name, int was, int is) throws IOException {
        byte[] from = ByteBuffer.allocate(4).putInt(was).array();
        byte[] to = ByteBuffer.allocate(4).putInt(is).array();
        rewriteManifest(name, from, to, false);
    }

    private void rewriteManifest(String name, String was, String is) throws IOException {
        rewriteManifest(name, was.getBytes(StandardCharsets.UTF_8), is.getBytes(StandardCharsets.UTF_8), true);
    }

    /** Puts other bytes into a manifest, with their length before them, and makes its checksum right. */
    private void rewriteManifest(String name, byte[] was, byte[] is, boolean counted) throws IOException {
        Path file = dir.resolve("checkpoints").resolve(name).resolve("MANIFEST");
        byte[] all = Files.readAllBytes(file);
        String text = new String(all, 16, all.length - 16, StandardCharsets.ISO_8859_1);
        String from = field(was, counted);
        assertThat(text).contains(from);
        byte[] fields = text.replaceFirst(Pattern.quote(from), Matcher.quoteReplacement(field(is, counted)))
                .getBytes(StandardCharsets.ISO_8859_1);
        ByteBuffer made = ByteBuffer.allocate(16 + fields.length)
                .putInt(0x4143514D)
                .putInt(1)
                .putInt(fields.length)
                .putInt(0)
                .put(fields);
        CRC32C sum = new CRC32C();
        sum.update(made.array(), 4, 8);
        sum.update(fields);
        Files.write(file, made.putInt(12, (int) sum.getValue()).array());
    }

    private static String field(byte[] text, boolean counted) {
        ByteBuffer field = counted
                ? ByteBuffer.allocate(4 + text.length).putInt(text.length).put(text)
                : ByteBuffer.wrap(text);
        return new String(field.array(), StandardCharsets.ISO_8859_1);
    }

    @Test
    void diffTellsPositionsKeysAndSums() throws Exception {
        runFive();

        CommandRunner diff = checkpoint("diff", OLD, NEW, "--limit", "4");

        assertThat(diff.exitCode()).isZero();
        assertThat(diff.out())
                .contains("before: " + OLD, "after:  " + NEW)
                .contains("~ source 'directStream(numbers)': 2 -> 4")
                .contains("  state 'counts': 2 added, 0 removed, 3 changed, 0 the same")
                .containsPattern("    ~ w0: 2 -> 4\n")
                .contains(
                        "~ batches of 'directStream(numbers).mapToPair#records': 2 until 2026-01-01T00:00:02Z -> 4 until ")
                .contains("~ sum 'seen': 5 -> 14");
        assertThat(checkpoint("diff", NEW, OLD).out()).contains("0 added, 2 removed, 3 changed", "    - w4: 1");
        assertThat(checkpoint("diff", dir.toString()).out()).contains("0 added, 0 removed, 0 changed, 5 the same");
        rewriteManifest(NEW, "updateStateByKey", "somethingElse");
        rewriteManifest(NEW, "directStream(numbers)", "elsewhere");
        assertThat(checkpoint("diff", OLD, NEW).out())
                .contains("~ shape of 'counts': updateStateByKey -> somethingElse")
                .contains("- source 'directStream(numbers)': 2", "+ source 'elsewhere': 4");
    }

    @Test
    void nothingIsChangedAndTheJobMayGoOn() throws Exception {
        try (WrittenJob job = WrittenJob.start(dir)) {
            job.run(5);
            Map<Path, FileTime> before = everything();

            for (String command : new String[] {"ls", "inspect", "verify"}) {
                CommandRunner run = checkpoint(command);
                assertThat(run.exitCode()).isZero();
                assertThat(run.err()).isEmpty();
            }
            assertThat(checkpoint("diff", OLD, NEW).exitCode()).isZero();

            assertThat(everything()).isEqualTo(before);
            job.run(2);
        }
        assertThat(checkpoint("verify").exitCode()).isZero();
    }

    /** All but the status, which the job replaces whenever its listeners come to it. */
    private Map<Path, FileTime> everything() throws IOException {
        Map<Path, FileTime> times = new TreeMap<>();
        try (Stream<Path> top = Files.list(dir)) {
            for (Path entry : top.filter(e -> !e.getFileName().toString().startsWith(StatusFile.NAME))
                    .toList()) {
                try (Stream<Path> all = Files.walk(entry)) {
                    for (Path path : all.toList()) {
                        times.put(path, Files.getLastModifiedTime(path));
                    }
                }
            }
        }
        return times;
    }

    @ParameterizedTest
    @ValueSource(strings = {"ls", "inspect", "verify"})
    void aLinkInTheDirectoryIsRefused(String command) throws Exception {
        runFive();
        Files.createSymbolicLink(dir.resolve("checkpoints/link"), dir.resolveSibling("elsewhere"));

        CommandRunner run = checkpoint(command);

        assertThat(run.exitCode()).isEqualTo(3);
        assertThat(run.err()).contains("ACQ-2268").contains("links are not followed");
    }

    @Test
    void whatIsAskedInAWrongWayIsRefused() throws Exception {
        assertThat(acequia("checkpoint").err()).contains("say what to do");
        assertThat(acequia("checkpoint", "ls", dir.resolve("none").toString()).err())
                .contains("ACQ-2260");
        assertThat(checkpoint("ls").err()).contains("ACQ-2261 no job has run on");
        runFive();
        assertThat(refused("inspect", "cp-1-00000001")).contains("ACQ-2262", "there are " + NEW + ", " + OLD);
        assertThat(refused("verify", "../" + NEW)).contains("ACQ-2262");
        assertThat(refused("inspect", "--limit", "0")).contains("ACQ-2265");
        assertThat(refused("inspect", "--classpath", "none.jar")).contains("ACQ-2266");
        assertThat(refused("inspect", "--register", "mine.None")).contains("ACQ-2267");
        assertThat(refused("inspect", "--state", "nobody")).contains("ACQ-2271", "there are state 'counts'");
        assertThat(refused("diff", OLD, NEW, "--limit", "-1")).contains("ACQ-2280");
    }

    private String refused(String... line) {
        CommandRunner run = checkpoint(line[0], Arrays.copyOfRange(line, 1, line.length));
        assertThat(run.exitCode()).isEqualTo(2);
        return run.err();
    }

    @Test
    void anUnfinishedCheckpointHasNothingToShow() throws Exception {
        runFive();
        String name = Checkpoints.name(1767225606000L, 1);
        Files.createDirectories(dir.resolve("checkpoints").resolve(name));

        assertThat(checkpoint("inspect", name))
                .satisfies(run -> assertThat(run.exitCode()).isEqualTo(3))
                .satisfies(run -> assertThat(run.err()).contains("ACQ-2264"));
        assertThat(checkpoint("verify"))
                .satisfies(run -> assertThat(run.exitCode()).isZero())
                .satisfies(run -> assertThat(run.out()).contains(name + ": unfinished"));
    }

    @Test
    void aDamagedIdAndAnotherJobAreRefused() throws Exception {
        runFive();
        Files.writeString(dir.resolve("job"), UUID.randomUUID() + "\n");

        assertThat(checkpoint("verify"))
                .satisfies(run -> assertThat(run.exitCode()).isEqualTo(3))
                .satisfies(run -> assertThat(run.err()).contains("ACQ-1113", "ACQ-0573"));
        Files.writeString(dir.resolve("job"), "no id\n");
        assertThat(checkpoint("ls"))
                .satisfies(run -> assertThat(run.exitCode()).isEqualTo(3))
                .satisfies(run -> assertThat(run.err()).contains("ACQ-1031"));
        try (LocalDisk disk = LocalDisk.at(dir)) {
            assertThat(disk.isLocked("lock")).isFalse();
        }
    }
}
