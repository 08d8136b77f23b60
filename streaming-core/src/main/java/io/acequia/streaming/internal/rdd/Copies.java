/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.rdd;

import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.data.Tuple3;
import io.acequia.streaming.data.Utf8;
import io.acequia.streaming.internal.store.JavaSerialization;
import java.io.IOException;
import java.io.Serializable;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Copies of values that a function of the program may change although somebody else still holds them. What cannot change,
 * and what Java cannot serialize, is its own copy.
 */
final class Copies {
    private static final Set<Class<?>> UNCHANGING = Set.of(
            String.class,
            Utf8.class,
            Boolean.class,
            Character.class,
            Byte.class,
            Short.class,
            Integer.class,
            Long.class,
            Float.class,
            Double.class,
            BigInteger.class,
            BigDecimal.class);

    /** Also records of such values: the usual form of a sum with its count. */
    private static final ClassValue<Boolean> PLAIN = new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
            return isOne(type)
                    || type.isRecord()
                            && Arrays.stream(type.getRecordComponents())
                                    .map(RecordComponent::getType)
                                    .allMatch(part -> part.isPrimitive() || isOne(part));
        }

        private static boolean isOne(Class<?> type) {
            return type.isEnum() || UNCHANGING.contains(type);
        }
    };

    private Copies() {}

    /** Whether the value can never change. */
    static boolean isPlain(@Nullable Object value) {
        if (value instanceof Tuple2<?, ?> two) {
            return isPlain(two._1()) && isPlain(two._2());
        }
        if (value instanceof Tuple3<?, ?, ?> three) {
            return isPlain(three._1()) && isPlain(three._2()) && isPlain(three._3());
        }
        return value == null || PLAIN.get(value.getClass());
    }

    @SuppressWarnings("unchecked") // a copy is of the same type
    static <A> A of(A value) throws ClassNotFoundException {
        if (isPlain(value) || !(value instanceof Serializable)) {
            return value;
        }
        try {
            return (A) read(JavaSerialization.write(value, part -> part), value.getClass());
        } catch (IOException e) {
            return value;
        }
    }

    /** The value of these bytes, which is of this class. */
    static Object read(byte[] bytes, Class<?> type) throws IOException, ClassNotFoundException {
        ClassLoader loader = type.getClassLoader();
        return JavaSerialization.read(
                bytes, loader == null ? ClassLoader.getSystemClassLoader() : loader, part -> part);
    }
}
