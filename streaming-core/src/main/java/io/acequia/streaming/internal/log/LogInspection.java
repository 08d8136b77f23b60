/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.log;

import io.acequia.streaming.data.ByteSize;
import io.acequia.streaming.storage.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Looks at logs for people, also at those that are written meanwhile, and changes nothing. For any thread.
 *
 * <p>A writer can make a whole log look damaged: a segment is measured, then it is finished and the next one begins. So damage
 * is believed when a second look finds the same at the same place.
 */
public final class LogInspection {
    private static final int MOST_LOOKS = 5;

    /** The limits under which the log was written are not known, so the widest apply. */
    private static final LogSettings LIMITS = new LogSettings(
            ByteSize.mebibytes(1024),
            LogSettings.defaults().roll(),
            LogSettings.defaults().rollEvery());

    private LogInspection() {}

    /** How a segment looks from outside. */
    public enum State {
        /** It has a trailer. */
        FINISHED,
        /** It has none: it is being written, or its writer was interrupted. */
        UNFINISHED,
        /** Not even its header is there. */
        NO_HEADER
    }

    /**
     * A segment, by its header and trailer: what stands between is not judged.
     *
     * @param file its name in the folder
     * @param firstSeq of its first record; 0 without a header
     * @param lastSeq of its last record; below {@code firstSeq} when there is none
     * @param bytes length of the file
     * @param state how it looks
     * @param createdMs when it was begun; 0 without a header
     */
    public record Listed(String file, long firstSeq, long lastSeq, long bytes, State state, long createdMs) {}

    /** Whether a file of that name is a segment. */
    public static boolean isSegment(String file) {
        return SegmentName.parse(file).isPresent();
    }

    /** The segments in a folder, in order; only the records of the last unfinished one are read. Also of a damaged log. */
    public static List<Listed> list(Storage storage, String folder) throws IOException {
        List<Head> heads = new ArrayList<>();
        for (Storage.Entry entry : storage.list(folder)) {
            Optional<SegmentName> name =
                    SegmentName.parse(entry.name().substring(entry.name().lastIndexOf('/') + 1));
            if (name.isPresent()) {
                try {
                    heads.add(head(storage, entry, name.get()));
                } catch (NoSuchFileException e) {
                    // released since the folder was listed
                }
            }
        }
        heads.sort((a, b) -> a.name().compareTo(b.name()));
        List<Listed> listed = new ArrayList<>();
        for (int i = 0; i < heads.size(); i++) {
            listed.add(listed(storage, heads.get(i), firstSeqAfter(heads, i)));
        }
        return listed;
    }

    /**
     * Reads all records. After a look that was not believed, the visitor is called from the beginning again.
     *
     * @throws LogDamagedException when the log must not be trusted; what was visited before is right
     */
    public static LogReader.Found read(Storage storage, String folder, LogReader.Visitor visitor) throws IOException {
        return read(storage, folder, Optional.empty(), visitor);
    }

    /** The same of a log that must be that of a job. */
    public static LogReader.Found read(Storage storage, String folder, Optional<UUID> job, LogReader.Visitor visitor)
            throws IOException {
        LogDamagedException before = null;
        for (int look = 1; ; look++) {
            try {
                return LogReader.scan(storage, folder, job, LIMITS, visitor);
            } catch (LogDamagedException e) {
                if (look == MOST_LOOKS || isSame(before, e)) {
                    throw e;
                }
                before = e;
            } catch (NoSuchFileException e) {
                if (look == MOST_LOOKS) {
                    throw e;
                }
            }
        }
    }

    private static boolean isSame(@Nullable LogDamagedException before, LogDamagedException now) {
        return before != null
                && before.reason() == now.reason()
                && before.offset() == now.offset()
                && before.file().equals(now.file());
    }

    /** A file, its header unless that is not whole, and the last record by its trailer. */
    private record Head(
            Storage.Entry file, SegmentName name, @Nullable SegmentHeader header, int seed, OptionalLong trailer) {}

    private static Head head(Storage storage, Storage.Entry file, SegmentName name) throws IOException {
        if (file.length() < SegmentHeader.BYTES) {
            return new Head(file, name, null, 0, OptionalLong.empty());
        }
        ByteBuffer bytes = storage.read(file.name(), 0, SegmentHeader.BYTES);
        if (!SegmentHeader.isWhole(bytes, name.attempt())) {
            return new Head(file, name, null, 0, OptionalLong.empty());
        }
        SegmentHeader header = SegmentHeader.decode(bytes);
        return new Head(file, name, header, SegmentHeader.seed(bytes), trailer(storage, file, header.firstSeq()));
    }

    private static OptionalLong trailer(Storage storage, Storage.Entry file, long firstSeq) throws IOException {
        long at = file.length() - RecordFormat.TRAILER;
        if (at < SegmentHeader.BYTES) {
            return OptionalLong.empty();
        }
        ByteBuffer bytes = storage.read(file.name(), at, RecordFormat.TRAILER);
        long count = bytes.getLong(1);
        long lastSeq = bytes.getLong(9);
        return bytes.get(0) == RecordFormat.END && count > 0 && lastSeq == firstSeq + count - 1
                ? OptionalLong.of(lastSeq)
                : OptionalLong.empty();
    }

    private static OptionalLong firstSeqAfter(List<Head> heads, int index) {
        for (Head head : heads.subList(index + 1, heads.size())) {
            if (head.header() != null) {
                return OptionalLong.of(head.header().firstSeq());
            }
        }
        return OptionalLong.empty();
    }

    private static Listed listed(Storage storage, Head head, OptionalLong next) throws IOException {
        SegmentHeader header = head.header();
        String file = head.name().file();
        long bytes = head.file().length();
        if (header == null) {
            return new Listed(file, 0, -1, bytes, State.NO_HEADER, 0);
        }
        boolean finished = head.trailer().isPresent();
        long lastSeq = finished
                ? head.trailer().getAsLong()
                : next.isPresent() ? next.getAsLong() - 1 : lastReadable(storage, head, header);
        return new Listed(
                file,
                header.firstSeq(),
                lastSeq,
                bytes,
                finished ? State.FINISHED : State.UNFINISHED,
                header.createdMs());
    }

    private static long lastReadable(Storage storage, Head head, SegmentHeader header) throws IOException {
        SegmentReader reader = new SegmentReader(
                new SegmentBytes(storage, head.file()), head.name().file(), head.seed(), header.firstSeq(), (int)
                        LIMITS.maxRecord().bytes());
        try {
            reader.readLast((type, address, bytes) -> {});
        } catch (LogDamagedException | NoSuchFileException e) {
            // as far as it could be read
        }
        return reader.nextSeq() - 1;
    }
}
