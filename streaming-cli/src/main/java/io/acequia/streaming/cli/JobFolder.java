/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import io.acequia.streaming.internal.checkpoint.CheckpointInspection;
import io.acequia.streaming.internal.checkpoint.CheckpointInspection.Listed;
import io.acequia.streaming.internal.checkpoint.Manifest;
import io.acequia.streaming.internal.schedule.JobDirectory;
import io.acequia.streaming.internal.store.LocalDisk;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/**
 * The checkpoint directory of a job, to be read. Nothing is written. A directory with links in it is refused, so that no name
 * leads out of it.
 */
final class JobFolder implements AutoCloseable {
    private final Path path;
    private final LocalDisk storage;
    private final UUID job;
    private final CheckpointInspection checkpoints;

    JobFolder(Path path, LocalDisk storage, UUID job) {
        this.path = path;
        this.storage = storage;
        this.job = job;
        this.checkpoints = new CheckpointInspection(storage, job);
    }

    /**
     * Opens it.
     *
     * @throws ParameterException when there is none
     * @throws IOException when it is refused
     */
    static JobFolder open(Path directory, CommandSpec spec) throws IOException {
        if (!Files.isDirectory(directory)) {
            throw usage(spec, "ACQ-2260 " + directory + " is no directory: give the checkpoint directory of a job");
        }
        refuseLinks(directory);
        LocalDisk storage = LocalDisk.at(directory);
        boolean opened = false;
        try {
            UUID job = JobDirectory.idIn(storage)
                    .orElseThrow(() -> usage(
                            spec,
                            "ACQ-2261 no job has run on " + directory + ": it holds no file '" + JobDirectory.ID
                                    + "'; give the directory that getOrCreate was given"));
            JobFolder folder = new JobFolder(directory, storage, job);
            opened = true;
            return folder;
        } finally {
            if (!opened) {
                storage.close();
            }
        }
    }

    static ParameterException usage(CommandSpec spec, String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    private static void refuseLinks(Path directory) throws IOException {
        List<Path> links = new ArrayList<>();
        Files.walkFileTree(directory.toRealPath(), new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (attributes.isSymbolicLink()) {
                    links.add(file);
                    return FileVisitResult.TERMINATE;
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException e) {
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) {
                return FileVisitResult.CONTINUE; // it went meanwhile, or whoever reads it will be told
            }
        });
        if (!links.isEmpty()) {
            throw new DataRefusedException("ACQ-2268 " + links.get(0)
                    + " is a link, and links are not followed: put in its place what it leads to");
        }
    }

    Path path() {
        return path;
    }

    LocalDisk storage() {
        return storage;
    }

    UUID job() {
        return job;
    }

    CheckpointInspection checkpoints() {
        return checkpoints;
    }

    /** The names of the logs of sources, in order. */
    List<String> receivedLogs() throws IOException {
        return storage.folders(JobDirectory.RECEIVED).stream()
                .sorted(Comparator.naturalOrder())
                .toList();
    }

    /** The checkpoint of that name. */
    Listed named(String name, CommandSpec spec) throws IOException {
        List<Listed> all = checkpoints.list();
        return all.stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow(() -> usage(
                        spec,
                        "ACQ-2262 there is no checkpoint '" + Printable.line(name) + "' in " + path + ": "
                                + (all.isEmpty()
                                        ? "there is none at all"
                                        : "there are "
                                                + String.join(
                                                        ", ",
                                                        all.stream()
                                                                .map(Listed::name)
                                                                .toList()))));
    }

    /**
     * The manifest of a checkpoint.
     *
     * @param name of the checkpoint; empty for the newest one that can be read
     * @throws IOException when it cannot be read
     */
    Manifest manifest(String name, CommandSpec spec) throws IOException {
        if (!name.isEmpty()) {
            return readable(named(name, spec));
        }
        List<Listed> all = checkpoints.list();
        for (Listed each : all) {
            if (each.state() == CheckpointInspection.State.READABLE) {
                return each.manifest().orElseThrow();
            }
        }
        if (all.isEmpty()) {
            throw usage(spec, "ACQ-2263 there is no checkpoint in " + path + " yet: the job has taken none");
        }
        return readable(all.get(0));
    }

    private static Manifest readable(Listed listed) throws IOException {
        if (listed.damage().isPresent()) {
            throw listed.damage().get();
        }
        return listed.manifest()
                .orElseThrow(() -> new DataRefusedException("ACQ-2264 checkpoint " + listed.name()
                        + " is unfinished: it has no manifest; it is being written, or its writer was interrupted"));
    }

    @Override
    public void close() {
        storage.close();
    }
}
