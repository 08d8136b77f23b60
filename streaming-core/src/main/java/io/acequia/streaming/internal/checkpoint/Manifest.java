/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.checkpoint;

import io.acequia.streaming.data.Time;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * What a checkpoint consists of: {@code magic u32 | format u32 | length u32 | crc32c u32 | fields}. The checksum covers format,
 * length and fields. A checkpoint that is a base stands alone; any other one names parts of the one before, too.
 *
 * @param job the job that owns it
 * @param name its folder
 * @param time the newest batch that it covers
 * @param beginning what the job began with
 * @param base the folder of the base it builds upon; its own when it is one
 * @param increments how many checkpoints there are after the base, with this one
 * @param journal the last record of the journal that was forced when it was taken: without it the journal is not the one that
 *     belongs to it
 * @param app the name of the application
 * @param positions where each source stands after the batch, by uid
 * @param owners what keeps data
 * @param values small things by kind and name
 */
public record Manifest(
        UUID job,
        String name,
        Time time,
        Beginning beginning,
        String base,
        int increments,
        long journal,
        String app,
        List<Named> positions,
        List<Owner> owners,
        List<Named> values) {
    /** Its file. */
    public static final String FILE = "MANIFEST";

    /** Before the name of a sum, among the values. */
    public static final String SUM = "accumulator/";

    /** Before the uid of a source, among the values: what back-pressure has found out about it. */
    public static final String RATE = "rate/";

    private static final int MAGIC = 0x4143514D;
    private static final int FORMAT = 1;
    private static final int HEAD = 16;
    private static final Pattern FILES =
            Pattern.compile("cp--?\\d{1,18}-[0-9a-f]{8,16}/[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

    public Manifest {
        positions = List.copyOf(positions);
        owners = List.copyOf(owners);
        values = List.copyOf(values);
    }

    /** A text under a name. */
    public record Named(String name, String text) {
        static void write(FieldWriter out, Named named) {
            out.text(named.name).text(named.text);
        }

        static Named read(FieldReader in) throws CheckpointRefusedException {
            return new Named(in.text(), in.text());
        }
    }

    /** What an owner keeps. */
    public enum Kind {
        /** Keyed state: its pieces are applied one after the other. */
        STATE,
        /** RDDs of batches, each whole in one of the pieces. */
        BATCHES
    }

    /**
     * Something in the program that keeps data.
     *
     * @param uid what it is found by
     * @param kind what it keeps
     * @param operation what it is, for people
     * @param shape must be the same in the program that takes it up
     * @param times of the batches whose data is needed; of state the version
     * @param pieces what was written for it, oldest first
     */
    public record Owner(String uid, Kind kind, String operation, String shape, List<Time> times, List<Piece> pieces) {
        public Owner {
            times = List.copyOf(times);
            pieces = List.copyOf(pieces);
        }

        static void write(FieldWriter out, Owner owner) {
            out.text(owner.uid)
                    .text(owner.kind.name())
                    .text(owner.operation)
                    .text(owner.shape)
                    .list(owner.times, Manifest::time)
                    .list(owner.pieces, Piece::write);
        }

        static Owner read(FieldReader in) throws CheckpointRefusedException {
            return new Owner(in.text(), kind(in), in.text(), in.text(), in.list(Manifest::time), in.list(Piece::read));
        }

        private static Kind kind(FieldReader in) throws CheckpointRefusedException {
            String name = in.text();
            for (Kind kind : Kind.values()) {
                if (kind.name().equals(name)) {
                    return kind;
                }
            }
            throw in.damaged("something is kept as '" + name + "'");
        }

        /** How long its files are. */
        public long bytes() {
            return pieces.stream()
                    .flatMap(piece -> piece.parts().stream())
                    .mapToLong(Part::bytes)
                    .sum();
        }
    }

    /**
     * What one checkpoint wrote of an owner, a part for each partition.
     *
     * @param times what the sections of each part belong to
     * @param keyed whether the records are pairs of a keyed stream
     */
    public record Piece(List<Time> times, boolean keyed, List<Part> parts) {
        public Piece {
            times = List.copyOf(times);
            parts = List.copyOf(parts);
        }

        static void write(FieldWriter out, Piece piece) {
            out.list(piece.times, Manifest::time).flag(piece.keyed).list(piece.parts, Part::write);
        }

        static Piece read(FieldReader in) throws CheckpointRefusedException {
            return new Piece(in.list(Manifest::time), in.flag(), in.list(Part::read));
        }
    }

    private static void time(FieldWriter out, Time time) {
        out.number(time.milliseconds());
    }

    private static Time time(FieldReader in) throws CheckpointRefusedException {
        return new Time(in.big());
    }

    /** Whether it needs no other checkpoint. */
    public boolean isBase() {
        return base.equals(name);
    }

    /** All files that it needs beside its own. */
    public Stream<Part> parts() {
        return owners.stream().flatMap(owner -> owner.pieces().stream()).flatMap(piece -> piece.parts().stream());
    }

    /** How long all its files are. */
    public long bytes() {
        return parts().mapToLong(Part::bytes).sum();
    }

    /** What was kept for a uid. */
    public Optional<Owner> owner(String uid) {
        return owners.stream().filter(owner -> owner.uid().equals(uid)).findFirst();
    }

    /** Where a source stands. */
    public Optional<String> position(String source) {
        return named(positions, source);
    }

    /** A small thing. */
    public Optional<String> value(String name) {
        return named(values, name);
    }

    private static Optional<String> named(List<Named> all, String name) {
        return all.stream()
                .filter(one -> one.name().equals(name))
                .map(Named::text)
                .findFirst();
    }

    ByteBuffer encode() {
        FieldWriter out = new FieldWriter()
                .number(job.getMostSignificantBits())
                .number(job.getLeastSignificantBits())
                .text(name)
                .number(time.milliseconds());
        Beginning.write(out, beginning);
        ByteBuffer fields = out.text(base)
                .number(increments)
                .number(journal)
                .text(app)
                .list(positions, Named::write)
                .list(owners, Owner::write)
                .list(values, Named::write)
                .bytes();
        return ByteBuffer.allocate(HEAD + fields.remaining())
                .putInt(MAGIC)
                .putInt(FORMAT)
                .putInt(fields.remaining())
                .putInt(checksum(FORMAT, fields))
                .put(fields)
                .flip();
    }

    private static int checksum(int format, ByteBuffer fields) {
        CRC32C sum = new CRC32C();
        sum.update(
                ByteBuffer.allocate(8).putInt(format).putInt(fields.remaining()).flip());
        sum.update(fields.duplicate());
        return (int) sum.getValue();
    }

    static Manifest decode(ByteBuffer bytes, String file) throws CheckpointRefusedException {
        int length = bytes.remaining() - HEAD;
        if (length < 0 || bytes.getInt(0) != MAGIC) {
            throw new CheckpointRefusedException("ACQ-1107", file, 0, "this is no manifest of a checkpoint", null);
        }
        int format = bytes.getInt(4);
        ByteBuffer fields = bytes.slice(HEAD, length);
        boolean whole = bytes.getInt(8) == length && bytes.getInt(12) == checksum(format, fields);
        if (!whole) {
            throw new CheckpointRefusedException(
                    "ACQ-1108", file, 0, "its checksum is wrong: the file is damaged", null);
        }
        if (format != FORMAT) {
            throw new CheckpointRefusedException(
                    "ACQ-1109",
                    file,
                    4,
                    "its format is " + format + ", and this version knows up to " + FORMAT
                            + ": recover with the version that wrote it",
                    null);
        }
        FieldReader in = new FieldReader(fields, file);
        Manifest manifest = new Manifest(
                new UUID(in.big(), in.big()),
                in.text(),
                new Time(in.big()),
                Beginning.read(in),
                in.text(),
                in.number(),
                in.big(),
                in.text(),
                in.list(Named::read),
                in.list(Owner::read),
                in.list(Named::read));
        in.mustEnd();
        manifest.mustName(file);
        return manifest;
    }

    /** Its files are files of checkpoints, nothing else: a name is made into a path. */
    private void mustName(String file) throws CheckpointRefusedException {
        List<String> names = new ArrayList<>(List.of(name + "/" + FILE, base + "/" + FILE));
        parts().map(Part::file).forEach(names::add);
        for (String each : names) {
            if (!FILES.matcher(each).matches()) {
                throw new CheckpointRefusedException(
                        "ACQ-1117",
                        file,
                        -1,
                        "it names '" + each + "', which is no file of a checkpoint: somebody else wrote it",
                        null);
            }
        }
    }
}
