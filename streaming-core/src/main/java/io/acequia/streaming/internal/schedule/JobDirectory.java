/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.schedule;

import io.acequia.streaming.engine.Engine;
import io.acequia.streaming.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;

/**
 * The checkpoint directory of a job, held by one context at a time: a lock that ends with its process, and an id that every
 * file of the job carries, so that a file of another job is recognised.
 */
public final class JobDirectory implements AutoCloseable {
    /** The file with the id of the job. */
    public static final String ID = "job";

    /** The file that is locked while a context runs on the directory. */
    public static final String LOCK = "lock";

    /** The folder of the logs of what was received. */
    public static final String RECEIVED = "received";

    private static final String NEW_ID = "job.new";

    private final Storage storage;
    private final Storage.Lock lock;
    private final UUID job;

    private JobDirectory(Storage storage, Storage.Lock lock, UUID job) {
        this.storage = storage;
        this.lock = lock;
        this.job = job;
    }

    /** Takes the directory, and makes it the first time. */
    static JobDirectory open(Engine engine, String directory) throws IOException {
        Storage storage = engine.storage(directory);
        boolean opened = false;
        try {
            Storage.Lock lock = storage.lock(LOCK)
                    .orElseThrow(() -> new DirectoryRefusedException(
                            "ACQ-1030 the checkpoint directory " + directory
                                    + " is in use: another context, here or in another process, runs on it; stop that one, or"
                                    + " give this job a directory of its own",
                            null));
            JobDirectory taken = new JobDirectory(storage, lock, id(storage));
            opened = true;
            return taken;
        } finally {
            if (!opened) {
                storage.close();
            }
        }
    }

    /** The id of the job whose directory this is; empty when no job has run on it. Changes nothing. */
    public static Optional<UUID> idIn(Storage storage) throws IOException {
        for (Storage.Entry entry : storage.list("")) {
            if (entry.name().equals(ID)) {
                ByteBuffer text = storage.read(ID, 0, (int) Math.min(64, entry.length()));
                String id = StandardCharsets.UTF_8.decode(text).toString().trim();
                try {
                    return Optional.of(UUID.fromString(id));
                } catch (IllegalArgumentException e) {
                    throw new DirectoryRefusedException(
                            "ACQ-1031 " + storage.uri() + "/" + ID + " is damaged: it holds '" + id
                                    + "' where the id of the job should be; every file of the job carries its id in its header,"
                                    + " write that one there",
                            e);
                }
            }
        }
        return Optional.empty();
    }

    private static UUID id(Storage storage) throws IOException {
        Optional<UUID> known = idIn(storage);
        if (known.isPresent()) {
            // A process that was killed right after it had given the name may have left it to the kernel alone.
            storage.forceFolder("");
            return known.get();
        }
        UUID fresh = UUID.randomUUID();
        storage.delete(NEW_ID);
        try (Storage.Appender file = storage.create(NEW_ID)) {
            file.write(StandardCharsets.UTF_8.encode(fresh + "\n"));
            file.force();
        }
        storage.commit(NEW_ID, ID);
        storage.forceFolder("");
        return fresh;
    }

    /** Refuses to go on when somebody took the directory away: what is written into open files then is lost. */
    void mustBeThere() throws IOException {
        String there;
        try {
            there = StandardCharsets.UTF_8
                    .decode(storage.read(ID, 0, job.toString().length()))
                    .toString();
        } catch (IOException e) {
            throw new IOException("ACQ-1034 the checkpoint directory " + uri() + " is gone: " + e, e);
        }
        if (!there.equals(job.toString())) {
            throw new IOException(
                    "ACQ-1035 the checkpoint directory " + uri() + " is that of another job now: " + there);
        }
    }

    Storage storage() {
        return storage;
    }

    /** Rises with each time that the directory was taken. */
    long epoch() {
        return lock.epoch();
    }

    UUID job() {
        return job;
    }

    String uri() {
        return storage.uri();
    }

    /** The folder of the log of what a source has received. */
    public static String receivedFrom(String uid) {
        return RECEIVED + "/" + folderName(uid);
    }

    /** A name for a folder, from a uid that may hold anything: readable, and different for different uids. */
    static String folderName(String uid) {
        StringBuilder name = new StringBuilder();
        for (byte b : uid.getBytes(StandardCharsets.UTF_8)) {
            boolean plain =
                    b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || b == '-' || b == '_';
            name.append(plain ? String.valueOf((char) b) : "%%%02x".formatted(b));
        }
        if (name.length() > 120) {
            return name.substring(0, 80) + "-" + UUID.nameUUIDFromBytes(uid.getBytes(StandardCharsets.UTF_8));
        }
        return name.toString();
    }

    @Override
    public void close() {
        storage.close();
    }

    @Override
    public String toString() {
        return storage.uri();
    }
}
