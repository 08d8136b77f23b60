/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.storage.Storage;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

/** Writes a small file, forces it and its folder, reads it back and deletes it, to see whether a storage keeps its word. */
final class StorageProbe {
    private static final int FORCES = 16;
    private static final int BYTES = 4096;

    /** No device answers as fast, so nobody has asked one. */
    private static final Duration FASTEST = Duration.ofNanos(10_000);

    private final Storage storage;
    private final StreamClock clock;
    private final String name = "acequia-doctor-" + UUID.randomUUID();
    private Duration force = Duration.ofDays(1);

    StorageProbe(Storage storage, StreamClock clock) {
        this.storage = storage;
        this.clock = clock;
    }

    /** What is wrong with it; nothing when it works. */
    List<Finding> findings() {
        try {
            if (!keepsWhatItForces()) {
                return List.of(new Finding(
                        "ACQ-2256",
                        "forced bytes not there",
                        storage.uri(),
                        "do not keep a job on this storage: what it says is safe is not"));
            }
        } catch (IOException e) {
            return List.of(new Finding(
                    "ACQ-2255",
                    "storage does not write and force",
                    storage.uri() + " (" + Printable.line(String.valueOf(e.getMessage())) + ")",
                    "look at the rights, the space and the kind of the file system"));
        }
        if (force.compareTo(FASTEST) < 0) {
            return List.of(new Finding(
                    "ACQ-2257",
                    "forces reach no device",
                    storage.uri() + " (one in " + force.toNanos() + " ns)",
                    "take a directory on a disk: in memory, or where fsync is switched off, a crash loses what"
                            + " was safe"));
        }
        return List.of();
    }

    /** How long the fastest force took. */
    Duration force() {
        return force;
    }

    private boolean keepsWhatItForces() throws IOException {
        byte[] piece = new byte[BYTES];
        try {
            try (Storage.Appender file = storage.create(name)) {
                for (int i = 0; i < FORCES; i++) {
                    Arrays.fill(piece, (byte) i);
                    file.write(ByteBuffer.wrap(piece));
                    long before = clock.nanoTime();
                    file.force();
                    Duration took = Duration.ofNanos(clock.nanoTime() - before);
                    force = took.compareTo(force) < 0 ? took : force;
                    if (storage.capabilities().appends() && !hasPiece(i, piece)) {
                        return false;
                    }
                }
            }
            storage.forceFolder("");
            return hasPiece(FORCES - 1, piece);
        } finally {
            storage.delete(name);
        }
    }

    private boolean hasPiece(int i, byte[] piece) throws IOException {
        try {
            return storage.read(name, (long) i * BYTES, BYTES).equals(ByteBuffer.wrap(piece));
        } catch (EOFException | NoSuchFileException e) {
            return false;
        }
    }
}
