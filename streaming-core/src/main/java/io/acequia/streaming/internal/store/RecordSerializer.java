/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.store;

import com.esotericsoftware.kryo.kryo5.io.Output;
import io.acequia.streaming.data.TypedCodec;
import io.acequia.streaming.engine.EngineProvider;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * Turns records into chunks of bytes and back. A chunk holds whole records and, at its end, the names of the classes that it
 * uses beyond the built-in ones: each can be read without the others, and by another process. Chunks are cut at a quarter
 * MiB, and only a record larger than that makes a larger one.
 *
 * <p>Only some classes pass, see {@link Admission}; on reading, a name is looked up without initialising the class, and the
 * class must pass the same test before anything else is done with it. Safe for use by any thread: each call borrows a Kryo of
 * its own.
 */
public final class RecordSerializer {
    private static final int DEEPEST_CAUSE = 100;

    static final int CHUNK_BYTES = 256 << 10;

    private final Admission admission;
    private final List<CodecSerializer> codecs = new ArrayList<>();
    private final Set<Class<?>> unsafeJava;
    private final Map<String, Class<?>> renamed;
    private final ConcurrentLinkedQueue<RecordKryo> idle = new ConcurrentLinkedQueue<>();

    /** A serializer that lets these classes pass too. */
    public RecordSerializer(Set<Class<?>> registered) {
        this(registered, Map.of(), "");
    }

    /**
     * A serializer with codecs by their ids.
     *
     * @param unsafeJava exact names of the classes that go through Java serialization, with commas between
     */
    public RecordSerializer(Set<Class<?>> registered, Map<String, TypedCodec<?>> codecs, String unsafeJava) {
        this(registered, codecs, unsafeJava, Map.of());
    }

    /**
     * A serializer that also reads records of a program whose classes had other names.
     *
     * @param renamed classes by their earlier names
     */
    public RecordSerializer(
            Set<Class<?>> registered,
            Map<String, TypedCodec<?>> codecs,
            String unsafeJava,
            Map<String, Class<?>> renamed) {
        this.renamed = Map.copyOf(renamed);
        this.admission = new Admission(registered);
        new TreeMap<>(codecs).forEach((id, typed) -> this.codecs.add(new CodecSerializer(id, typed)));
        this.unsafeJava = classes(unsafeJava);
    }

    /** The serializer of a context. */
    public static RecordSerializer of(EngineProvider.Settings settings) {
        return new RecordSerializer(
                settings.registered(),
                settings.codecs(),
                settings.values().getOrDefault("streaming.serialization.unsafe.java", ""));
    }

    private static Set<Class<?>> classes(String names) {
        Set<Class<?>> classes = new LinkedHashSet<>();
        for (String name : names.split(",", -1)) {
            if (!name.isBlank()) {
                try {
                    classes.add(Loaders.find(name.trim()));
                } catch (ClassNotFoundException | LinkageError e) {
                    throw new IllegalArgumentException(
                            "ACQ-0549 streaming.serialization.unsafe.java names '" + name.trim()
                                    + "', which is not found: give exact class names with commas between",
                            e);
                }
            }
        }
        return classes;
    }

    /** The codec that writes objects of this class, when there is one. */
    @Nullable
    CodecSerializer codecOf(Class<?> type) {
        for (CodecSerializer codec : codecs) {
            if (codec.type() == type) {
                return codec;
            }
        }
        return null;
    }

    /** The codec that has an id in stored records. */
    CodecSerializer codec(String id) {
        return codec(id, codecs);
    }

    static CodecSerializer codec(String id, Iterable<CodecSerializer> codecs) {
        for (CodecSerializer codec : codecs) {
            if (codec.id().equals(id)) {
                return codec;
            }
        }
        throw new RefusedRecordsException(
                "ACQ-0545 stored records cannot be read: no codec is registered as '" + id
                        + "': add conf.registerCodec(\"" + id + "\", …)",
                null);
    }

    /** Where chunks go; the array is reused after the call. */
    @FunctionalInterface
    public interface ChunkSink {
        /** The first {@code length} bytes are the chunk. */
        void chunk(byte[] bytes, int length) throws IOException;
    }

    /** Starts a run of records. For one thread. */
    public Writer writer(ChunkSink sink) {
        return writer(sink, CHUNK_BYTES);
    }

    /** The same, with chunks of about so many bytes. */
    Writer writer(ChunkSink sink, int chunkBytes) {
        return new Writer(sink, chunkBytes);
    }

    /** The records of all chunks in turn; one chunk at a time is in memory. */
    public <T> Iterator<T> read(Iterator<byte[]> chunks) {
        return new Decoded<>(chunks);
    }

    private <T> List<T> decode(byte[] chunk) {
        RecordKryo kryo = borrow();
        List<Object> records = new ArrayList<>();
        try (BoundedInput in = new BoundedInput(chunk, 0, chunk.length)) {
            kryo.classes().readTable(in);
            while (in.position() < in.limit()) {
                records.add(kryo.readClassAndObject(in));
            }
        } catch (RefusedRecordsException e) {
            throw e;
        } catch (RuntimeException | StackOverflowError | LinkageError e) {
            throw new UndecodableRecordsException(
                    "ACQ-0533 serialized records cannot be read back: " + e.getMessage(), e);
        }
        idle.add(kryo);
        @SuppressWarnings("unchecked")
        List<T> typed = (List<T>) records;
        return typed;
    }

    private RecordKryo borrow() {
        RecordKryo kryo = idle.poll();
        return kryo == null ? new RecordKryo(admission, codecs, unsafeJava, renamed) : kryo;
    }

    /** A run of records on its way into chunks. */
    public final class Writer implements AutoCloseable {
        private final ChunkSink sink;
        private final int chunkBytes;
        private final RecordKryo kryo = borrow();
        private final Output out = kryo.out();
        private boolean usable = true;

        private Writer(ChunkSink sink, int chunkBytes) {
            this.sink = sink;
            this.chunkBytes = chunkBytes;
        }

        /**
         * Adds a record.
         *
         * @throws IllegalArgumentException when a class in it is not registered or cannot be serialized
         */
        public void add(Object record) throws IOException {
            try {
                kryo.writeClassAndObject(out, record);
            } catch (RuntimeException | StackOverflowError | LinkageError e) {
                usable = false;
                throw explained(record, e);
            }
            if (out.position() >= chunkBytes) {
                flush();
            }
        }

        /** Passes on what is left. */
        public void finish() throws IOException {
            if (out.position() > 0) {
                flush();
            }
        }

        private void flush() throws IOException {
            kryo.classes().writeTable(out);
            sink.chunk(out.getBuffer(), out.position());
            out.reset();
        }

        /** Gives back what the writer borrowed; not to be used after that. */
        @Override
        public void close() {
            if (usable) {
                usable = false;
                kryo.endOfRun();
                idle.add(kryo);
            }
        }

        private RuntimeException explained(Object record, Throwable e) {
            int depth = 0; // causes may run in a circle
            for (Throwable cause = e; cause != null && depth < DEEPEST_CAUSE; cause = cause.getCause()) {
                if (cause instanceof UnregisteredClassException unregistered) {
                    return unregistered;
                }
                if (cause instanceof RefusedRecordsException refused) {
                    return refused;
                }
                depth++;
            }
            return new IllegalArgumentException(
                    "ACQ-0534 a record of " + record.getClass() + " cannot be serialized: " + e.getMessage(), e);
        }
    }

    private final class Decoded<T> implements Iterator<T> {
        private final Iterator<byte[]> chunks;
        private Iterator<T> records = Collections.emptyIterator();

        Decoded(Iterator<byte[]> chunks) {
            this.chunks = chunks;
        }

        @Override
        public boolean hasNext() {
            while (!records.hasNext() && chunks.hasNext()) {
                records = RecordSerializer.this.<T>decode(chunks.next()).iterator();
            }
            return records.hasNext();
        }

        @Override
        public T next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            return records.next();
        }
    }
}
