/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.log;

import io.acequia.streaming.internal.log.LogDamagedException.Reason;
import io.acequia.streaming.storage.Storage;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Reads a log that nobody writes, and changes nothing. For one thread.
 *
 * <p>What is accepted: segments with consecutive numbers and records with consecutive numbers, from any segment on, since the
 * first ones may have been released. All segments but the last are finished, with one exception: a segment whose header says
 * {@code AFTER_TORN} tells by its {@code firstSeq} where the one before ends, and it may leave out numbers of segments that
 * held nothing. A file that was torn before its header was whole, and holds nothing else, counts as not there; it may be the
 * last one or stand before an {@code AFTER_TORN}. Numbers of records alone would find a missing segment; those of segments
 * only help to say so.
 *
 * <p>A segment of an older attempt than another one with the same number or a lower one counts as not there, too: a later writer had
 * taken over when it was made, since a writer begins behind all segments that it finds.
 */
public final class LogReader {
    private final Storage storage;
    private final String folder;
    private final Optional<UUID> job;
    private final int maxRecord;
    private final List<Segment> segments = new ArrayList<>();

    private LogReader(Storage storage, String folder, Optional<UUID> job, LogSettings settings) {
        this.storage = storage;
        this.folder = folder;
        this.job = job;
        this.maxRecord = (int) settings.maxRecord().bytes();
    }

    /** Called for each record in the order of the log, also for preambles. */
    @FunctionalInterface
    public interface Visitor {
        void record(byte type, Address address, ByteBuffer payload) throws IOException;
    }

    /**
     * A segment that was read.
     *
     * @param file its name in the folder
     * @param number from 1, as in the name
     * @param attempt as in the name
     * @param firstSeq of its first record
     * @param lastSeq of its last record; below {@code firstSeq} when there is none
     * @param bytes length of the file
     * @param tail bytes behind its records that count for nothing
     * @param finished whether it has its trailer
     * @param seed what its checksums begin with
     */
    public record Segment(
            String file,
            long number,
            int attempt,
            long firstSeq,
            long lastSeq,
            long bytes,
            long tail,
            boolean finished,
            int seed) {
        boolean hasRecords() {
            return lastSeq >= firstSeq;
        }
    }

    /**
     * What was found.
     *
     * @param segments in order; those torn before their header was whole have no records
     * @param lastSeq of the last record; 0 for an empty log
     */
    public record Found(List<Segment> segments, long lastSeq) {
        /** Bytes that the last writer left behind its last good record. */
        public long tornBytes() {
            return segments.isEmpty() ? 0 : segments.get(segments.size() - 1).tail();
        }
    }

    /** The type of the first record of each segment. */
    public static final byte PREAMBLE = RecordFormat.PREAMBLE;

    /**
     * Reads all records with the default limits.
     *
     * @param job whose log it must be; empty for that of any job
     * @throws LogDamagedException when the log must not be trusted; what was visited before is right
     */
    public static Found scan(Storage storage, String folder, Optional<UUID> job, Visitor visitor) throws IOException {
        return scan(storage, folder, job, LogSettings.defaults(), visitor);
    }

    /** The same under the limits of a log. */
    public static Found scan(Storage storage, String folder, Optional<UUID> job, LogSettings settings, Visitor visitor)
            throws IOException {
        return walk(
                storage,
                folder,
                job,
                settings,
                (type, address, bytes) -> visitor.record(
                        type, address, bytes.at(address.offset() + RecordFormat.HEAD, address.length())));
    }

    /**
     * The payload of one record, for who knows where it is.
     *
     * @throws LogDamagedException when something else stands there
     * @throws java.nio.file.NoSuchFileException when its segment was released
     */
    public static ByteBuffer read(Storage storage, String folder, Address at, LogSettings settings) throws IOException {
        return read(storage, folder, at, settings, null);
    }

    static ByteBuffer read(Storage storage, String folder, Address at, LogSettings settings, @Nullable Integer known)
            throws IOException {
        String name = folder.isEmpty() ? at.file() : folder + "/" + at.file();
        if (at.length() < 0 || at.length() > settings.maxRecord().bytes()) {
            throw new LogDamagedException(Reason.ADDRESS, name, at.offset(), "a length of " + at.length());
        }
        int seed = known != null ? known : SegmentHeader.seed(storage.read(name, 0, SegmentHeader.BYTES));
        ByteBuffer record;
        try {
            record = storage.read(name, at.offset(), RecordFormat.HEAD + at.length());
        } catch (EOFException e) {
            throw new LogDamagedException(Reason.ADDRESS, name, at.offset(), "the file ends before it");
        }
        ByteBuffer payload = record.slice(RecordFormat.HEAD, at.length());
        ByteBuffer head = RecordFormat.head(seed, record.get(8), at.seq(), at.length(), payload);
        if (!record.slice(0, RecordFormat.HEAD).equals(head)) {
            throw new LogDamagedException(Reason.ADDRESS, name, at.offset(), "record " + at.seq() + " is not there");
        }
        return payload;
    }

    static Found walk(
            Storage storage, String folder, Optional<UUID> job, LogSettings settings, SegmentReader.Visitor visitor)
            throws IOException {
        return new LogReader(storage, folder, job, settings).read(visitor);
    }

    /** A file and its header, unless that was torn or counts for nothing. */
    private record Opened(
            SegmentName name, SegmentBytes bytes, @Nullable SegmentHeader header, int seed, boolean late) {
        Opened(SegmentName name, SegmentBytes bytes, @Nullable SegmentHeader header, int seed) {
            this(name, bytes, header, seed, false);
        }

        Opened asLate() {
            return new Opened(name, bytes, null, 0, true);
        }
    }

    private Found read(SegmentReader.Visitor visitor) throws IOException {
        List<Opened> files = new ArrayList<>();
        for (Storage.Entry entry : storage.list(folder)) {
            Optional<SegmentName> name =
                    SegmentName.parse(entry.name().substring(entry.name().lastIndexOf('/') + 1));
            if (name.isPresent()) {
                files.add(open(name.get(), new SegmentBytes(storage, entry)));
            }
        }
        files.sort((a, b) -> a.name().compareTo(b.name()));
        leaveOutLate(files);
        checkNumbers(files);
        long nextSeq = 1;
        Opened last = null;
        for (int i = 0; i < files.size(); i++) {
            Opened file = files.get(i);
            SegmentHeader header = file.header();
            if (header == null) {
                segments.add(torn(file, nextSeq));
                continue;
            }
            checkOrder(last, header, file, nextSeq);
            nextSeq = segment(file, header, following(files, i), visitor);
            last = file;
        }
        return new Found(List.copyOf(segments), nextSeq - 1);
    }

    private Opened open(SegmentName name, SegmentBytes bytes) throws IOException {
        int readable = (int) Math.min(SegmentHeader.BYTES, bytes.length());
        ByteBuffer head = readable == 0 ? ByteBuffer.allocate(0) : bytes.at(0, readable);
        if (readable < SegmentHeader.BYTES || !SegmentHeader.isWhole(head, name.attempt())) {
            if (bytes.isZeroFrom(SegmentHeader.BYTES - 1)) {
                return new Opened(name, bytes, null, 0);
            }
            throw damaged(Reason.HEADER, bytes, "its checksum is wrong");
        }
        SegmentHeader header = SegmentHeader.decode(head);
        if (!header.isKnown()) {
            throw damaged(Reason.FORMAT, bytes, "format " + header.format() + ", flags " + header.flags());
        }
        if (job.isPresent() && !job.get().equals(header.job())) {
            throw damaged(Reason.OTHER_JOB, bytes, header.job() + ", and this is " + job.get());
        }
        if (header.number() != name.number()) {
            throw damaged(Reason.MISNAMED, bytes, "it is segment " + header.number());
        }
        return new Opened(name, bytes, header, SegmentHeader.seed(head));
    }

    /** Marks what a writer made after a later one had begun. */
    private static void leaveOutLate(List<Opened> files) {
        int newest = 0;
        int seen = 0;
        for (int i = 0; i < files.size(); i++) {
            Opened file = files.get(i);
            for (;
                    seen < files.size()
                            && files.get(seen).name().number() == file.name().number();
                    seen++) {
                if (files.get(seen).header() != null) {
                    newest = Math.max(newest, files.get(seen).name().attempt());
                }
            }
            if (file.header() != null && file.name().attempt() < newest) {
                files.set(i, file.asLate());
            }
        }
    }

    private static void checkNumbers(List<Opened> files) throws IOException {
        for (int i = 1; i < files.size(); i++) {
            boolean same =
                    files.get(i).name().number() == files.get(i - 1).name().number();
            if (same && !files.get(i).late() && !files.get(i - 1).late()) {
                throw damaged(
                        Reason.TWICE,
                        files.get(i).bytes(),
                        "the other is " + files.get(i - 1).name().file());
            }
        }
        for (int i = 0; i < files.size(); i++) {
            SegmentHeader next = following(files, i);
            if (files.get(i).header() == null && !files.get(i).late() && next != null && !next.isAfterTorn()) {
                throw damaged(Reason.HEADER, files.get(i).bytes(), "it is not whole, and segments follow");
            }
        }
    }

    private static @Nullable SegmentHeader following(List<Opened> files, int index) {
        for (Opened file : files.subList(index + 1, files.size())) {
            if (file.header() != null) {
                return file.header();
            }
        }
        return null;
    }

    private static void checkOrder(@Nullable Opened last, SegmentHeader header, Opened file, long nextSeq)
            throws IOException {
        if (last == null) {
            return;
        }
        boolean jumps = header.number() != last.name().number() + 1;
        if (jumps && !header.isAfterTorn()) {
            throw damaged(
                    Reason.MISSING,
                    file.bytes(),
                    "the one before is " + last.name().file());
        }
        if (header.firstSeq() != nextSeq) {
            throw damaged(
                    jumps ? Reason.MISSING : Reason.GAP,
                    file.bytes(),
                    "it begins with record " + header.firstSeq() + ", and " + nextSeq + " is the next after "
                            + last.name().file());
        }
    }

    /** Reads a segment and gives the number of the record that must follow it. */
    private long segment(Opened file, SegmentHeader header, @Nullable SegmentHeader next, SegmentReader.Visitor visitor)
            throws IOException {
        SegmentReader reader =
                new SegmentReader(file.bytes(), file.name().file(), file.seed(), header.firstSeq(), maxRecord);
        if (next == null) {
            reader.readLast(visitor);
        } else if (next.isAfterTorn()) {
            reader.readBelow(next.firstSeq(), visitor);
        } else {
            reader.readFinished(visitor);
        }
        segments.add(new Segment(
                file.name().file(),
                file.name().number(),
                file.name().attempt(),
                header.firstSeq(),
                reader.nextSeq() - 1,
                file.bytes().length(),
                reader.isFinished() ? 0 : reader.tail(),
                reader.isFinished(),
                file.seed()));
        return reader.nextSeq();
    }

    private static Segment torn(Opened file, long nextSeq) {
        long length = file.bytes().length();
        return new Segment(
                file.name().file(),
                file.name().number(),
                file.name().attempt(),
                nextSeq,
                nextSeq - 1,
                length,
                length,
                false,
                0);
    }

    private static LogDamagedException damaged(Reason reason, SegmentBytes bytes, String detail) {
        return new LogDamagedException(reason, bytes.name(), 0, detail);
    }
}
