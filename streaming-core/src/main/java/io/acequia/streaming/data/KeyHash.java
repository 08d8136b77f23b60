/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.data;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import org.jspecify.annotations.Nullable;

/** A hash of a key that is the same in every JVM, for the keys whose own hash is not. */
final class KeyHash {
    private KeyHash() {}

    private static final ClassValue<Method[]> ACCESSORS = new ClassValue<>() {
        @Override
        protected Method[] computeValue(Class<?> type) {
            RecordComponent[] components = type.getRecordComponents();
            Method[] accessors = new Method[components.length];
            for (int i = 0; i < components.length; i++) {
                accessors[i] = components[i].getAccessor();
                accessors[i].trySetAccessible();
            }
            return accessors;
        }
    };

    /** Records of plain values: their own hash is stable, and fits an {@code equals} of their own. */
    private static final ClassValue<Boolean> STABLE = new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
            for (RecordComponent component : type.getRecordComponents()) {
                Class<?> part = component.getType();
                boolean plain = part.isPrimitive()
                        || part == String.class
                        || part == Utf8.class
                        || part == Boolean.class
                        || part == Character.class
                        || Number.class.isAssignableFrom(part);
                if (!plain) {
                    return false;
                }
            }
            return true;
        }
    };

    static int of(@Nullable Object key) {
        if (key == null) {
            return 0;
        }
        if (key instanceof String || key instanceof Number || key instanceof Utf8) {
            return mix(key.hashCode());
        }
        if (key instanceof Tuple2<?, ?> pair) {
            return mix(31 * of(pair._1()) + of(pair._2()));
        }
        if (key instanceof Enum<?> constant) {
            return mix(constant.name().hashCode());
        }
        if (key instanceof Record parts && !STABLE.get(key.getClass())) {
            return mix(ofComponents(parts));
        }
        if (key.getClass().isArray()) {
            throw new IllegalArgumentException(
                    "ACQ-0103 a key of type " + key.getClass().getTypeName()
                            + " cannot be placed: arrays have no content hash; use a List, a String or a record");
        }
        return mix(key.hashCode());
    }

    private static int ofComponents(Record key) {
        int hash = 1;
        for (Method accessor : ACCESSORS.get(key.getClass())) {
            try {
                hash = 31 * hash + of(accessor.invoke(key));
            } catch (IllegalAccessException | InvocationTargetException e) {
                return key.hashCode();
            }
        }
        return hash;
    }

    private static int mix(int hash) {
        int h = hash * 0x9E3779B9;
        return h ^ (h >>> 15);
    }
}
