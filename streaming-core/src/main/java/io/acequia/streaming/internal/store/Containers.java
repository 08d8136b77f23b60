/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.store;

import com.esotericsoftware.kryo.kryo5.Kryo;
import com.esotericsoftware.kryo.kryo5.Serializer;
import com.esotericsoftware.kryo.kryo5.io.Input;
import com.esotericsoftware.kryo.kryo5.io.Output;
import java.lang.reflect.Array;
import java.util.Collection;
import java.util.Map;

/** Serializers for what holds other objects, and for enums: each element with its class, each count checked, nothing implied. */
final class Containers {
    private Containers() {}

    /** Collections that grow: those with a constructor without parameters. */
    static final class OfCollection extends Serializer<Collection<Object>> {
        @Override
        public void write(Kryo kryo, Output out, Collection<Object> elements) {
            out.writeVarInt(elements.size(), true);
            for (Object element : elements) {
                kryo.writeClassAndObject(out, element);
            }
        }

        @Override
        public Collection<Object> read(Kryo kryo, Input in, Class<? extends Collection<Object>> type) {
            Collection<Object> elements = kryo.newInstance(type);
            kryo.reference(elements);
            for (int left = BoundedInput.readCount(in); left > 0; left--) {
                elements.add(kryo.readClassAndObject(in));
            }
            return elements;
        }
    }

    /** Maps that grow. */
    static final class OfMap extends Serializer<Map<Object, Object>> {
        @Override
        public void write(Kryo kryo, Output out, Map<Object, Object> map) {
            out.writeVarInt(map.size(), true);
            for (Map.Entry<Object, Object> entry : map.entrySet()) {
                kryo.writeClassAndObject(out, entry.getKey());
                kryo.writeClassAndObject(out, entry.getValue());
            }
        }

        @Override
        public Map<Object, Object> read(Kryo kryo, Input in, Class<? extends Map<Object, Object>> type) {
            Map<Object, Object> map = kryo.newInstance(type);
            kryo.reference(map);
            for (int left = BoundedInput.readCount(in); left > 0; left--) {
                Object key = kryo.readClassAndObject(in);
                map.put(key, kryo.readClassAndObject(in));
            }
            return map;
        }
    }

    /** Arrays of objects, of any element class. */
    static final class OfArray extends Serializer<Object[]> {
        private final Class<?> element;

        OfArray(Class<?> element) {
            this.element = element;
        }

        @Override
        public void write(Kryo kryo, Output out, Object[] elements) {
            out.writeVarInt(elements.length, true);
            for (Object part : elements) {
                kryo.writeClassAndObject(out, part);
            }
        }

        @Override
        public Object[] read(Kryo kryo, Input in, Class<? extends Object[]> type) {
            Object[] elements = (Object[]) Array.newInstance(element, BoundedInput.readCount(in));
            kryo.reference(elements);
            for (int i = 0; i < elements.length; i++) {
                elements[i] = kryo.readClassAndObject(in);
            }
            return elements;
        }
    }

    /** Kryo's own believes the length. */
    static final class OfBooleans extends Serializer<boolean[]> {
        @Override
        public void write(Kryo kryo, Output out, boolean[] elements) {
            out.writeVarInt(elements.length, true);
            out.writeBooleans(elements, 0, elements.length);
        }

        @Override
        public boolean[] read(Kryo kryo, Input in, Class<? extends boolean[]> type) {
            return in.readBooleans(BoundedInput.readCount(in));
        }
    }

    /** Constants by name: their order may change between two versions of a program. */
    static final class OfEnum extends Serializer<Enum<?>> {
        private final Class<?> type;

        OfEnum(Class<?> type) {
            super(false, true);
            this.type = type;
        }

        @Override
        public void write(Kryo kryo, Output out, Enum<?> constant) {
            out.writeString(constant.name());
        }

        @Override
        @SuppressWarnings({"unchecked", "rawtypes"}) // only enums have this serializer
        public Enum<?> read(Kryo kryo, Input in, Class<? extends Enum<?>> ignored) {
            return Enum.valueOf((Class) type, String.valueOf(in.readString()));
        }
    }
}
