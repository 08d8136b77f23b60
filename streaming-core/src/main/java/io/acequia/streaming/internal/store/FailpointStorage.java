/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.store;

import io.acequia.streaming.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A storage whose every change has a place before and after it at which a fault rig may end the process, and a write one in
 * its middle: {@code journal.force.before}, {@code received.write.middle}, {@code manifest.commit.after}. A place is named after
 * what the file is for, which its name in a checkpoint directory says; a file that is for nothing known is refused, so that no
 * new kind of file escapes the rigs.
 */
public final class FailpointStorage implements Storage {
    private static final Map<String, List<String>> OPERATIONS = new LinkedHashMap<>();

    static {
        OPERATIONS.put("journal", List.of("create", "write", "force", "reforce", "forcefolder", "delete"));
        OPERATIONS.put("received", List.of("create", "write", "force", "reforce", "forcefolder", "delete"));
        OPERATIONS.put("checkpoint", List.of("create", "write", "force", "forcefolder", "delete"));
        OPERATIONS.put("manifest", List.of("create", "write", "force", "commit", "delete"));
        OPERATIONS.put("job", List.of("lock", "create", "write", "force", "commit", "forcefolder", "delete"));
    }

    private final Storage storage;
    private final Passage passage;

    /** Whoever hears of the places, and may fail there. */
    @FunctionalInterface
    interface Passage {
        void at(String name) throws IOException;
    }

    /** What a storage does. */
    @FunctionalInterface
    private interface Change<R> {
        R make() throws IOException;
    }

    FailpointStorage(Storage storage, Passage passage) {
        this.storage = storage;
        this.passage = passage;
    }

    /** The storage with its places, when a rig asks for that; else the storage. */
    public static Storage around(Storage storage) {
        return Passages.ON ? new FailpointStorage(storage, FailpointStorage::pass) : storage;
    }

    private static void pass(String name) throws IOException {
        if (Passages.failsAt(name)) {
            throw new IOException(Passages.message(name));
        }
    }

    /** The names of all places. */
    static List<String> names() {
        List<String> names = new ArrayList<>();
        OPERATIONS.forEach((area, operations) -> {
            for (String operation : operations) {
                names.add(area + "." + operation + ".before");
                if (operation.equals("write")) {
                    names.add(area + "." + operation + ".middle");
                }
                names.add(area + "." + operation + ".after");
            }
        });
        return names;
    }

    /** The place of an operation on a file or folder, without before and after. */
    private static String place(String file, String operation) {
        String area = area(file);
        if (!OPERATIONS.getOrDefault(area, List.of()).contains(operation)) {
            throw new IllegalStateException(
                    "ACQ-0677 '" + file + "' is no file of a checkpoint directory with a failpoint" + " for "
                            + operation + ": name one in FailpointStorage, so that the rigs end processes there, too");
        }
        return area + "." + operation;
    }

    private static String area(String file) {
        String[] parts = file.split("/", -1);
        return switch (parts[0]) {
            case "journal", "received" -> parts[0];
            case "checkpoints" -> parts[parts.length - 1].startsWith("MANIFEST") ? "manifest" : "checkpoint";
            case "", "job", "job.new", "lock" -> "job";
            default -> "";
        };
    }

    private <R> R passing(String file, String operation, Change<R> change) throws IOException {
        String place = place(file, operation);
        passage.at(place + ".before");
        R made = change.make();
        passage.at(place + ".after");
        return made;
    }

    @Override
    public Capabilities capabilities() {
        return storage.capabilities();
    }

    @Override
    public String uri() {
        return storage.uri();
    }

    @Override
    public Appender create(String name) throws IOException {
        return passing(name, "create", () -> new PassingAppender(name, storage.create(name)));
    }

    @Override
    public List<Entry> list(String folder) throws IOException {
        return storage.list(folder);
    }

    @Override
    public List<String> folders(String folder) throws IOException {
        return storage.folders(folder);
    }

    @Override
    public ByteBuffer read(String name, long offset, int length) throws IOException {
        return storage.read(name, offset, length);
    }

    @Override
    public void commit(String from, String to) throws IOException {
        passing(to, "commit", () -> {
            storage.commit(from, to);
            return to;
        });
    }

    @Override
    public boolean delete(String name) throws IOException {
        return passing(name, "delete", () -> storage.delete(name));
    }

    @Override
    public void force(String name) throws IOException {
        passing(name, "reforce", () -> {
            storage.force(name);
            return name;
        });
    }

    @Override
    public void forceFolder(String folder) throws IOException {
        passing(folder, "forcefolder", () -> {
            storage.forceFolder(folder);
            return folder;
        });
    }

    @Override
    public Optional<Lock> lock(String name) throws IOException {
        return passing(name, "lock", () -> storage.lock(name));
    }

    @Override
    public void close() {
        storage.close();
    }

    private final class PassingAppender implements Appender {
        private final String name;
        private final Appender file;

        PassingAppender(String name, Appender file) {
            this.name = name;
            this.file = file;
        }

        @Override
        public void write(ByteBuffer bytes) throws IOException {
            passing(name, "write", () -> {
                ByteBuffer first = bytes.slice(bytes.position(), bytes.remaining() / 2);
                file.write(first);
                bytes.position(bytes.position() + first.limit());
                passage.at(place(name, "write") + ".middle");
                file.write(bytes);
                return name;
            });
        }

        @Override
        public void force() throws IOException {
            passing(name, "force", () -> {
                file.force();
                return name;
            });
        }

        @Override
        public long length() {
            return file.length();
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
