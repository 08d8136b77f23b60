/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.store;

import com.esotericsoftware.kryo.kryo5.Kryo;
import com.esotericsoftware.kryo.kryo5.Registration;
import com.esotericsoftware.kryo.kryo5.Serializer;
import com.esotericsoftware.kryo.kryo5.io.Input;
import com.esotericsoftware.kryo.kryo5.io.Output;
import com.esotericsoftware.kryo.kryo5.util.DefaultClassResolver;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Says in the bytes of a chunk which class an object has. A built-in class has its fixed id, written as an even number; any
 * other is a place in the table of the chunk, written as an odd one. The table holds names, so that bytes can be read by a
 * process that met the classes in another order, and a checksum of the fields where these decide how the bytes are read.
 */
final class NamedClasses extends DefaultClassResolver {
    private static final int CLASS = 0;
    private static final int CODEC = 1;
    private static final int UNSAFE_JAVA = 2;

    private final Admission admission;
    private final Iterable<CodecSerializer> codecs;
    private final Iterable<Class<?>> unsafeJava;
    private final Map<String, Class<?>> renamed;
    private final Map<Class<?>, String> earlierNames = new HashMap<>();
    private int builtIns = Integer.MAX_VALUE;

    /** Writing: the place of a registration, by its id above the built-in ones; -1 when the chunk does not use it. */
    private int[] places = new int[0];

    private final List<Registration> used = new ArrayList<>();
    /** Reading. */
    private Registration[] table = {};

    NamedClasses(
            Admission admission,
            Iterable<CodecSerializer> codecs,
            Iterable<Class<?>> unsafeJava,
            Map<String, Class<?>> renamed) {
        this.renamed = renamed;
        renamed.forEach((name, type) -> earlierNames.put(type, name));
        this.admission = admission;
        this.codecs = codecs;
        this.unsafeJava = unsafeJava;
    }

    /** Whether a class is known or admitted; an array passes when its elements may, or are objects of any class. */
    boolean mayPass(Class<?> type) {
        Class<?> element = type;
        while (element.isArray() && getRegistration(element) == null && !admission.mayPass(element)) {
            element = element.getComponentType();
        }
        return getRegistration(element) != null
                || admission.mayPass(element)
                || element != type && Modifier.isAbstract(element.getModifiers());
    }

    /** What was registered so far is built in. */
    void endOfBuiltIns() {
        builtIns = kryo.getNextRegistrationId();
    }

    @Override
    @SuppressWarnings("rawtypes") // as declared by Kryo
    public @Nullable Registration writeClass(Output out, @Nullable Class type) {
        if (type == null) {
            out.writeByte(Kryo.NULL);
            return null;
        }
        Registration registration = kryo.getRegistration(type);
        if (registration.getId() < builtIns) {
            out.writeVarInt((registration.getId() + 1) << 1, true);
        } else {
            out.writeVarInt(place(registration) << 1 | 1, true);
        }
        return registration;
    }

    private int place(Registration registration) {
        int own = registration.getId() - builtIns;
        if (own >= places.length) {
            int known = places.length;
            places = Arrays.copyOf(places, Math.max(own + 1, 2 * known));
            Arrays.fill(places, known, places.length, -1);
        }
        if (places[own] < 0) {
            places[own] = used.size();
            used.add(registration);
            admission.witness(registration.getType()).ifPresent(witness -> place(kryo.getRegistration(witness)));
        }
        return places[own];
    }

    /** Ends a chunk: adds the table, and where it begins. */
    void writeTable(Output out) {
        int start = out.position();
        out.writeVarInt(used.size(), true);
        for (Registration registration : used) {
            Serializer<?> serializer = registration.getSerializer();
            if (serializer instanceof CodecSerializer codec) {
                out.writeByte(CODEC);
                out.writeString(codec.id());
            } else {
                out.writeByte(serializer instanceof UnsafeJavaSerializer ? UNSAFE_JAVA : CLASS);
                out.writeString(registration.getType().getName());
            }
            out.writeInt(shape(serializer));
        }
        out.writeInt(start);
        forget();
    }

    /** Begins a new chunk. */
    void forget() {
        used.clear();
        Arrays.fill(places, -1);
    }

    private static int shape(Serializer<?> serializer) {
        return serializer instanceof FieldsSerializer fields ? fields.shape() : 0;
    }

    /** Types of fields that were renamed count under either name. */
    private boolean hasShape(Serializer<?> serializer, int written) {
        return shape(serializer) == written
                || !renamed.isEmpty()
                        && serializer instanceof FieldsSerializer fields
                        && fields.shape(earlierNames) == written;
    }

    /** Begins a chunk: finds its classes, and leaves only its records to be read. */
    void readTable(BoundedInput in) {
        int end = in.limit();
        int start = in.position();
        in.setPosition(Math.max(start, end - Integer.BYTES));
        int at = in.readInt();
        in.setLimit(end - Integer.BYTES);
        if (at < start || at >= in.limit()) {
            throw new IllegalStateException("the table of classes is said to be at " + at);
        }
        in.setPosition(at);
        String[] names = new String[BoundedInput.readCount(in)];
        int[] kinds = new int[names.length];
        int[] shapes = new int[names.length];
        for (int i = 0; i < names.length; i++) {
            kinds[i] = in.readByte();
            names[i] = String.valueOf(in.readString());
            shapes[i] = in.readInt();
        }
        if (in.position() != in.limit()) {
            throw new IllegalStateException("bytes follow the table of classes");
        }
        in.setPosition(start);
        in.setLimit(at);
        resolve(kinds, names, shapes);
    }

    /** A bean may pass only after the class that leads to it did, wherever that stands. */
    private void resolve(int[] kinds, String[] names, int[] shapes) {
        Registration[] found = new Registration[names.length];
        for (boolean last : new boolean[] {false, true}) {
            for (int i = 0; i < names.length; i++) {
                if (found[i] == null) {
                    found[i] = registration(kinds[i], names[i], last).orElse(null);
                    if (found[i] != null && !hasShape(found[i].getSerializer(), shapes[i])) {
                        throw new RefusedRecordsException(
                                "ACQ-0543 stored records cannot be read: " + names[i]
                                        + " had other fields when they were written; read them with that version of the"
                                        + " class, or write such classes with a codec: conf.registerCodec(…)",
                                null);
                    }
                }
            }
        }
        table = found;
    }

    private Optional<Registration> registration(int kind, String name, boolean last) {
        return switch (kind) {
            case CLASS -> byName(name, last);
            case CODEC ->
                Optional.of(getRegistration(RecordSerializer.codec(name, codecs).type()));
            case UNSAFE_JAVA -> Optional.of(unsafeJava(name));
            default -> throw new IllegalStateException("a class of kind " + kind);
        };
    }

    private Optional<Registration> byName(String name, boolean last) {
        Class<?> type;
        try {
            Class<?> now = renamed.get(name);
            type = now == null ? Loaders.find(name) : now;
            if (mayPass(type)) {
                return Optional.of(kryo.getRegistration(type));
            }
        } catch (ClassNotFoundException | LinkageError e) {
            throw new RefusedRecordsException(
                    "ACQ-0542 stored records cannot be read: their class " + name
                            + " is not found: add its library, or when it was" + " renamed, conf.registerRenamed(\""
                            + name + "\", its class of now) (" + e + ")",
                    e);
        }
        if (last) {
            throw new RefusedRecordsException(
                    "ACQ-0541 stored records cannot be read: " + name + " is not registered: add conf.registerClasses("
                            + UnregisteredClassException.spelled(type) + ".class)",
                    null);
        }
        return Optional.empty();
    }

    private Registration unsafeJava(String name) {
        for (Class<?> type : unsafeJava) {
            if (type.getName().equals(name)) {
                return getRegistration(type);
            }
        }
        throw new RefusedRecordsException(
                "ACQ-0551 stored records cannot be read: they hold Java-serialized objects of " + name
                        + ", which streaming.serialization.unsafe.java does not name",
                null);
    }

    @Override
    public @Nullable Registration readClass(Input in) {
        int code = in.readVarInt(true);
        if (code == Kryo.NULL) {
            return null;
        }
        int id = code >>> 1;
        Registration registration;
        if ((code & 1) == 1) {
            registration = id < table.length ? table[id] : null;
        } else {
            registration = id <= builtIns ? getRegistration(id - 1) : null;
        }
        if (registration == null) {
            throw new IllegalStateException("no class has the number " + code + " here");
        }
        return registration;
    }
}
