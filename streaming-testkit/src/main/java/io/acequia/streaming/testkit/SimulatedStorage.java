/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import io.acequia.streaming.storage.Storage;
import io.acequia.streaming.storage.StorageFullException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/**
 * A disk in memory that loses what was not forced, and fails when a test says so. There are two views of it: what the process
 * sees, and what is on the device. {@link Appender#force} and {@link #forceFolder} move bytes and names from one to the other;
 * {@link #crash} gives the storage that a machine finds after the power went: all that was forced, and by chance a part of the
 * rest. Bytes survive as a prefix of what was written, cut anywhere and perhaps filled up with zeros; each making, moving and
 * deleting of a name that was not forced survives or not by itself. Chance depends on the seed alone. Safe for use by any
 * thread.
 */
public final class SimulatedStorage implements Storage {

    private final RandomGenerator random;
    private final SimulatedNames names;
    private final SimulatedLocks locks;
    private final FaultPlan plan = new FaultPlan();
    private long capacity = Long.MAX_VALUE;
    private boolean full;
    private volatile boolean off;
    private boolean ignoresForces;
    private boolean ignoresFolderForces;
    private boolean commitsByCopy;
    private int forcedAgain;
    private final List<String> failures = new ArrayList<>();
    private volatile Runnable duringForce = () -> {};
    private volatile Runnable whenOff = () -> {};

    /** What can be made to fail. */
    public enum Operation {
        CREATE,
        WRITE,
        FORCE,
        FORCE_FOLDER,
        COMMIT,
        DELETE,
        READ
    }

    /** An empty disk. */
    public SimulatedStorage(long seed) {
        this(new SplittableRandom(seed), new SimulatedNames(), new SimulatedLocks());
    }

    private SimulatedStorage(RandomGenerator random, SimulatedNames names, SimulatedLocks locks) {
        this.random = random;
        this.names = names;
        this.locks = locks;
    }

    /** The n-th operation of a kind from now on, from 1, fails as a broken device does; a force that failed stays undone. */
    public synchronized void fail(Operation operation, int nth) {
        plan.add(operation, nth, FaultPlan.Fault.BROKEN);
    }

    /** The device is full from the n-th operation of a kind on, from 1, until {@link #spaceReturns}. */
    public synchronized void fill(Operation operation, int nth) {
        plan.add(operation, nth, FaultPlan.Fault.FULL);
    }

    /** Nothing more fits until {@link #spaceReturns}. */
    public synchronized void fill() {
        full = true;
    }

    /** The end of {@link #fill}. */
    public synchronized void spaceReturns() {
        full = false;
    }

    /** All files together are never longer than this; a write that does not fit is done in part. */
    public synchronized void limit(long bytes) {
        capacity = bytes;
    }

    /** The power goes in the n-th operation of any kind from now on; it may have its effect, or a part of it. */
    public synchronized void powerOffAfter(long nth) {
        plan.powerOffAfter(nth);
    }

    /** Whether the machine is on and its process lives. */
    public boolean isOn() {
        return !off;
    }

    /** Runs once, when the power goes in an operation, in the thread of that operation: it must not call this storage or block. */
    public void whenOff(Runnable action) {
        whenOff = action;
    }

    /** Runs inside of each force, before it has its effect: a test may block there, for a device that is slow. */
    public void duringForce(Runnable action) {
        duringForce = action;
    }

    /** From now on forces of files do nothing, and say that they did: to show that a test notices. */
    public synchronized void ignoreForces() {
        ignoresForces = true;
    }

    /** From now on forces of folders do nothing, and say that they did: to show that a test notices. */
    public synchronized void ignoreFolderForces() {
        ignoresFolderForces = true;
    }

    /**
     * From now on a commit is no rename: bytes are copied to the new name, and the old one is deleted. Until the folder is
     * forced, the power may leave both names, one of them or none, and of the copy a part.
     */
    public synchronized void commitByCopy() {
        commitsByCopy = true;
    }

    /** Operations that failed because a test said so, each with its file: {@code FORCE wal/wal-1.log}. */
    public synchronized List<String> failures() {
        return List.copyOf(failures);
    }

    /** How often a file was forced after a force of it had failed for another reason than space. */
    public synchronized int forcedAgain() {
        return forcedAgain;
    }

    /** The names of all files. */
    public synchronized List<String> names() {
        return List.copyOf(names.seen().keySet());
    }

    /** Operations so far, of all kinds. */
    public synchronized long operations() {
        return plan.count();
    }

    /** Operations of a kind so far. */
    public synchronized int operations(Operation operation) {
        return plan.count(operation);
    }

    /** The bytes of a file. */
    public synchronized byte[] content(String name) {
        return existing(name).content();
    }

    /** Puts a file there as if it had always been there, in place of one of that name. */
    public synchronized void put(String name, byte[] content) {
        names.put(name, SimulatedFile.of(content));
    }

    /** Changes one bit of a file, from 0 to 7. */
    public synchronized void flip(String name, int offset, int bit) {
        SimulatedFile file = existing(name);
        if (offset < 0 || offset >= file.length()) {
            throw new IllegalArgumentException(
                    "ACQ-2041 no byte " + offset + " in " + name + ", which has " + file.length());
        }
        file.flip(offset, bit);
    }

    /** Cuts a file. */
    public synchronized void truncate(String name, int length) {
        existing(name).truncate(Math.min(length, existing(name).length()));
    }

    private SimulatedFile existing(String name) {
        SimulatedFile file = names.find(name);
        if (file == null) {
            throw new IllegalArgumentException(
                    "ACQ-2042 no file " + name + " among " + names.seen().keySet());
        }
        return file;
    }

    /** The power goes: this object fails from now on, and the new one is what the machine finds when it is back. */
    public synchronized SimulatedStorage crash() {
        off = true;
        return new SimulatedStorage(random, names.afterPowerLoss(random), locks.afterTheProcess());
    }

    /** The process is killed and the machine goes on: this object fails from now on, and nothing is lost in the new one. */
    public synchronized SimulatedStorage kill() {
        off = true;
        return new SimulatedStorage(random, names, locks.afterTheProcess());
    }

    @Override
    public synchronized Capabilities capabilities() {
        return new Capabilities(true, !commitsByCopy, true);
    }

    @Override
    public String uri() {
        return "simulated:///";
    }

    @Override
    public synchronized Appender create(String name) throws IOException {
        checkName(name);
        before(Operation.CREATE, name, () -> {});
        checkSpace(name);
        if (names.find(name) != null) {
            throw new FileAlreadyExistsException(name);
        }
        SimulatedFile file = new SimulatedFile();
        names.add(name, file);
        return new Growing(name, file);
    }

    @Override
    public synchronized List<Entry> list(String folder) throws IOException {
        checkOn();
        List<Entry> files = new ArrayList<>();
        names.seen().forEach((name, file) -> {
            if (SimulatedNames.folderOf(name).equals(folder)) {
                files.add(new Entry(name, file.length()));
            }
        });
        return files;
    }

    @Override
    public synchronized List<String> folders(String folder) throws IOException {
        checkOn();
        String above = folder.isEmpty() ? "" : folder + "/";
        Set<String> folders = new TreeSet<>();
        for (String name : names.seen().keySet()) {
            int end = name.startsWith(above) ? name.indexOf('/', above.length()) : -1;
            if (end >= 0) {
                folders.add(name.substring(0, end));
            }
        }
        return List.copyOf(folders);
    }

    @Override
    public synchronized ByteBuffer read(String name, long offset, int length) throws IOException {
        before(Operation.READ, name, () -> {});
        SimulatedFile file = names.find(name);
        if (file == null) {
            throw new NoSuchFileException(name);
        }
        if (offset + length > file.length()) {
            throw new EOFException(name + " has " + file.length() + " bytes, not " + length + " from " + offset);
        }
        return file.read((int) offset, length);
    }

    @Override
    public synchronized void commit(String from, String to) throws IOException {
        checkName(to);
        before(Operation.COMMIT, to, () -> move(from, to));
        checkSpace(to);
        if (names.find(from) == null) {
            throw new NoSuchFileException(from);
        }
        move(from, to);
    }

    private void move(String from, String to) {
        if (commitsByCopy) {
            names.copy(from, to);
            names.remove(from);
        } else {
            names.move(from, to);
        }
    }

    @Override
    public synchronized boolean delete(String name) throws IOException {
        before(Operation.DELETE, name, () -> names.remove(name));
        boolean there = names.find(name) != null;
        if (there) {
            names.remove(name);
        }
        return there;
    }

    @Override
    public void force(String name) throws IOException {
        SimulatedFile file;
        synchronized (this) {
            file = names.find(name);
        }
        if (file == null) {
            throw new NoSuchFileException(name);
        }
        force(name, file);
    }

    private void force(String name, SimulatedFile file) throws IOException {
        duringForce.run();
        synchronized (this) {
            Runnable effect = ignoresForces ? () -> {} : file::force;
            forcedAgain += file.hasFailedForces() ? 1 : 0;
            try {
                before(Operation.FORCE, name, effect);
            } catch (IOException e) {
                if (!off) {
                    file.breakForces(e instanceof StorageFullException);
                }
                throw e;
            }
            effect.run();
        }
    }

    @Override
    public synchronized void forceFolder(String folder) throws IOException {
        Runnable effect = ignoresFolderForces ? () -> {} : () -> names.force(folder);
        before(Operation.FORCE_FOLDER, folder, effect);
        effect.run();
    }

    @Override
    public synchronized Optional<Lock> lock(String name) throws IOException {
        checkOn();
        checkName(name);
        if (names.find(name) == null) {
            put(name, new byte[0]);
        }
        return locks.take(name);
    }

    @Override
    public synchronized void close() {
        off = true;
    }

    /** Counts an operation and fails it when that was planned; what the power interrupts may happen nevertheless. */
    private void before(Operation operation, String name, Runnable effect) throws IOException {
        checkOn();
        switch (plan.next(operation)) {
            case NONE -> {}
            case BROKEN -> {
                failures.add(operation + " " + name);
                throw new IOException("ACQ-2043 simulated input/output error: " + operation + " of " + name);
            }
            case FULL -> {
                full = true;
                failures.add(operation + " " + name);
                throw noSpace(name);
            }
            case POWER_OFF -> {
                off = true;
                if (random.nextBoolean()) {
                    effect.run();
                }
                whenOff.run();
                checkOn();
            }
        }
    }

    private void checkOn() throws IOException {
        if (off) {
            throw new IOException("ACQ-2044 the simulated machine is off");
        }
    }

    private void checkSpace(String name) throws IOException {
        if (full) {
            throw noSpace(name);
        }
    }

    private static StorageFullException noSpace(String name) {
        return new StorageFullException(
                "ACQ-2045 no space is left for " + name + " on the simulated device", new IOException("simulated"));
    }

    private static void checkName(String name) {
        for (String part : name.split("/", -1)) {
            if (part.isEmpty() || part.equals(".") || part.equals("..") || part.matches("(?s).*[\\\\\0].*")) {
                throw new IllegalArgumentException("ACQ-2046 not a name of a file in a storage: " + name);
            }
        }
    }

    private final class Growing implements Appender {
        private final String name;
        private final SimulatedFile file;
        private volatile boolean ended;

        Growing(String name, SimulatedFile file) {
            this.name = name;
            this.file = file;
        }

        @Override
        public void write(ByteBuffer bytes) throws IOException {
            synchronized (SimulatedStorage.this) {
                checkOpen();
                checkOn();
                boolean done = false;
                try {
                    before(Operation.WRITE, name, () -> {});
                    checkSpace(name);
                    done = true;
                } finally {
                    if (!done) {
                        file.append(bytes, random.nextInt(bytes.remaining() + 1));
                    }
                }
                long used = names.seen().values().stream()
                        .mapToLong(SimulatedFile::length)
                        .sum();
                int fitting = (int) Math.max(0, Math.min(bytes.remaining(), capacity - used));
                file.append(bytes, fitting);
                if (bytes.hasRemaining()) {
                    throw noSpace(name);
                }
            }
        }

        @Override
        public void force() throws IOException {
            checkOpen();
            SimulatedStorage.this.force(name, file);
        }

        @Override
        public long length() {
            synchronized (SimulatedStorage.this) {
                return file.length();
            }
        }

        @Override
        public void close() {
            ended = true;
        }

        private void checkOpen() throws IOException {
            if (ended) {
                throw new IOException("ACQ-2047 " + name + " is closed");
            }
        }
    }
}
