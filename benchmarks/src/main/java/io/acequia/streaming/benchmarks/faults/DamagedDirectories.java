/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import io.acequia.streaming.benchmarks.faults.SmallJob.Outcome;
import io.acequia.streaming.internal.checkpoint.Checkpoints;
import io.acequia.streaming.internal.checkpoint.Manifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** F23: checkpoint directories as crashes, copies and people leave them. Each has one right choice: to go on, or to refuse with a reason. */
final class DamagedDirectories {
    private static final String GOES_ON = "";

    private final Path early;
    private final Map<String, Shape> shapes = new LinkedHashMap<>();

    private record Shape(String refusal, Change change) {}

    @FunctionalInterface
    private interface Change {
        /** @param newest the folder of the newest checkpoint */
        void in(Path directory, Path newest) throws Exception;
    }

    private DamagedDirectories(Path early) {
        this.early = early;
        files();
        folders();
        copies();
    }

    private void goesOn(String name, Change change) {
        shapes.put(name, new Shape(GOES_ON, change));
    }

    private void refuses(String name, String reason, Change change) {
        shapes.put(name, new Shape(reason, change));
    }

    private static Path manifest(Path checkpoint) {
        return checkpoint.resolve(Manifest.FILE);
    }

    private static List<Path> parts(Path checkpoint) throws IOException {
        return Folders.files(checkpoint).stream()
                .filter(file -> file.toString().endsWith(".part"))
                .toList();
    }

    private static void cut(Path file, long length) throws IOException {
        Files.write(file, Arrays.copyOf(Files.readAllBytes(file), (int) length));
    }

    private static void swap(Path one, Path other) throws IOException {
        byte[] bytes = Files.readAllBytes(one);
        Files.write(one, Files.readAllBytes(other));
        Files.write(other, bytes);
    }

    private static List<Path> checkpoints(Path directory) throws IOException {
        return Folders.files(directory.resolve(Checkpoints.FOLDER)).stream()
                .filter(folder -> Files.exists(manifest(folder)))
                .sorted(Comparator.comparing(
                        folder -> Long.parseLong(folder.getFileName().toString().split("-", -1)[1])))
                .toList();
    }

    private void files() {
        goesOn("as it was", (directory, newest) -> {});
        goesOn("empty manifest", (directory, newest) -> cut(manifest(newest), 0));
        goesOn("half a manifest", (directory, newest) -> cut(manifest(newest), Files.size(manifest(newest)) / 2));
        goesOn(
                "longer manifest",
                (directory, newest) -> Files.write(manifest(newest), new byte[3], StandardOpenOption.APPEND));
        goesOn("no manifest", (directory, newest) -> Files.delete(manifest(newest)));
        goesOn(
                "manifest not renamed yet",
                (directory, newest) -> Files.move(manifest(newest), newest.resolve("MANIFEST.tmp")));
        goesOn(
                "manifest of an attempt before left",
                (directory, newest) -> Files.write(newest.resolve("MANIFEST.tmp"), new byte[7]));
        goesOn("empty part", (directory, newest) -> cut(parts(newest).get(0), 0));
        goesOn("part cut by a byte", (directory, newest) -> {
            Path part = parts(newest).get(0);
            cut(part, Files.size(part) - 1);
        });
        goesOn("missing part", (directory, newest) -> Files.delete(parts(newest).get(1)));
        goesOn("all parts missing", (directory, newest) -> {
            for (Path part : parts(newest)) {
                Files.delete(part);
            }
        });
        goesOn(
                "longer part",
                (directory, newest) -> Files.write(parts(newest).get(0), new byte[100], StandardOpenOption.APPEND));
        goesOn(
                "swapped parts",
                (directory, newest) -> swap(parts(newest).get(0), parts(newest).get(1)));
        goesOn("extra files", (directory, newest) -> {
            Files.write(newest.resolve("notes.txt"), new byte[5]);
            Files.write(newest.resolve("state-0-99999.part"), new byte[5]);
            Files.write(directory.resolve("notes.txt"), new byte[5]);
        });
        goesOn("part is a folder", (directory, newest) -> {
            Path part = parts(newest).get(0);
            Files.delete(part);
            Files.createDirectory(part);
        });
        goesOn("manifest is a folder", (directory, newest) -> {
            Files.delete(manifest(newest));
            Files.createDirectory(manifest(newest));
        });
    }

    private void folders() {
        goesOn("newest missing", (directory, newest) -> Folders.delete(newest));
        goesOn("newest empty", (directory, newest) -> {
            Folders.delete(newest);
            Files.createDirectory(newest);
        });
        goesOn(
                "newest renamed into the future",
                (directory, newest) -> Files.move(newest, newest.resolveSibling("cp-9999999999999-00000001")));
        goesOn(
                "copy of the newest in the future",
                (directory, newest) -> Folders.copy(newest, newest.resolveSibling("cp-9999999999999-00000001")));
        goesOn("names that no number holds", (directory, newest) -> {
            Files.createDirectories(newest.resolveSibling("cp-99999999999999999999999-00000001"));
            Files.copy(
                    manifest(newest),
                    newest.resolveSibling("cp-99999999999999999999999-00000001").resolve(Manifest.FILE));
            Files.createDirectories(newest.resolveSibling("cp-9999999999999999999-00000001"));
            Files.copy(
                    manifest(newest),
                    newest.resolveSibling("cp-9999999999999999999-00000001").resolve(Manifest.FILE));
        });
        goesOn(
                "file named like a checkpoint",
                (directory, newest) -> Files.write(newest.resolveSibling("cp-9999999999999-00000002"), new byte[5]));
        goesOn(
                "folder inside of a checkpoint",
                (directory, newest) -> Folders.copy(newest, newest.resolve("cp-9999999999999-00000003")));
        goesOn("swapped manifests", (directory, newest) -> {
            List<Path> all = checkpoints(directory);
            swap(manifest(all.get(all.size() - 1)), manifest(all.get(all.size() - 2)));
        });
        goesOn("two deaths in the newest", (directory, newest) -> {
            Files.createFile(newest.resolve("restoring.0"));
            Files.createFile(newest.resolve("restoring.1"));
        });
        refuses(
                "no checkpoints",
                "no checkpoint is left that can be trusted",
                (directory, newest) -> Folders.delete(directory.resolve(Checkpoints.FOLDER)));
        refuses(
                "no journal",
                "is older than the checkpoint",
                (directory, newest) -> Folders.delete(directory.resolve("journal")));
        refuses(
                "journal without its first segment",
                "ACQ-",
                (directory, newest) ->
                        Files.write(Folders.files(directory.resolve("journal")).get(0), new byte[0]));
        refuses("no id", "ACQ-", (directory, newest) -> Files.delete(directory.resolve("job")));
        refuses(
                "damaged id",
                "where the id of the job should be",
                (directory, newest) -> Files.write(directory.resolve("job"), new byte[9]));
    }

    private void copies() {
        goesOn("newest of another job", (directory, newest) -> {
            Path other = Folders.fresh("other");
            SmallJob.run(other, 0, 3);
            Path theirs = checkpoints(other).get(0);
            Folders.copy(theirs, newest.resolveSibling("cp-9999999999999-00000001"));
            Files.copy(manifest(theirs), manifest(newest), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            Folders.delete(other);
        });
        refuses("journal of an earlier copy", "is older than the checkpoint", (directory, newest) -> {
            Folders.delete(directory.resolve("journal"));
            Folders.copy(early.resolve("journal"), directory.resolve("journal"));
        });
        refuses("checkpoints of an earlier copy", "the checkpoints are older than the journal", (directory, newest) -> {
            Folders.delete(directory.resolve(Checkpoints.FOLDER));
            Folders.copy(early.resolve(Checkpoints.FOLDER), directory.resolve(Checkpoints.FOLDER));
        });
        goesOn(
                "checkpoints of an earlier copy beside these",
                (directory, newest) ->
                        Folders.copy(early.resolve(Checkpoints.FOLDER), directory.resolve(Checkpoints.FOLDER)));
        refuses(
                "directory of another job over the checkpoints",
                "no checkpoint is left that can be trusted",
                (directory, newest) -> {
                    Path other = Folders.fresh("other");
                    SmallJob.run(other, 0, DamagedCheckpoints.BATCHES);
                    Folders.delete(directory.resolve(Checkpoints.FOLDER));
                    Folders.copy(other.resolve(Checkpoints.FOLDER), directory.resolve(Checkpoints.FOLDER));
                    Folders.delete(other);
                });
    }

    /**
     * Tries all shapes.
     *
     * @param written the directory of a job
     * @param early a copy of it, when the job was younger
     */
    static Figures run(Path written, Path early, Verdict verdict) throws Exception {
        Map<String, Shape> shapes = new DamagedDirectories(early).shapes;
        int right = 0;
        int wrong = 0;
        for (Map.Entry<String, Shape> each : shapes.entrySet()) {
            Path above = Folders.fresh("shape");
            Path copy = Files.createDirectory(above.resolve("cp-1767225600000-00000001"));
            Folders.copy(written, copy);
            List<Path> all = checkpoints(copy);
            each.getValue().change().in(copy, all.get(all.size() - 1));
            Outcome outcome = SmallJob.run(copy, DamagedCheckpoints.BATCHES, 1);
            String expected = each.getValue().refusal();
            boolean asExpected = expected.equals(GOES_ON)
                    ? outcome.refusal().isEmpty() && !outcome.wrong()
                    : outcome.refusal().filter(text -> text.contains(expected)).isPresent();
            right += asExpected ? 1 : 0;
            wrong += outcome.wrong()
                            || !expected.equals(GOES_ON) && outcome.refusal().isEmpty()
                    ? 1
                    : 0;
            if (!asExpected) {
                verdict.progress(each.getKey() + ": " + outcome + " where this was right: "
                        + (expected.equals(GOES_ON) ? "goes on" : expected));
            }
            Folders.delete(above);
        }
        return new Figures("F23 damaged directories")
                .count("n", shapes.size())
                .must("right_choice", right, shapes.size())
                .must("wrong", wrong, 0);
    }
}
