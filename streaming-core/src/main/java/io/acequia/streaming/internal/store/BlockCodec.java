/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.store;

import io.acequia.streaming.data.Utf8;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * Turns the records of a block into bytes that another process can read, and back. The first byte says the form, which
 * follows from the records:
 *
 * <ul>
 *   <li>all of one class that has a codec, all {@link Utf8}, or all {@code byte[]}: the lengths of all records, then their
 *       bytes without anything between. No object is made for a record on the way out;
 *   <li>anything else: chunks of a {@link RecordSerializer}, each with its length before it.
 * </ul>
 *
 * <p>Nothing in the bytes is believed: a length that does not fit is refused before anything is allocated by it, and a block
 * gives exactly the records that were expected or an exception. What damage cannot be seen here (a changed letter) is for
 * the checksum of whoever stores the block. For any thread.
 */
public final class BlockCodec {
    private static final int TEXT = 1;
    private static final int BYTES = 2;
    private static final int CODEC = 3;
    private static final int CHUNKS = 4;

    private static final int FIRST_PIECE = 4 << 10;
    private static final int LARGEST_PIECE = 1 << 20;
    private static final int MOST_HEADER = 16;

    private final RecordSerializer serializer;

    public BlockCodec(RecordSerializer serializer) {
        this.serializer = serializer;
    }

    /**
     * The bytes of a block, in pieces to be written one after the other.
     *
     * @param count of the records in all parts
     * @throws IllegalArgumentException when a class is not registered or cannot be serialized
     * @throws RefusedRecordsException when a codec or Java serialization refuses an object
     */
    public List<ByteBuffer> encode(List<? extends List<?>> parts, int count) throws IOException {
        long records = 0;
        for (List<?> part : parts) {
            records += part.size();
        }
        if (records != count) {
            throw new IllegalArgumentException(
                    "ACQ-0552 a block of " + count + " records should be encoded, but holds " + records);
        }
        Run run = run(first(parts), count);
        return run != null && run.addAll(parts) ? run.pieces() : chunks(parts, count);
    }

    private static @Nullable Object first(List<? extends List<?>> parts) {
        for (List<?> part : parts) {
            if (!part.isEmpty()) {
                return part.get(0);
            }
        }
        return Utf8.of("");
    }

    private @Nullable Run run(@Nullable Object first, int count) {
        CodecSerializer codec = first == null ? null : serializer.codecOf(first.getClass());
        if (codec != null) {
            return new CodecRun(codec, count);
        }
        if (first instanceof Utf8) {
            return new TextRun(count);
        }
        return first instanceof byte[] ? new BytesRun(count) : null;
    }

    private List<ByteBuffer> chunks(List<? extends List<?>> parts, int count) throws IOException {
        List<ByteBuffer> pieces = new ArrayList<>();
        pieces.add(header(CHUNKS, count).flip());
        try (RecordSerializer.Writer writer =
                serializer.writer((bytes, length) -> pieces.add(ByteBuffer.allocate(Integer.BYTES + length)
                        .putInt(length)
                        .put(bytes, 0, length)
                        .flip()))) {
            for (List<?> part : parts) {
                for (Object record : part) {
                    writer.add(record);
                }
            }
            writer.finish();
        }
        return pieces;
    }

    private static ByteBuffer header(int form, int count) {
        ByteBuffer header = ByteBuffer.allocate(MOST_HEADER).put((byte) form);
        putNumber(header, count);
        return header;
    }

    /** Seven bits in each byte, the lowest first; all but the last have the highest bit set. */
    private static void putNumber(ByteBuffer target, int number) {
        int rest = number;
        for (; rest > 0x7f; rest >>>= 7) {
            target.put((byte) (rest | 0x80));
        }
        target.put((byte) rest);
    }

    /** Records with their lengths before all of them. */
    private abstract static class Run {
        private final ByteBuffer header;
        private final List<ByteBuffer> pieces = new ArrayList<>();
        private byte[] lengths;
        private int lengthsEnd;
        private byte[] piece = {};
        private int end;

        Run(ByteBuffer header, int count) {
            this.header = header.flip();
            this.lengths = new byte[MOST_HEADER + count];
        }

        /** False when a record is of another class. */
        abstract boolean addAll(List<? extends List<?>> parts);

        /** Adds a length; the bytes go into {@link #piece} at the position that is given. */
        final int next(int length) {
            if (lengths.length - lengthsEnd < MOST_HEADER) {
                lengths = Arrays.copyOf(lengths, 2 * lengths.length);
            }
            int rest = length;
            for (; rest > 0x7f; rest >>>= 7) {
                lengths[lengthsEnd++] = (byte) (rest | 0x80);
            }
            lengths[lengthsEnd++] = (byte) rest;
            if (length > piece.length - end) {
                flush();
                int size = Math.min(LARGEST_PIECE, Math.max(FIRST_PIECE, 2 * piece.length));
                piece = new byte[Math.max(size, length)];
            }
            int at = end;
            end += length;
            return at;
        }

        final byte[] piece() {
            return piece;
        }

        private void flush() {
            if (end > 0) {
                pieces.add(ByteBuffer.wrap(piece, 0, end));
            }
            end = 0;
        }

        final List<ByteBuffer> pieces() {
            flush();
            pieces.add(0, header);
            pieces.add(1, ByteBuffer.wrap(lengths, 0, lengthsEnd));
            return pieces;
        }
    }

    private static final class TextRun extends Run {
        TextRun(int count) {
            super(BlockCodec.header(TEXT, count), count);
        }

        @Override
        boolean addAll(List<? extends List<?>> parts) {
            for (List<?> part : parts) {
                for (Object record : part) {
                    if (!(record instanceof Utf8 text)) {
                        return false;
                    }
                    int at = next(text.length());
                    text.copyTo(piece(), at);
                }
            }
            return true;
        }
    }

    private static final class BytesRun extends Run {
        BytesRun(int count) {
            super(BlockCodec.header(BYTES, count), count);
        }

        @Override
        boolean addAll(List<? extends List<?>> parts) {
            for (List<?> part : parts) {
                for (Object record : part) {
                    if (!(record instanceof byte[] bytes)) {
                        return false;
                    }
                    int at = next(bytes.length);
                    System.arraycopy(bytes, 0, piece(), at, bytes.length);
                }
            }
            return true;
        }
    }

    private static final class CodecRun extends Run {
        private final CodecSerializer codec;

        CodecRun(CodecSerializer codec, int count) {
            super(header(codec, count), count);
            this.codec = codec;
        }

        private static ByteBuffer header(CodecSerializer codec, int count) {
            byte[] id = codec.id().getBytes(StandardCharsets.UTF_8);
            ByteBuffer header = ByteBuffer.allocate(2 * MOST_HEADER + id.length)
                    .put(BlockCodec.header(CODEC, count).flip());
            putNumber(header, id.length);
            return header.put(id);
        }

        @Override
        boolean addAll(List<? extends List<?>> parts) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            for (List<?> part : parts) {
                for (Object record : part) {
                    if (record == null || record.getClass() != codec.type()) {
                        return false;
                    }
                    bytes.reset();
                    codec.encode(record, bytes);
                    int at = next(bytes.size());
                    System.arraycopy(bytes.toByteArray(), 0, piece(), at, bytes.size());
                }
            }
            return true;
        }
    }

    /**
     * The records of a block, made as they are asked for; the bytes must not change before the last was taken.
     *
     * @throws RefusedRecordsException here, or from the iterator, when the bytes are damaged, hold another number of records, or
     *     need a class that may not be read
     */
    public <T> Iterator<T> decode(ByteBuffer bytes, int expectedCount) {
        ByteBuffer in = bytes.slice();
        int form = in.hasRemaining() ? in.get() : 0;
        int count = number(in);
        if (count != expectedCount) {
            throw damaged(count + " records are announced where " + expectedCount + " were stored");
        }
        return switch (form) {
            case TEXT -> slices(in, count, Utf8::wrap);
            case BYTES -> slices(in, count, (array, from, length) -> Arrays.copyOfRange(array, from, from + length));
            case CODEC -> slices(in, count, codec(in)::decode);
            case CHUNKS -> new Counted<>(serializer.read(new Chunks(in)), count);
            default -> throw damaged("no form has the number " + form);
        };
    }

    private CodecSerializer codec(ByteBuffer in) {
        int length = number(in);
        if (length > in.remaining()) {
            throw damaged("the id of a codec is cut off");
        }
        byte[] id = new byte[length];
        in.get(id);
        return serializer.codec(new String(id, StandardCharsets.UTF_8));
    }

    private static int number(ByteBuffer in) {
        int number = 0;
        for (int shift = 0; shift < 32; shift += 7) {
            if (!in.hasRemaining()) {
                break;
            }
            byte part = in.get();
            number |= (part & 0x7f) << shift;
            if (part >= 0 && number >= 0) {
                return number;
            }
        }
        throw damaged("a number is cut off or too large");
    }

    @SuppressWarnings("unchecked") // the caller knows what it stored
    private static <T> Iterator<T> slices(ByteBuffer in, int count, Cut cut) {
        if (count > in.remaining()) {
            throw damaged(count + " records are announced and " + in.remaining() + " bytes follow");
        }
        byte[] all = new byte[in.remaining()];
        in.get(all);
        ByteBuffer lengths = ByteBuffer.wrap(all);
        long data = 0;
        for (int i = 0; i < count; i++) {
            data += number(lengths);
        }
        if (data != lengths.remaining()) {
            throw damaged("records of " + data + " bytes are announced and " + lengths.remaining() + " follow");
        }
        return (Iterator<T>) new Slices(all, lengths.position(), count, cut);
    }

    private static RefusedRecordsException damaged(String how) {
        return new RefusedRecordsException("ACQ-0544 a block of records is damaged: " + how, null);
    }

    /** Makes a record of its bytes. */
    @FunctionalInterface
    private interface Cut {
        Object record(byte[] array, int from, int length);
    }

    /** Records whose lengths were checked. */
    private static final class Slices implements Iterator<Object> {
        private final byte[] all;
        private final ByteBuffer lengths;
        private final Cut cut;
        private int at;
        private int left;

        Slices(byte[] all, int at, int count, Cut cut) {
            this.all = all;
            this.lengths = ByteBuffer.wrap(all);
            this.at = at;
            this.left = count;
            this.cut = cut;
        }

        @Override
        public boolean hasNext() {
            return left > 0;
        }

        @Override
        public Object next() {
            if (left <= 0) {
                throw new NoSuchElementException();
            }
            int length = number(lengths);
            Object record = cut.record(all, at, length);
            at += length;
            left--;
            return record;
        }
    }

    private static final class Chunks implements Iterator<byte[]> {
        private final ByteBuffer in;

        Chunks(ByteBuffer in) {
            this.in = in;
        }

        @Override
        public boolean hasNext() {
            return in.hasRemaining();
        }

        @Override
        public byte[] next() {
            if (!in.hasRemaining()) {
                throw new NoSuchElementException();
            }
            int length = in.remaining() < Integer.BYTES ? -1 : in.getInt();
            if (length < 0 || length > in.remaining()) {
                throw damaged("a chunk announces " + length + " bytes and " + in.remaining() + " follow");
            }
            byte[] chunk = new byte[length];
            in.get(chunk);
            return chunk;
        }
    }

    /** Gives so many records, or refuses. */
    private static final class Counted<T> implements Iterator<T> {
        private final Iterator<T> records;
        private int left;

        Counted(Iterator<T> records, int count) {
            this.records = records;
            this.left = count;
        }

        @Override
        public boolean hasNext() {
            boolean more = records.hasNext();
            if (more != left > 0) {
                throw damaged(more ? "more records follow than are announced" : left + " records are missing");
            }
            return more;
        }

        @Override
        public T next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            left--;
            return records.next();
        }
    }
}
