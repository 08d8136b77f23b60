/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.log;

import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.storage.Storage;
import io.acequia.streaming.storage.StorageFullException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A log of numbered records in a folder, cut into segments. A record is written by {@link #append}, and survives the loss of
 * power once a {@link #force} up to it has returned; what was forced is read back exactly, or the log is refused.
 *
 * <p><b>Threads.</b> All methods are safe for any thread. One fair lock orders everything that writes, and is held while the
 * device works. That is the group commit: those that arrive during a force queue up, the lock lets them append one after
 * the other, and the first of them to come back with its force is behind them all, so it forces for all. Appending during a
 * force would need a file that two threads may use, or a copy of each record, and gains only the time of a copy into the page
 * cache. {@link #read} and {@link #usage} wait for nobody. An interrupt is left alone.
 *
 * <p><b>Segments.</b> One is opened by the first append after opening, after the last one was full or old, and after a
 * failure that can be survived. It begins with a preamble that the caller gives: all that must be known when older segments
 * are released. Everything before a preamble is durable when it is asked for. Nothing is ever written into a file that was
 * there before, not even to cut a torn tail: a file that is only read cannot be made worse. Instead the header of the new
 * segment says that the one before was not finished, and where it ends.
 *
 * <p><b>What survives.</b> After a crash: all that was forced, and perhaps a few records more, in order and without a gap.
 * Opening forces those too, before anybody sees them, since a process that was killed leaves bytes that a loss of power still
 * takes. A full device takes back what was not forced: who waits for it gets a {@link StorageFullException} and appends again,
 * into a new segment that uses the numbers again. Any other failure of the device ends this object for ever
 * ({@link LogPoisonedException}): after a force that failed the system may have dropped the bytes and report success next
 * time, so to try again would be a lie.
 *
 * <p><b>Damage</b> is refused, not skipped: a record that is missing from the middle was promised to somebody. Only the end of
 * the last segment may be torn, and only when no good record follows.
 *
 * <p><b>Why not</b> one large file: nothing of it could be released. Why not files made in advance: a full disk would be
 * noticed early, but zeros and old bytes would stand where the end is looked for. Why numbers and not times in the names:
 * clocks repeat.
 */
public final class SegmentedLog implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SegmentedLog.class);

    private final Storage storage;
    private final String folder;
    private final UUID job;
    private final LogSettings settings;
    private final StreamClock clock;
    private final Supplier<ByteBuffer> preamble;
    private final int attempt;
    private final List<Entry> recovered;
    private final Optional<ByteBuffer> recoveredPreamble;
    private final int tornTails;

    private final ReentrantLock lock = new ReentrantLock(true);
    private final Map<String, Integer> seeds = new ConcurrentHashMap<>();
    private final PastSegments past = new PastSegments();
    private final Map<String, TakenBack> takenBack = new HashMap<>();

    private @Nullable SegmentWriter open;
    private long openedNanos;
    private long nextNumber;
    private long written;
    private long forced;
    private boolean afterTorn;
    private @Nullable Throwable poison;
    private boolean closed;
    private long appends;
    private long forces;
    private volatile Usage usage;

    /** A segment that was given up on a full device: the last record that is left of it, and why. */
    private record TakenBack(long lastSeq, StorageFullException cause) {}

    /**
     * A record of the past; its payload is on the storage.
     *
     * @param type as it was appended
     * @param address for {@link #read}
     */
    public record Entry(byte type, Address address) {}

    /**
     * What a log takes and did.
     *
     * @param segments files
     * @param bytes their lengths
     * @param lastSeq of the last record, durable or not
     * @param tornTails 1 when the last writer left bytes behind its last good record
     * @param appends records appended, without preambles
     * @param forces how often the device was waited for on behalf of {@link #force}
     */
    public record Usage(int segments, long bytes, long lastSeq, int tornTails, long appends, long forces) {}

    private SegmentedLog(
            Storage storage,
            String folder,
            UUID job,
            LogSettings settings,
            StreamClock clock,
            Supplier<ByteBuffer> preamble,
            long knownUntil,
            int writer)
            throws IOException {
        this.storage = storage;
        this.folder = folder;
        this.job = job;
        this.settings = settings;
        this.clock = clock;
        this.preamble = preamble;
        List<Entry> entries = new ArrayList<>();
        AtomicReference<@Nullable ByteBuffer> newest = new AtomicReference<>();
        LogReader.Found found = LogReader.walk(storage, folder, Optional.of(job), settings, (type, address, bytes) -> {
            if (type == RecordFormat.PREAMBLE) {
                newest.set(bytes.at(address.offset() + RecordFormat.HEAD, address.length()));
            } else {
                entries.add(new Entry(type, address));
            }
        });
        mustReach(knownUntil, found);
        makeDurable(found);
        this.recovered = List.copyOf(entries);
        this.recoveredPreamble = Optional.ofNullable(newest.get());
        int attempts = 0;
        boolean torn = false;
        for (LogReader.Segment segment : found.segments()) {
            seeds.put(segment.file(), segment.seed());
            past.add(new PastSegments.Past(segment.file(), segment.lastSeq(), segment.bytes(), segment.hasRecords()));
            nextNumber = segment.number();
            attempts = Math.max(attempts, segment.attempt());
            torn = !segment.finished();
        }
        this.nextNumber++;
        this.attempt = attempts + writer;
        this.afterTorn = torn;
        this.forced = Math.max(knownUntil, found.lastSeq());
        this.written = forced;
        this.tornTails = found.tornBytes() > 0 ? 1 : 0;
        if (tornTails > 0) {
            LOG.warn(
                    "The log in {} ends in {} bytes that were never promised to anybody: the last writer was interrupted."
                            + " It goes on after record {}",
                    folder,
                    found.tornBytes(),
                    forced);
        }
        this.usage = measure();
    }

    /**
     * Reads what is there; the first append opens a new segment.
     *
     * @param folder of the storage, for this log alone
     * @param preamble gives the first record of each new segment; called by the thread that appends, which holds the log, when
     *     all records before are durable
     * @throws LogDamagedException when what is there must not be trusted
     */
    public static SegmentedLog open(
            Storage storage,
            String folder,
            UUID job,
            LogSettings settings,
            StreamClock clock,
            Supplier<ByteBuffer> preamble)
            throws IOException {
        return open(storage, folder, job, settings, clock, preamble, 0);
    }

    /**
     * The same of a log that was seen before.
     *
     * @param knownUntil a record that is known to have been in the log, which may have been released since; 0 for none. A folder
     *     without any segment goes on behind it, so no number comes twice
     * @throws LogDamagedException when what is there must not be trusted, or ends before {@code knownUntil}
     */
    public static SegmentedLog open(
            Storage storage,
            String folder,
            UUID job,
            LogSettings settings,
            StreamClock clock,
            Supplier<ByteBuffer> preamble,
            long knownUntil)
            throws IOException {
        return open(storage, folder, job, settings, clock, preamble, knownUntil, 1);
    }

    /**
     * The same for one of several writers, of which a later one takes the place of an earlier one that may not have noticed. What the
     * earlier one still writes is not read, provided that it writes nothing before it has heard, behind its opening, that it was the
     * newest one then.
     *
     * @param writer its number, from 1; a later one has a higher one
     */
    public static SegmentedLog open(
            Storage storage,
            String folder,
            UUID job,
            LogSettings settings,
            StreamClock clock,
            Supplier<ByteBuffer> preamble,
            long knownUntil,
            int writer)
            throws IOException {
        return new SegmentedLog(storage, folder, job, settings, clock, preamble, knownUntil, writer);
    }

    /** A torn tail was promised to nobody; when it was, because somebody saw the records, it was not torn by a crash. */
    private void mustReach(long knownUntil, LogReader.Found found) throws IOException {
        List<LogReader.Segment> segments = found.segments();
        if (!segments.isEmpty() && found.lastSeq() < knownUntil) {
            LogReader.Segment newest = segments.get(segments.size() - 1);
            throw new LogDamagedException(
                    LogDamagedException.Reason.SHORT,
                    path(newest.file()),
                    newest.bytes() - newest.tail(),
                    "it ends with record " + found.lastSeq() + ", and record " + knownUntil + " was there");
        }
    }

    /** Forces what a killed process may have left in memory: the last segment, since all before it were forced. */
    private void makeDurable(LogReader.Found found) throws IOException {
        for (int i = found.segments().size() - 1; i >= 0; i--) {
            if (found.segments().get(i).hasRecords()) {
                storage.force(path(found.segments().get(i).file()));
                storage.forceFolder(folder);
                return;
            }
        }
    }

    /** The records that were there when the log was opened, in order, without preambles. */
    public List<Entry> recovered() {
        return recovered;
    }

    /** The preamble of the newest segment that had one when the log was opened. */
    public Optional<ByteBuffer> recoveredPreamble() {
        return recoveredPreamble.map(ByteBuffer::duplicate);
    }

    /**
     * Writes a record, which may be lost until it is forced. Waits while others write or force.
     *
     * @param type above 0, free for the caller
     * @param payload read and left as it is
     * @throws StorageFullException when there is no space: nothing that was not forced is left
     * @throws LogPoisonedException when the storage has failed, now or earlier
     * @throws IllegalArgumentException when the record is larger than the limit
     */
    public Address append(byte type, ByteBuffer... payload) throws IOException {
        if (type <= 0) {
            throw new IllegalArgumentException("ACQ-0587 a record of type " + type + ": give 1 to 127");
        }
        int length = checkedLength(payload);
        lock.lock();
        try {
            checkUsable();
            SegmentWriter segment = segmentFor(length);
            Address address = guarded(() -> segment.append(type, length, payload));
            written = address.seq();
            appends++;
            return address;
        } finally {
            usage = measure();
            lock.unlock();
        }
    }

    /**
     * Waits until a record, and all before it, are durable.
     *
     * @throws StorageFullException when the record was taken back: append it again
     * @throws LogPoisonedException when the storage has failed, now or earlier
     */
    public void force(Address upTo) throws IOException {
        lock.lock();
        try {
            checkHealthy();
            TakenBack left = takenBack.get(upTo.file());
            if (left != null && upTo.seq() > left.lastSeq()) {
                throw new StorageFullException(
                        "ACQ-0589 record " + upTo.seq() + " of the log in " + folder
                                + " was taken back, since there was no space: append it again",
                        left.cause());
            }
            if (upTo.seq() <= forced) {
                return;
            }
            checkUsable();
            SegmentWriter segment = open;
            if (segment == null || upTo.seq() > written) {
                throw new IllegalArgumentException("ACQ-0591 record " + upTo.seq() + " is not in the log in " + folder
                        + ", which ends with " + written);
            }
            guarded(() -> {
                segment.force();
                return segment;
            });
            forced = written;
            forces++;
        } finally {
            usage = measure();
            lock.unlock();
        }
    }

    /**
     * The payload of a record that is in the log, durable or not.
     *
     * @throws LogDamagedException when something else stands there
     * @throws java.nio.file.NoSuchFileException when its segment was released
     */
    public ByteBuffer read(Address at) throws IOException {
        return LogReader.read(storage, folder, at, settings, seeds.get(at.file()));
    }

    /**
     * Says that no record below a number is needed: segments that hold nothing else are deleted, oldest first, each for good
     * before the next, so that no crash leaves a hole. The newest durable preamble stays.
     */
    public void release(long seq) throws IOException {
        lock.lock();
        try {
            checkUsable();
            boolean openHasPreamble = open != null && forced >= open.firstSeq();
            PastSegments.Past oldest = past.oldestBelow(seq, openHasPreamble);
            while (oldest != null) {
                storage.delete(path(oldest.file()));
                forceFolder();
                past.removeOldest();
                takenBack.remove(oldest.file());
                seeds.remove(oldest.file());
                oldest = past.oldestBelow(seq, openHasPreamble);
            }
        } finally {
            usage = measure();
            lock.unlock();
        }
    }

    /** What the log takes and did; never waits. */
    public Usage usage() {
        return usage;
    }

    /** Finishes the open segment, so that all is durable; when that fails it says so in the log of the program. */
    @Override
    public void close() {
        lock.lock();
        try {
            if (open != null && poison == null) {
                finish();
            }
        } catch (IOException e) {
            LOG.warn("The log in {} could not be finished; what was forced is safe", folder, e);
        } finally {
            closed = true;
            usage = measure();
            lock.unlock();
        }
    }

    private SegmentWriter segmentFor(int length) throws IOException {
        SegmentWriter segment = open;
        if (segment != null && segment.lastSeq() > segment.firstSeq() && isDue(segment, length)) {
            finish();
        }
        return open != null ? open : openSegment();
    }

    private boolean isDue(SegmentWriter segment, int length) {
        return segment.length() + RecordFormat.HEAD + length > settings.roll().bytes()
                || clock.nanoTime() - openedNanos >= settings.rollEvery().toNanos();
    }

    private SegmentWriter openSegment() throws IOException {
        ByteBuffer first = preamble.get();
        checkedLength(first);
        SegmentHeader header = new SegmentHeader(
                SegmentHeader.FORMAT,
                afterTorn ? SegmentHeader.AFTER_TORN : 0,
                job,
                nextNumber++,
                written + 1,
                clock.now().toEpochMilli());
        openedNanos = clock.nanoTime();
        return guarded(() -> {
            afterTorn = true;
            SegmentWriter segment = new SegmentWriter(storage, folder, header, attempt);
            open = segment;
            segment.begin(first);
            written = segment.lastSeq();
            storage.forceFolder(folder);
            seeds.put(segment.file(), segment.seed());
            return segment;
        });
    }

    private void finish() throws IOException {
        SegmentWriter segment = Objects.requireNonNull(open);
        guarded(() -> {
            segment.finish();
            return segment;
        });
        forced = written;
        afterTorn = false;
        keep(segment);
        open = null;
    }

    private void keep(SegmentWriter segment) {
        past.add(new PastSegments.Past(segment.file(), forced, segment.length(), forced >= segment.firstSeq()));
    }

    /** Something that touches the device. */
    @FunctionalInterface
    private interface Step<T> {
        T run() throws IOException;
    }

    private <T> T guarded(Step<T> step) throws IOException {
        try {
            return step.run();
        } catch (StorageFullException e) {
            takeBack(e);
            throw e;
        } catch (IOException | RuntimeException | Error e) {
            throw poisoned(e);
        }
    }

    /** Gives up the open segment: the next one begins with the number after the last record that was forced. */
    private void takeBack(StorageFullException cause) {
        SegmentWriter segment = open;
        open = null;
        afterTorn = true;
        if (segment == null) {
            return;
        }
        if (written > Math.max(forced, segment.firstSeq())) {
            takenBack.put(segment.file(), new TakenBack(forced, cause));
        }
        written = forced;
        try {
            segment.abandon();
            if (forced < segment.firstSeq()) {
                seeds.remove(segment.file());
                storage.delete(path(segment.file()));
                return;
            }
        } catch (IOException e) {
            LOG.debug("Segment {} was given up, but not put away", segment.file(), e);
        }
        keep(segment);
    }

    private LogPoisonedException poisoned(Throwable cause) {
        poison = cause;
        SegmentWriter segment = open;
        if (segment != null) {
            try {
                segment.abandon();
            } catch (IOException e) {
                cause.addSuppressed(e);
            }
        }
        return new LogPoisonedException(folder, cause);
    }

    private void checkHealthy() throws IOException {
        if (poison != null) {
            throw new LogPoisonedException(folder, poison);
        }
    }

    private void checkUsable() throws IOException {
        checkHealthy();
        if (closed) {
            throw new IllegalStateException("ACQ-0588 the log in " + folder + " is closed");
        }
    }

    private void forceFolder() throws IOException {
        try {
            storage.forceFolder(folder);
        } catch (StorageFullException e) {
            throw e;
        } catch (IOException e) {
            throw poisoned(e);
        }
    }

    private int checkedLength(ByteBuffer... payload) {
        long length = 0;
        for (ByteBuffer part : payload) {
            length += part.remaining();
        }
        if (length > settings.maxRecord().bytes()) {
            throw new IllegalArgumentException("ACQ-0586 a record of " + length + " bytes for the log in " + folder
                    + ": at most " + settings.maxRecord() + "; raise streaming.log.max.record");
        }
        return (int) length;
    }

    private String path(String file) {
        return folder + "/" + file;
    }

    private Usage measure() {
        SegmentWriter segment = open;
        return new Usage(
                past.count() + (segment == null ? 0 : 1),
                past.bytes() + (segment == null ? 0 : segment.length()),
                written,
                tornTails,
                appends,
                forces);
    }
}
