/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.benchmarks.faults.SmallJob.Outcome;
import io.acequia.streaming.internal.checkpoint.Manifest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Hostile bytes and directories in small; and the directories that earlier versions wrote. */
@Timeout(300)
class HostileRigTest {
    @TempDir
    Path directory;

    private static Path fixture(String name) throws URISyntaxException {
        return Path.of(Objects.requireNonNull(HostileRigTest.class.getResource("/fixtures/" + name))
                .toURI());
    }

    private void change(String file, Change change) throws IOException {
        for (String name : DamagedCheckpoints.files(directory, "checkpoints")) {
            if (name.endsWith(file)) {
                Path path = directory.resolve(name);
                Files.write(
                        path,
                        change.of(ByteBuffer.wrap(Files.readAllBytes(path))).array());
            }
        }
    }

    @FunctionalInterface
    private interface Change {
        ByteBuffer of(ByteBuffer bytes);
    }

    @Test
    void theDirectoryOfEachFormatIsRestored() throws Exception {
        Folders.copy(fixture("checkpoint-1"), directory);

        Outcome outcome = SmallJob.run(directory, HostileRig.FIXTURE, 2);

        assertThat(outcome.refusal()).isEmpty();
        assertThat(outcome.wrong()).isFalse();
    }

    @Test
    void aFormatOneHigherIsRefusedWithItsNumber() throws Exception {
        Folders.copy(fixture("checkpoint-1"), directory);
        Files.walk(directory.resolve("journal")).filter(Files::isRegularFile).forEach(file -> file.toFile()
                .delete());
        change(Manifest.FILE, bytes -> {
            bytes.putInt(4, 2);
            CRC32C sum = new CRC32C();
            sum.update(bytes.array(), 4, 8);
            sum.update(bytes.array(), 16, bytes.limit() - 16);
            return bytes.putInt(12, (int) sum.getValue());
        });

        Outcome outcome = SmallJob.run(directory, HostileRig.FIXTURE, 1);

        assertThat(outcome.refusal().orElseThrow())
                .contains("ACQ-1109 ", "its format is 2, and this version knows up to 1");
    }

    @Test
    void classesThatDoSomethingAreNotMade() throws Exception {
        assertThat(GadgetRig.run().survived()).isTrue();
    }

    @Test
    void namesDoNotLeadOut() throws Exception {
        SmallJob.run(directory, 0, 3);
        assertThat(PathTricks.run(directory).survived()).isTrue();
    }

    @Test
    void damagedDirectoriesAreTakenOrRefused() throws Exception {
        SmallJob.run(directory, 0, 3);
        Path early = Folders.copy(directory);
        assertThat(SmallJob.run(directory, 3, 5).wrong()).isFalse();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream printed = new PrintStream(out, true, StandardCharsets.UTF_8);

        assertThat(DamagedDirectories.run(directory, early, new Verdict("hostile", 7, printed, printed))
                        .survived())
                .as(out.toString(StandardCharsets.UTF_8))
                .isTrue();
    }

    @Test
    void mutationsChangeBytesAndAreRepeatable() {
        byte[] whole = "some bytes of a decoder, long enough".getBytes(StandardCharsets.UTF_8);
        Random random = new Random(3);
        List<byte[]> first =
                random.ints(100).mapToObj(i -> Mutation.of(whole, random)).toList();
        Random again = new Random(3);
        List<byte[]> second =
                again.ints(100).mapToObj(i -> Mutation.of(whole, again)).toList();

        assertThat(first).usingRecursiveComparison().isEqualTo(second);
        assertThat(first)
                .filteredOn(mutant -> !java.util.Arrays.equals(mutant, whole))
                .hasSizeGreaterThan(90);
        assertThat(new String(whole, StandardCharsets.UTF_8)).startsWith("some bytes");
    }
}
