/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.store;

import java.lang.reflect.Field;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which classes may be serialized besides the built-in ones: those that the program registered, enums, records, and beans to which the declared types of a registered class or of a record lead. The answer is the same for writing
 * and for reading; asking initialises no class. For any thread.
 *
 * <p>A bean may pass only after a class that leads to it did. So whoever writes a bean also names the {@linkplain #witness
 * record} that led to it, and another process comes to the same answer.
 */
final class Admission {
    private final Set<Class<?>> registered;
    /** Each bean with the class that led to it first. */
    private final Map<Class<?>, Class<?>> reached = new ConcurrentHashMap<>();

    private final Set<Type> followed = new HashSet<>();

    Admission(Set<Class<?>> registered) {
        this.registered = Set.copyOf(registered);
        registered.forEach(this::admitted);
    }

    boolean mayPass(Class<?> type) {
        return type.isEnum() || type.isRecord() || registered.contains(type) || reached.containsKey(type);
    }

    /** A class passed: what its fields declare may follow. */
    synchronized void admitted(Class<?> type) {
        Class<?> root = type;
        while (root.isArray()) {
            root = root.getComponentType();
        }
        follow(root, root);
    }

    /** The class that must be admitted before this one may pass in another process. */
    Optional<Class<?>> witness(Class<?> type) {
        Class<?> witness = registered.contains(type) ? null : reached.get(type);
        return witness == null || registered.contains(witness) ? Optional.empty() : Optional.of(witness);
    }

    private void follow(Class<?> type, Class<?> root) {
        if (isOfPlatform(type) || !followed.add(type)) {
            return;
        }
        if (type != root && isBean(type)) {
            reached.putIfAbsent(type, root);
        }
        if (type.isSealed()) {
            for (Class<?> permitted : type.getPermittedSubclasses()) {
                follow(permitted, root);
            }
        }
        if (type.isRecord() || isBean(type) || registered.contains(type)) {
            for (Class<?> level = type; level != null && !isOfPlatform(level); level = level.getSuperclass()) {
                for (Field field : level.getDeclaredFields()) {
                    if (!Modifier.isStatic(field.getModifiers()) && !Modifier.isTransient(field.getModifiers())) {
                        followType(field.getGenericType(), root);
                    }
                }
            }
        }
    }

    private void followType(Type type, Class<?> root) {
        if (type instanceof Class<?> plain) {
            Class<?> element = plain;
            while (element.isArray()) {
                element = element.getComponentType();
            }
            follow(element, root);
        } else if (type instanceof ParameterizedType parameterized) {
            followType(parameterized.getRawType(), root);
            followAll(parameterized.getActualTypeArguments(), root);
        } else if (type instanceof GenericArrayType array) {
            followType(array.getGenericComponentType(), root);
        } else if (type instanceof WildcardType wildcard) {
            followAll(wildcard.getUpperBounds(), root);
        } else if (type instanceof TypeVariable<?> variable && followed.add(variable)) {
            followAll(variable.getBounds(), root);
        }
    }

    private void followAll(Type[] types, Class<?> root) {
        for (Type type : types) {
            followType(type, root);
        }
    }

    private static boolean isOfPlatform(Class<?> type) {
        ClassLoader loader = type.getClassLoader();
        return loader == null || loader == ClassLoader.getPlatformClassLoader();
    }

    private static boolean isBean(Class<?> type) {
        return !Modifier.isAbstract(type.getModifiers())
                && !Collection.class.isAssignableFrom(type)
                && !Map.class.isAssignableFrom(type)
                && Arrays.stream(type.getConstructors()).anyMatch(made -> made.getParameterCount() == 0);
    }
}
