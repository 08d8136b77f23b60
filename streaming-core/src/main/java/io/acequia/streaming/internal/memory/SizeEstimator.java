/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.memory;

import io.acequia.streaming.data.Utf8;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * About how much heap records take: some of them are looked at, and the rest is taken to be alike. An object that several of
 * them share counts once.
 */
public final class SizeEstimator {
    private static final int SAMPLES = 64;
    private static final int DEEPEST = 12;
    /** About as many, so that the set of those seen does not grow again and again. */
    private static final int OBJECTS_OF_A_RECORD = 4;

    private static final int HEADER = 16;
    private static final int REFERENCE = 4;
    /** For an object of the JDK that does not let us look inside. */
    private static final int OPAQUE = 48;

    private static final ClassValue<Layout> LAYOUTS = new ClassValue<>() {
        @Override
        protected Layout computeValue(Class<?> type) {
            return Layout.of(type);
        }
    };

    private final Set<Object> seen;

    private SizeEstimator(int records) {
        seen = Collections.newSetFromMap(new IdentityHashMap<>(OBJECTS_OF_A_RECORD * Math.min(records, SAMPLES)));
    }

    /** Bytes of a list and its records. */
    public static long bytesOf(List<?> records) {
        return new SizeEstimator(records.size()).elements(records, records.size(), 0);
    }

    private long elements(Iterable<?> elements, int count, int depth) {
        long sampled = 0;
        int samples = 0;
        int stride = Math.max(1, count / SAMPLES);
        int index = 0;
        if (elements instanceof ArrayList<?> list) {
            for (; index < count; index += stride) {
                sampled += deep(list.get(index), depth);
                samples++;
            }
        } else {
            for (Object element : elements) {
                if (samples == SAMPLES) {
                    break;
                }
                sampled += deep(element, depth);
                samples++;
            }
        }
        long content = samples == 0 ? 0 : sampled * count / samples;
        return HEADER + 24 + (long) REFERENCE * count + content;
    }

    private long deep(@Nullable Object object, int depth) {
        if (object == null || object instanceof Enum<?> || object instanceof Class<?> || depth > DEEPEST) {
            return 0;
        }
        if (object instanceof Number || object instanceof Boolean || object instanceof Character) {
            return object instanceof BigInteger || object instanceof BigDecimal ? 2 * OPAQUE : HEADER;
        }
        if (!seen.add(object)) {
            return 0;
        }
        if (object instanceof String text) {
            return aligned(24 + HEADER + text.length());
        }
        if (object instanceof Utf8 text) {
            return aligned(32 + HEADER + text.length());
        }
        if (object instanceof Optional<?> optional) {
            return HEADER + deep(optional.orElse(null), depth + 1);
        }
        if (object instanceof Collection<?> collection) {
            return elements(collection, collection.size(), depth + 1);
        }
        if (object instanceof Map<?, ?> map) {
            return elements(map.keySet(), map.size(), depth + 1)
                    + elements(map.values(), map.size(), depth + 1)
                    + 32L * map.size();
        }
        if (object instanceof Object[] array) {
            return elements(Arrays.asList(array), array.length, depth + 1);
        }
        if (object.getClass().isArray()) {
            return aligned(HEADER
                    + (long) Array.getLength(object) * width(object.getClass().getComponentType()));
        }
        return fields(object, depth);
    }

    private long fields(Object object, int depth) {
        Layout layout = LAYOUTS.get(object.getClass());
        long bytes = layout.shallowBytes;
        for (Field field : layout.references) {
            try {
                bytes += deep(field.get(object), depth + 1);
            } catch (IllegalAccessException e) {
                bytes += OPAQUE;
            }
        }
        return bytes;
    }

    private static long aligned(long bytes) {
        return (bytes + 7) & ~7;
    }

    private static int width(Class<?> type) {
        if (type == long.class || type == double.class) {
            return 8;
        }
        if (type == int.class || type == float.class) {
            return 4;
        }
        if (type == short.class || type == char.class) {
            return 2;
        }
        return type.isPrimitive() ? 1 : REFERENCE;
    }

    private record Layout(long shallowBytes, List<Field> references) {
        static Layout of(Class<?> type) {
            long bytes = HEADER;
            List<Field> references = new ArrayList<>();
            for (Class<?> level = type; level != null && level != Object.class; level = level.getSuperclass()) {
                for (Field field : level.getDeclaredFields()) {
                    if (Modifier.isStatic(field.getModifiers())) {
                        continue;
                    }
                    bytes += width(field.getType());
                    if (!field.getType().isPrimitive()) {
                        if (field.trySetAccessible()) {
                            references.add(field);
                        } else {
                            bytes += OPAQUE;
                        }
                    }
                }
            }
            return new Layout(aligned(bytes), List.copyOf(references));
        }
    }
}
