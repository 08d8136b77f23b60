/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.store;

import com.esotericsoftware.kryo.kryo5.Kryo;
import com.esotericsoftware.kryo.kryo5.Serializer;
import com.esotericsoftware.kryo.kryo5.io.Input;
import com.esotericsoftware.kryo.kryo5.io.Output;
import com.esotericsoftware.kryo.kryo5.serializers.DefaultSerializers;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Writes an object field by field: records and beans. Values are set by reflection, which checks their types: Kryo's own
 * serializer stores fields through {@code Unsafe}, and damaged bytes could put an object of the wrong class there.
 */
final class FieldsSerializer extends Serializer<Object> {
    private static final Map<Class<?>, Serializer<?>> PRIMITIVES = Map.of(
            int.class, new DefaultSerializers.IntSerializer(),
            long.class, new DefaultSerializers.LongSerializer(),
            boolean.class, new DefaultSerializers.BooleanSerializer(),
            double.class, new DefaultSerializers.DoubleSerializer(),
            float.class, new DefaultSerializers.FloatSerializer(),
            short.class, new DefaultSerializers.ShortSerializer(),
            byte.class, new DefaultSerializers.ByteSerializer(),
            char.class, new DefaultSerializers.CharSerializer());

    private final Class<?> type;
    private final Field[] fields;
    private final @Nullable Serializer<?>[] primitives;
    /** The one of a record that takes all components. */
    private final @Nullable Constructor<?> canonical;

    private final int shape;

    FieldsSerializer(Class<?> type) {
        this.type = type;
        try {
            this.fields = type.isRecord() ? ofRecord(type) : ofBean(type);
            this.canonical = type.isRecord() ? type.getDeclaredConstructor(types(fields)) : null;
        } catch (NoSuchFieldException | NoSuchMethodException e) {
            throw new LinkageError(type.toString(), e); // every record has them
        }
        for (Field field : fields) {
            field.setAccessible(true);
        }
        if (canonical != null) {
            canonical.setAccessible(true);
        }
        this.primitives = new Serializer<?>[fields.length];
        for (int i = 0; i < fields.length; i++) {
            primitives[i] = PRIMITIVES.get(fields[i].getType());
        }
        this.shape = shape(Map.of());
    }

    /** A checksum of the names and types of the fields: bytes of another shape cannot be read. */
    int shape() {
        return shape;
    }

    private static Field[] ofRecord(Class<?> type) throws NoSuchFieldException {
        List<Field> fields = new ArrayList<>();
        for (RecordComponent component : type.getRecordComponents()) {
            fields.add(type.getDeclaredField(component.getName()));
        }
        return fields.toArray(new Field[0]);
    }

    /** Those of the superclasses first, and those of each class by name: reflection gives them in no order. */
    private static Field[] ofBean(Class<?> type) {
        List<Field> fields = new ArrayList<>();
        for (Class<?> level = type; level != null; level = level.getSuperclass()) {
            fields.addAll(
                    0,
                    Arrays.stream(level.getDeclaredFields())
                            .filter(field -> !Modifier.isStatic(field.getModifiers())
                                    && !Modifier.isTransient(field.getModifiers())
                                    && !field.isSynthetic())
                            .sorted(Comparator.comparing(Field::getName))
                            .toList());
        }
        return fields.toArray(new Field[0]);
    }

    private static Class<?>[] types(Field[] fields) {
        return Arrays.stream(fields).map(Field::getType).toArray(Class<?>[]::new);
    }

    /** The shape when the classes of fields had these names. */
    int shape(Map<Class<?>, String> earlierNames) {
        CRC32C sum = new CRC32C();
        for (Field field : fields) {
            sum.update((field.getName() + ":"
                            + earlierNames.getOrDefault(
                                    field.getType(), field.getType().getName()) + ";")
                    .getBytes(StandardCharsets.UTF_8));
        }
        return (int) sum.getValue();
    }

    @Override
    public void write(Kryo kryo, Output out, Object object) {
        try {
            for (int i = 0; i < fields.length; i++) {
                Object value = fields[i].get(object);
                Serializer<?> primitive = primitives[i];
                if (primitive == null) {
                    kryo.writeClassAndObject(out, value);
                } else {
                    untyped(primitive).write(kryo, out, value);
                }
            }
        } catch (IllegalAccessException e) {
            throw new LinkageError(type.toString(), e); // made accessible above
        }
    }

    @Override
    public Object read(Kryo kryo, Input in, Class<?> ignored) {
        try {
            if (canonical != null) {
                Object[] values = new Object[fields.length];
                for (int i = 0; i < values.length; i++) {
                    values[i] = value(kryo, in, i);
                }
                return canonical.newInstance(values);
            }
            Object object = kryo.newInstance(type);
            kryo.reference(object);
            for (int i = 0; i < fields.length; i++) {
                fields[i].set(object, value(kryo, in, i));
            }
            return object;
        } catch (InvocationTargetException e) {
            throw new IllegalArgumentException("the constructor of " + type + " threw " + e.getCause(), e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(type.toString(), e); // made accessible above, and no record is abstract
        }
    }

    private @Nullable Object value(Kryo kryo, Input in, int i) {
        Serializer<?> primitive = primitives[i];
        return primitive == null
                ? kryo.readClassAndObject(in)
                : untyped(primitive).read(kryo, in, Object.class);
    }

    @SuppressWarnings("unchecked")
    private static Serializer<Object> untyped(Serializer<?> serializer) {
        return (Serializer<Object>) serializer;
    }
}
