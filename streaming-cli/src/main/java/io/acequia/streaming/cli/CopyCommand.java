/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import io.acequia.streaming.internal.checkpoint.CheckpointInspection.Listed;
import io.acequia.streaming.internal.checkpoint.Manifest;
import io.acequia.streaming.internal.schedule.JobDirectory;
import io.acequia.streaming.internal.store.LocalDisk;
import io.acequia.streaming.storage.StorageFullException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Copies a checkpoint with all that a start on it needs. */
@Command(
        name = "copy",
        description = {
            "Copies a checkpoint with its base, the id of the job, the journal and the logs of sources, so that the job can be"
                    + " started on TARGET and goes on as it would from DIR.",
            "Every file is forced, then the copy is read and judged as 'checkpoint verify' does. Until then a start on it is"
                    + " refused. TARGET must be a new or an empty directory.",
            "Start the job on one of the two directories, not on both: each would write its outputs."
        },
        footer = {
            "",
            "Examples:",
            "  acequia checkpoint copy /var/lib/orders /backup/orders-monday",
            "  acequia checkpoint copy /var/lib/orders /backup/orders-now --online",
            "",
            "Exit codes: 0 ok, 2 the command was not understood, 3 refused: nothing is left in TARGET."
        })
final class CopyCommand implements Callable<Integer> {
    private static final int MOST_ATTEMPTS = 5;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "DIR", description = CheckpointCommand.DIRECTORY)
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    @Parameters(index = "1", paramLabel = "TARGET", description = "A new directory, or an empty one.")
    @SuppressWarnings("NullAway.Init")
    private Path target;

    @Parameters(
            index = "2",
            paramLabel = "NAME",
            arity = "0..1",
            defaultValue = "",
            description = "The checkpoint (default: the newest one that is whole).")
    @SuppressWarnings("NullAway.Init")
    private String name;

    @Option(names = "--online", description = "Copy although a job runs on DIR: the copy is that of one moment.")
    private boolean online;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    private Decoding decoding;

    @Override
    public Integer call() throws IOException {
        try (JobFolder folder = JobFolder.open(directory, spec);
                Decoding.Classes classes = decoding.open()) {
            mustBeFree(folder);
            if (!online && folder.storage().isLocked(JobDirectory.LOCK)) {
                throw new DataRefusedException("ACQ-2278 a job runs on " + directory
                        + ": stop it first, or add --online for a copy of what it has at one moment");
            }
            boolean made = !Files.exists(target);
            boolean copied = false;
            try (LocalDisk to = LocalDisk.at(target)) {
                try {
                    copy(folder, to, classes);
                    copied = true;
                } finally {
                    if (!copied) {
                        CheckpointCopy.clear(to, "");
                        if (made) {
                            Files.deleteIfExists(target);
                        }
                    }
                }
            }
        }
        return Acequia.OK;
    }

    private void copy(JobFolder folder, LocalDisk to, Decoding.Classes classes) throws IOException {
        for (int attempt = 1; ; attempt++) {
            try {
                Manifest manifest = chosen(folder, classes);
                CheckpointCopy copy = new CheckpointCopy(folder, to, classes.serializer(), err(), manifest.bytes());
                tell(folder, copy.copy(manifest));
                return;
            } catch (StorageFullException e) {
                throw e;
            } catch (IOException e) {
                if (attempt == MOST_ATTEMPTS || !folder.storage().isLocked(JobDirectory.LOCK)) {
                    throw e;
                }
                err().println(
                                "the job may have deleted what was to be copied, so once more from its newest checkpoint: "
                                        + e.getMessage());
                CheckpointCopy.clear(to, "");
            }
        }
    }

    private void tell(JobFolder folder, CheckpointCopy.Copied copied) throws IOException {
        out().println(copied.manifest().name() + " of job " + folder.job() + " is copied to " + target + ": "
                + Printable.count(copied.files(), "file") + ", " + copied.bytes() + " bytes, forced and verified");
        out().println("a start on it runs the batches after it again: " + CheckpointCommand.after(copied.again()));
    }

    private Manifest chosen(JobFolder folder, Decoding.Classes classes) throws IOException {
        DirectoryCheck check = new DirectoryCheck(folder, classes.serializer(), err());
        if (!name.isEmpty()) {
            Manifest manifest = folder.manifest(name, spec);
            check.mustBeWhole(manifest);
            return manifest;
        }
        Optional<Manifest> newest = check.takenByAStart();
        if (newest.isEmpty()) {
            throw new DataRefusedException("ACQ-2279 there is no whole checkpoint in " + directory
                    + " to copy: 'acequia checkpoint verify' says why");
        }
        for (Listed each : folder.checkpoints().list()) {
            if (each.name().equals(newest.get().name())) {
                break;
            }
            if (each.manifest().isPresent() || each.damage().isPresent()) {
                err().println("checkpoint " + each.name()
                        + " is newer and passed over: 'acequia checkpoint verify' says why");
            }
        }
        return newest.get();
    }

    /** TARGET is new or empty, and neither directory is inside the other. */
    private void mustBeFree(JobFolder folder) throws IOException {
        boolean empty;
        if (Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
            try (Stream<Path> content = Files.list(target)) {
                empty = content.findAny().isEmpty();
            }
        } else {
            empty = !Files.exists(target, LinkOption.NOFOLLOW_LINKS);
        }
        if (!empty) {
            throw new DataRefusedException(
                    "ACQ-2276 " + target + " is not an empty directory, and nothing is overwritten: name a new one");
        }
        Path source = folder.path().toRealPath();
        Path place = real(target.toAbsolutePath().normalize());
        if (place.startsWith(source) || source.startsWith(place)) {
            throw new DataRefusedException("ACQ-2277 " + target + " and " + directory
                    + " are inside each other: a copy there would be taken for a part of the job");
        }
    }

    /** With the links of the folders that are there resolved. */
    private static Path real(Path path) throws IOException {
        Path there = path;
        while (!Files.exists(there)) {
            there = Objects.requireNonNull(there.getParent());
        }
        return there.toRealPath().resolve(there.relativize(path)).normalize();
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    private PrintWriter err() {
        return spec.commandLine().getErr();
    }
}
