/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.acequia.streaming.storage.Storage;
import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * A lock of the operating system on a file that holds how often it was taken. The system knows processes only, and drops the
 * lock when the process closes <em>any</em> handle of the file; so the locks of this JVM are listed, and a file in the list is not
 * even opened. Nobody must read it through a storage while it is held.
 */
final class LockFile implements Storage.Lock {
    private static final Set<Path> TAKEN = ConcurrentHashMap.newKeySet();
    private static final int LONGEST = 20;

    private final Path file;
    private final RandomAccessFile handle;
    private final long epoch;
    private final Consumer<Closeable> closed;
    private final AtomicBoolean open = new AtomicBoolean(true);

    private LockFile(Path file, RandomAccessFile handle, long epoch, Consumer<Closeable> closed) {
        this.file = file;
        this.handle = handle;
        this.epoch = epoch;
        this.closed = closed;
    }

    /** Takes the lock of a file whose folder is there; empty when somebody has it. */
    static Optional<LockFile> take(Path file, String name, Consumer<Closeable> closed) throws IOException {
        Path folder = Objects.requireNonNull(file.getParent()).toRealPath();
        Path real = folder.resolve(Objects.requireNonNull(file.getFileName()));
        if (!TAKEN.add(real)) {
            return Optional.empty();
        }
        boolean taken = false;
        RandomAccessFile handle = null;
        try {
            handle = new RandomAccessFile(real.toFile(), "rw");
            if (handle.getChannel().tryLock() != null) {
                LockFile lock = new LockFile(real, handle, nextEpoch(handle, name), closed);
                taken = true;
                return Optional.of(lock);
            }
            return Optional.empty();
        } catch (IOException e) {
            throw DiskErrors.at(name, e);
        } finally {
            if (!taken) {
                if (handle != null) {
                    handle.close();
                }
                TAKEN.remove(real);
            }
        }
    }

    /**
     * Whether somebody has the lock of a file. The system says so only to who asks for a lock: that is a shared one on a handle
     * that cannot write, given back at once.
     */
    static boolean isTaken(Path file, String name) throws IOException {
        if (!Files.exists(file)) {
            return false;
        }
        Path real = file.toRealPath();
        if (TAKEN.contains(real)) {
            return true;
        }
        try (FileChannel handle = FileChannel.open(real, StandardOpenOption.READ);
                FileLock shared = handle.tryLock(0, Long.MAX_VALUE, true)) {
            return shared == null;
        } catch (OverlappingFileLockException e) {
            return true;
        } catch (IOException e) {
            throw DiskErrors.at(name, e);
        }
    }

    private static long nextEpoch(RandomAccessFile handle, String name) throws IOException {
        byte[] text = new byte[(int) Math.min(handle.length(), LONGEST)];
        handle.readFully(text);
        long epoch;
        try {
            epoch = text.length == 0 ? 1 : Math.addExact(Long.parseLong(new String(text, UTF_8).trim()), 1);
        } catch (NumberFormatException | ArithmeticException e) {
            throw new IllegalStateException(
                    "ACQ-0564 the lock " + name + " does not hold a number: delete it when nothing runs that uses it",
                    e);
        }
        handle.seek(0);
        handle.write(
                String.format(Locale.ROOT, "%0" + (LONGEST - 1) + "d\n", epoch).getBytes(UTF_8));
        handle.getFD().sync();
        return epoch;
    }

    @Override
    public long epoch() {
        return epoch;
    }

    @Override
    public void close() throws IOException {
        closed.accept(this);
        if (open.compareAndSet(true, false)) {
            try {
                handle.close();
            } finally {
                TAKEN.remove(file);
            }
        }
    }
}
