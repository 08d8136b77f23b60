/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.operator;

import io.acequia.streaming.BatchContext;
import io.acequia.streaming.DStreamLike;
import io.acequia.streaming.RDD;
import io.acequia.streaming.StreamingContext;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.lang.invoke.SerializedLambda;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Refuses, where the program is written, a function that could not travel to another machine. The check writes the function
 * with Java serialization to nowhere; only when that fails does it walk the captured objects to name the one at fault.
 */
public final class Closures {
    private static final int DEEPEST = 12;

    /** Serializable classes without fields, as of lambdas that capture nothing: there is nothing in them that could fail. */
    private static final ClassValue<Boolean> STATELESS = new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
            for (Class<?> level = type; level != null && level != Object.class; level = level.getSuperclass()) {
                for (Field field : level.getDeclaredFields()) {
                    if (!Modifier.isStatic(field.getModifiers())) {
                        return false;
                    }
                }
            }
            return Serializable.class.isAssignableFrom(type) && type.isHidden();
        }
    };

    private Closures() {}

    /**
     * Returns {@code function} when it can be serialized.
     *
     * @throws IllegalArgumentException naming operation, call site and the path to the field at fault
     */
    public static <F> F check(F function, Site site) {
        present(function, site);
        if (STATELESS.get(function.getClass())) {
            return function;
        }
        try (ObjectOutputStream out = new ObjectOutputStream(OutputStream.nullOutputStream())) {
            out.writeObject(function);
        } catch (IOException | RuntimeException e) {
            throw new IllegalArgumentException(
                    "ACQ-0706 the function of " + site + " cannot be serialized: " + culprit(function, e), e);
        }
        return function;
    }

    /** Refuses a function that is not there. */
    public static <F> F present(@Nullable F function, Site site) {
        if (function == null) {
            throw new IllegalArgumentException("ACQ-0705 the function of " + site + " is null: pass a function");
        }
        return function;
    }

    private static String culprit(Object function, Exception e) {
        Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        String path = path(function, function.getClass().getSimpleName(), seen, 0);
        return path == null ? e.toString() : path;
    }

    /** The way to the first object that cannot be written, or null. */
    private static @Nullable String path(@Nullable Object object, String way, Set<Object> seen, int depth) {
        if (object == null || depth > DEEPEST || !seen.add(object)) {
            return null;
        }
        SerializedLambda lambda = serializedLambda(object);
        if (lambda != null) {
            return pathOfCaptured(lambda, seen, depth);
        }
        Class<?> type = object.getClass();
        if (!(object instanceof Serializable)) {
            return way + " (" + type.getName() + "); " + advice(object);
        }
        if (object instanceof Object[] elements) {
            return pathOfElements(java.util.Arrays.asList(elements), way, seen, depth);
        }
        if (object instanceof Collection<?> elements) {
            return pathOfElements(elements, way, seen, depth);
        }
        if (object instanceof Map<?, ?> map) {
            String keys = pathOfElements(map.keySet(), way + ".key", seen, depth);
            return keys != null ? keys : pathOfElements(map.values(), way + ".value", seen, depth);
        }
        return pathOfFields(object, type, way, seen, depth);
    }

    private static String advice(Object culprit) {
        boolean ofTheDriver = culprit instanceof RDD
                || culprit instanceof DStreamLike
                || culprit instanceof StreamingContext
                || culprit instanceof BatchContext;
        return ofTheDriver
                ? "it belongs to the driver: use transform or join, or collect it and broadcast the result"
                : "make it local to the function, mark it transient, or let its class implement Serializable";
    }

    private static @Nullable String pathOfCaptured(SerializedLambda lambda, Set<Object> seen, int depth) {
        String owner = simpleName(lambda.getImplClass());
        for (int i = 0; i < lambda.getCapturedArgCount(); i++) {
            Object captured = lambda.getCapturedArg(i);
            boolean isThis = captured != null
                    && captured.getClass()
                            .getName()
                            .equals(lambda.getImplClass().replace('/', '.'));
            String found = path(captured, owner + (isThis ? ".this" : " captures"), seen, depth + 1);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    private static @Nullable String pathOfElements(Collection<?> elements, String way, Set<Object> seen, int depth) {
        int i = 0;
        for (Object element : elements) {
            String found = path(element, way + "[" + i++ + "]", seen, depth + 1);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    private static @Nullable String pathOfFields(
            Object object, Class<?> leaf, String way, Set<Object> seen, int depth) {
        for (Class<?> type = leaf; type != null && type != Object.class; type = type.getSuperclass()) {
            for (Field field : type.getDeclaredFields()) {
                if (Modifier.isStatic(field.getModifiers()) || Modifier.isTransient(field.getModifiers())) {
                    continue;
                }
                String found;
                try {
                    field.setAccessible(true);
                    found = path(field.get(object), way + " → " + field.getName(), seen, depth + 1);
                } catch (IllegalAccessException | InaccessibleObjectException e) {
                    continue; // a class of the JDK that keeps its fields to itself
                }
                if (found != null) {
                    return found;
                }
            }
        }
        return null;
    }

    private static @Nullable SerializedLambda serializedLambda(Object object) {
        if (!object.getClass().isHidden() && !object.getClass().isSynthetic()) {
            return null;
        }
        try {
            Method writeReplace = object.getClass().getDeclaredMethod("writeReplace");
            writeReplace.setAccessible(true);
            return writeReplace.invoke(object) instanceof SerializedLambda lambda ? lambda : null;
        } catch (ReflectiveOperationException | InaccessibleObjectException e) {
            return null;
        }
    }

    private static String simpleName(String internalName) {
        return internalName.substring(internalName.lastIndexOf('/') + 1);
    }
}
