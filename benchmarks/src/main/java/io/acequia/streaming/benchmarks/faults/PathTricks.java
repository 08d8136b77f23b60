/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import io.acequia.streaming.BatchSink;
import io.acequia.streaming.DeadLetter;
import io.acequia.streaming.DeadLetterSink;
import io.acequia.streaming.Output;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.internal.checkpoint.CheckpointRefusedException;
import io.acequia.streaming.internal.checkpoint.Checkpoints;
import io.acequia.streaming.internal.checkpoint.Journal;
import io.acequia.streaming.internal.checkpoint.Manifest;
import io.acequia.streaming.internal.checkpoint.Manifest.Owner;
import io.acequia.streaming.internal.checkpoint.Manifest.Piece;
import io.acequia.streaming.internal.checkpoint.Part;
import io.acequia.streaming.internal.schedule.JobDirectory;
import io.acequia.streaming.internal.store.LocalDisk;
import io.acequia.streaming.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * F47: names that lead out of where they belong, given to the disk, written into manifests whose checksums are right, and used as
 * uids, by which the logs of sources and the files of dead letters are called.
 */
final class PathTricks {
    private static final List<String> NAMES = List.of(
            "../secret",
            "../../secret",
            "a/../../secret",
            "a/../secret",
            "./secret",
            "a/./b",
            "/secret",
            "//secret",
            "a//b",
            "a/",
            "..",
            ".",
            "",
            "a\0b",
            "a/b\0.part",
            "..\\secret",
            "a\\..\\..\\secret",
            "C:\\secret",
            "\\\\host\\share",
            "x".repeat(300),
            "../".repeat(50) + "etc/passwd");

    private PathTricks() {}

    static Figures run(Path written) throws Exception {
        Path above = Folders.fresh("paths");
        Files.writeString(above.resolve("secret"), "secret");
        Path directory = Files.createDirectory(above.resolve("job"));
        Folders.copy(written, directory);
        int n = 0;
        int escaped = 0;
        try (LocalDisk disk = LocalDisk.at(directory)) {
            for (String name : NAMES) {
                n++;
                escaped += isServed(disk, name) ? 1 : 0;
            }
            Checkpoints checkpoints = new Checkpoints(disk, DamagedCheckpoints.job(directory));
            Manifest real = checkpoints.newest(Journal.Reach.CHECKPOINT).orElseThrow();
            for (String name : NAMES) {
                for (String prefix : List.of("", real.name() + "/")) {
                    n++;
                    escaped += isTaken(checkpoints, naming(real, prefix + name)) ? 1 : 0;
                }
            }
            n++;
            Path part = directory
                    .resolve(Checkpoints.FOLDER)
                    .resolve(real.parts().toList().get(0).file());
            checkpoints.commit(real);
            Files.delete(part);
            Files.createSymbolicLink(part, above.resolve("secret"));
            escaped += checkpoints
                            .newest(Journal.Reach.CHECKPOINT)
                            .orElseThrow()
                            .name()
                            .equals(real.name())
                    ? 1
                    : 0;
            for (String uid : NAMES) {
                n++;
                escaped += isALogElsewhere(disk, directory, uid) ? 1 : 0;
            }
        }
        Path letters = Files.createDirectory(above.resolve("letters"));
        for (String uid : NAMES) {
            n++;
            escaped += isALetterElsewhere(letters, uid) ? 1 : 0;
        }
        boolean untouched = Files.readString(above.resolve("secret")).equals("secret")
                && Folders.files(above).size() == 3;
        Folders.delete(above);
        return new Figures("F47 tricks with paths")
                .count("n", n)
                .must("escaped", escaped, 0)
                .must("wrong", untouched ? 0 : 1, 0);
    }

    private static boolean isServed(Storage disk, String name) {
        boolean served = false;
        for (Call call : List.<Call>of(
                each -> disk.read(each, 0, 1),
                each -> disk.create(each).close(),
                each -> disk.commit("job", each),
                each -> disk.force(each),
                each -> {
                    if (!disk.delete(each)) {
                        throw new IOException("none");
                    }
                })) {
            try {
                call.with(name);
                served = true;
            } catch (IOException | RuntimeException e) {
                // as it must be
            }
        }
        return served;
    }

    private static boolean isALogElsewhere(LocalDisk disk, Path directory, String uid) throws IOException {
        Path received = directory.resolve(JobDirectory.RECEIVED);
        int before = Folders.files(received).size();
        try {
            disk.create(JobDirectory.receivedFrom(uid) + "/log").close();
        } catch (IllegalArgumentException e) {
            return !uid.isEmpty();
        }
        return Folders.files(received).size() != before + 1;
    }

    private static boolean isALetterElsewhere(Path letters, String uid) throws IOException {
        int before = Folders.files(letters).size();
        Output.Key key = new Output.Key(new Time(1000), uid, 0);
        try (BatchSink.Writer<DeadLetter> writer =
                DeadLetterSink.toFiles(letters.toString()).open(key)) {
            writer.write(new DeadLetter(uid, "", new Time(1000), new byte[0], "", ""));
            writer.commit();
        } catch (Exception e) {
            throw new IOException("dead letters of the output '" + uid + "' cannot be written", e);
        }
        return Folders.files(letters).size() != before + 1;
    }

    @FunctionalInterface
    private interface Call {
        void with(String name) throws IOException;
    }

    private static Manifest naming(Manifest real, String file) {
        Part part = new Part(file, 6, sumOfSecret(), List.of(6L));
        Owner first = real.owners().get(0);
        Owner owner = new Owner(
                first.uid(),
                first.kind(),
                first.operation(),
                first.shape(),
                first.times(),
                List.of(new Piece(first.times(), true, List.of(part))));
        return new Manifest(
                real.job(),
                real.name(),
                real.time(),
                real.beginning(),
                real.base(),
                real.increments(),
                real.journal(),
                real.app(),
                real.positions(),
                List.of(owner),
                real.values());
    }

    private static int sumOfSecret() {
        java.util.zip.CRC32C sum = new java.util.zip.CRC32C();
        sum.update(ByteBuffer.wrap("secret".getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        return (int) sum.getValue();
    }

    private static boolean isTaken(Checkpoints checkpoints, Manifest manifest) throws IOException {
        try {
            checkpoints.commit(manifest);
        } catch (CheckpointRefusedException e) {
            // it is there all the same, and must not be taken
        }
        return checkpoints.newest(Journal.Reach.CHECKPOINT).orElseThrow().name().equals(manifest.name());
    }
}
