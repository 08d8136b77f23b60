/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.store;

import com.esotericsoftware.kryo.kryo5.Kryo;
import com.esotericsoftware.kryo.kryo5.Registration;
import com.esotericsoftware.kryo.kryo5.io.Input;
import com.esotericsoftware.kryo.kryo5.io.Output;
import com.esotericsoftware.kryo.kryo5.objenesis.strategy.StdInstantiatorStrategy;
import com.esotericsoftware.kryo.kryo5.util.DefaultInstantiatorStrategy;
import java.io.IOException;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Turns records into chunks of bytes and back. A chunk holds whole records, so each can be read without the others; chunks
 * are cut at a quarter MiB, and only a record larger than that makes a larger one.
 *
 * <p>Only registered classes pass: the built-in ones, those that the program registered, and enums, records and arrays of
 * known classes, which register themselves when they are first met. The ids are those of this object: what it wrote, only it
 * can read. Safe for use by any thread: each call borrows a Kryo of its own, and all of them share the ids.
 */
public final class RecordSerializer {
    private static final int DEEPEST_CAUSE = 100;

    private static final int CHUNK_BYTES = 256 << 10;

    private final Set<Class<?>> registered;
    private final ConcurrentLinkedQueue<SharedKryo> idle = new ConcurrentLinkedQueue<>();
    /** The position is the id; only appended to, under the lock of the list. */
    private final List<Class<?>> admitted = new ArrayList<>();

    private final Set<Class<?>> known = new HashSet<>();
    private volatile int admittedCount;

    /** A serializer that lets these classes pass too. */
    public RecordSerializer(Set<Class<?>> registered) {
        this.registered = Set.copyOf(registered);
    }

    /** Where chunks go; the array is reused after the call. */
    @FunctionalInterface
    public interface ChunkSink {
        /** The first {@code length} bytes are the chunk. */
        void chunk(byte[] bytes, int length) throws IOException;
    }

    /** Starts a run of records. For one thread. */
    public Writer writer(ChunkSink sink) {
        return new Writer(sink);
    }

    /** The records of all chunks in turn; one chunk at a time is in memory. */
    public <T> Iterator<T> read(Iterator<byte[]> chunks) {
        return new Decoded<>(chunks);
    }

    private <T> List<T> decode(byte[] chunk) {
        SharedKryo kryo = borrow();
        List<Object> records = new ArrayList<>();
        try (Input in = new Input(chunk)) {
            while (in.position() < in.limit()) {
                records.add(kryo.readClassAndObject(in));
            }
        } catch (RuntimeException e) {
            throw new IllegalStateException("ACQ-0533 serialized records cannot be read back: " + e.getMessage(), e);
        }
        idle.add(kryo);
        @SuppressWarnings("unchecked")
        List<T> typed = (List<T>) records;
        return typed;
    }

    private SharedKryo borrow() {
        SharedKryo kryo = idle.poll();
        if (kryo == null) {
            kryo = new SharedKryo();
        }
        kryo.learn();
        return kryo;
    }

    /** Gives the class an id, once. */
    private void admit(Class<?> type) {
        synchronized (admitted) {
            if (known.add(type)) {
                admitted.add(type);
                admittedCount = admitted.size();
            }
        }
    }

    /** A run of records on its way into chunks. */
    public final class Writer implements AutoCloseable {
        private final ChunkSink sink;
        private final SharedKryo kryo = borrow();
        private final Output out = new Output(1024, -1);
        private boolean usable = true;

        private Writer(ChunkSink sink) {
            this.sink = sink;
        }

        /**
         * Adds a record.
         *
         * @throws IllegalArgumentException when a class in it is not registered or cannot be serialized
         */
        public void add(Object record) throws IOException {
            try {
                kryo.writeClassAndObject(out, record);
            } catch (RuntimeException e) {
                usable = false;
                throw explained(record, e);
            }
            if (out.position() >= CHUNK_BYTES) {
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
            sink.chunk(out.getBuffer(), out.position());
            out.reset();
        }

        /** Gives back what the writer borrowed; not to be used after that. */
        @Override
        public void close() {
            if (usable) {
                usable = false;
                idle.add(kryo);
            }
        }

        private RuntimeException explained(Object record, RuntimeException e) {
            int depth = 0; // causes may run in a circle
            for (Throwable cause = e; cause != null && depth < DEEPEST_CAUSE; cause = cause.getCause()) {
                if (cause instanceof UnregisteredClassException unregistered) {
                    return unregistered;
                }
                depth++;
            }
            return new IllegalArgumentException(
                    "ACQ-0534 a record of " + record.getClass() + " cannot be serialized: " + e.getMessage(), e);
        }
    }

    /** A Kryo that asks the serializer which classes may pass. */
    private final class SharedKryo extends Kryo {
        private final int firstId;
        private int learned;

        SharedKryo() {
            setRegistrationRequired(true);
            setReferences(true);
            setInstantiatorStrategy(new DefaultInstantiatorStrategy(new StdInstantiatorStrategy()));
            BuiltInTypes.register(this);
            firstId = getNextRegistrationId();
        }

        /** Takes over what was admitted since the last time. */
        void learn() {
            if (learned == admittedCount) {
                return;
            }
            synchronized (admitted) {
                for (; learned < admitted.size(); learned++) {
                    Class<?> type = admitted.get(learned);
                    if (getClassResolver().getRegistration(type) == null) {
                        register(type, firstId + learned);
                    }
                }
            }
        }

        @Override
        @SuppressWarnings("rawtypes") // as declared by Kryo
        public Registration getRegistration(Class type) {
            Registration registration = getClassResolver().getRegistration(type);
            if (registration != null) {
                return registration;
            }
            Class<?> declared = declared(type);
            if (getClassResolver().getRegistration(declared) == null) {
                if (!mayPass(declared)) {
                    throw new UnregisteredClassException(declared);
                }
                // A class that cannot be serialized fails here and spoils nothing.
                getDefaultSerializer(declared);
                admit(declared);
                learn();
            }
            return getClassResolver().getRegistration(declared);
        }

        /** The class as the program spells it: a constant with a body has a class of its own, and so has a set of constants. */
        private Class<?> declared(Class<?> type) {
            if (EnumSet.class.isAssignableFrom(type)) {
                return EnumSet.class;
            }
            Class<?> declared = type;
            while (Enum.class.isAssignableFrom(declared) && declared != Enum.class && !declared.isEnum()) {
                declared = declared.getSuperclass();
            }
            return declared;
        }

        private boolean mayPass(Class<?> type) {
            if (type.isArray()) {
                Class<?> element = type.getComponentType();
                return Modifier.isAbstract(element.getModifiers())
                        || getClassResolver().getRegistration(element) != null
                        || mayPass(element);
            }
            return type.isEnum() || type.isRecord() || registered.contains(type);
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
