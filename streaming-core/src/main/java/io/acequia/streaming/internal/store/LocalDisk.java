/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.store;

import io.acequia.streaming.storage.Storage;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A folder of a file system of this machine.
 *
 * <p>Files are written and forced in ways that an interrupt of the thread does not end. A {@code FileChannel} would be closed by one, and
 * a log whose force has failed must be given up: a receiver that is told to stop would take its log with it. So bytes go
 * through a stream, and a force through an {@code AsynchronousFileChannel}, which does that in the calling thread.
 *
 * <p>Where a folder cannot be opened for a force, as on Windows, {@link #forceFolder} does nothing.
 */
public final class LocalDisk implements Storage {
    private static final Logger LOG = LoggerFactory.getLogger(LocalDisk.class);
    private static final Capabilities CAPABILITIES = new Capabilities(true, true, true);

    private final Path root;
    private final Set<Closeable> held = ConcurrentHashMap.newKeySet();
    private volatile boolean seen;
    private volatile boolean closed;

    private LocalDisk(Path root) {
        this.root = root.toAbsolutePath().normalize();
    }

    /** The storage in a folder, which is made when something is written. */
    public static LocalDisk at(Path folder) {
        return new LocalDisk(folder);
    }

    @Override
    public Capabilities capabilities() {
        return CAPABILITIES;
    }

    @Override
    public String uri() {
        String uri = root.toUri().toString();
        return uri.endsWith("/") ? uri.substring(0, uri.length() - 1) : uri;
    }

    @Override
    public Appender create(String name) throws IOException {
        Path file = file(name);
        try {
            mustNotBeGone();
            makeFolders(Objects.requireNonNull(file.getParent()));
            seen = true;
            GrowingFile made = new GrowingFile(name, file, held::remove);
            held.add(made);
            return made;
        } catch (IOException e) {
            throw DiskErrors.at(name, e);
        }
    }

    @Override
    public List<Entry> list(String folder) throws IOException {
        List<Entry> files = new ArrayList<>();
        for (Path path : content(folder)) {
            if (Files.isRegularFile(path)) {
                files.add(new Entry(name(path), path.toFile().length()));
            }
        }
        files.sort(Comparator.comparing(Entry::name));
        return files;
    }

    @Override
    public List<String> folders(String folder) throws IOException {
        return content(folder).stream()
                .filter(Files::isDirectory)
                .map(this::name)
                .sorted()
                .toList();
    }

    @Override
    public ByteBuffer read(String name, long offset, int length) throws IOException {
        Path file = file(name);
        if (!Files.exists(file)) {
            throw new NoSuchFileException(name);
        }
        byte[] bytes;
        try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
            if (offset + length > in.length()) {
                throw new EOFException(name + " has " + in.length() + " bytes, not " + length + " from " + offset);
            }
            bytes = new byte[length];
            in.seek(offset);
            in.readFully(bytes);
        } catch (EOFException e) {
            throw e;
        } catch (IOException e) {
            throw DiskErrors.at(name, e);
        }
        return ByteBuffer.wrap(bytes);
    }

    @Override
    public void commit(String from, String to) throws IOException {
        Path target = file(to);
        Path source = file(from);
        try {
            makeFolders(Objects.requireNonNull(target.getParent()));
            Files.move(source, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw DiskErrors.at(to, e);
        }
    }

    @Override
    public boolean delete(String name) throws IOException {
        Path file = file(name);
        try {
            return Files.deleteIfExists(file);
        } catch (IOException e) {
            throw DiskErrors.at(name, e);
        }
    }

    @Override
    public void force(String name) throws IOException {
        Path file = file(name);
        try (AsynchronousFileChannel channel = AsynchronousFileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        } catch (IOException e) {
            throw DiskErrors.at(name, e);
        }
    }

    @Override
    public void forceFolder(String folder) throws IOException {
        Path path = folder(folder);
        try {
            forceNames(path);
        } catch (IOException e) {
            throw DiskErrors.at(folder, e);
        }
    }

    @Override
    public Optional<Lock> lock(String name) throws IOException {
        Path file = file(name);
        Path folder = Objects.requireNonNull(file.getParent());
        mustNotBeGone();
        makeFolders(folder);
        Optional<LockFile> lock = LockFile.take(file, name, held::remove);
        if (lock.isPresent()) {
            held.add(lock.get());
            forceNames(folder);
        }
        return lock.map(taken -> taken);
    }

    /** Whether somebody holds the lock of that name, in this process or another. Changes nothing. */
    public boolean isLocked(String name) throws IOException {
        return LockFile.isTaken(file(name), name);
    }

    /** Ends files and locks that are open; what was not forced may be lost. */
    @Override
    public void close() {
        closed = true;
        for (Closeable each : held) {
            try {
                each.close();
            } catch (IOException e) {
                LOG.warn("A file in {} could not be closed", root, e);
            }
        }
    }

    /** A root that was there is not made again: what is written then would be where nobody looks for it. */
    private void mustNotBeGone() throws IOException {
        if (Files.isDirectory(root)) {
            seen = true;
        } else if (seen) {
            throw new NoSuchFileException(
                    root.toString(), null, "ACQ-0599 the folder was there and is gone: bring it back, and start again");
        }
    }

    private List<Path> content(String folder) throws IOException {
        Path path = folder(folder);
        try (Stream<Path> content = Files.list(path)) {
            return content.toList();
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of();
        } catch (IOException | UncheckedIOException e) {
            throw DiskErrors.at(folder, e instanceof IOException io ? io : new IOException(e));
        }
    }

    private static void makeFolders(Path folder) throws IOException {
        if (Files.isDirectory(folder)) {
            return;
        }
        Path parent = folder.getParent();
        if (parent != null) {
            makeFolders(parent);
        }
        try {
            Files.createDirectory(folder);
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(folder)) {
                throw e;
            }
        }
        if (parent != null) {
            forceNames(parent);
        }
    }

    private static void forceNames(Path folder) throws IOException {
        AsynchronousFileChannel channel;
        try {
            channel = AsynchronousFileChannel.open(folder, StandardOpenOption.READ);
        } catch (AccessDeniedException e) {
            if (folder.getFileSystem().getSeparator().equals("\\")) {
                return;
            }
            throw e;
        }
        try (channel) {
            channel.force(true);
        }
    }

    private String name(Path path) {
        return root.relativize(path).toString().replace(path.getFileSystem().getSeparator(), "/");
    }

    private Path folder(String folder) {
        return folder.isEmpty() ? checkedOpen(root) : file(folder);
    }

    private Path file(String name) {
        boolean plain = name.indexOf('\\') < 0 && name.indexOf('\0') < 0;
        for (String part : name.split("/", -1)) {
            plain &= !part.isEmpty() && !part.equals(".") && !part.equals("..");
        }
        Path path = plain ? resolve(name) : null;
        if (path == null) {
            throw new IllegalArgumentException("ACQ-0561 '" + name.replace("\0", "\\0") + "' is not a name in " + root
                    + ": parts between / must be plain names");
        }
        return checkedOpen(path);
    }

    private @Nullable Path resolve(String name) {
        try {
            Path path = root.resolve(name).normalize();
            return path.startsWith(root) ? path : null;
        } catch (InvalidPathException e) {
            return null;
        }
    }

    private Path checkedOpen(Path path) {
        if (closed) {
            throw new IllegalStateException("ACQ-0562 the storage " + root + " is closed");
        }
        return path;
    }
}
