/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.engines;

import io.acequia.streaming.data.Partitioner;
import io.acequia.streaming.engine.Operator;
import io.acequia.streaming.engine.Operator2;
import io.acequia.streaming.function.Function;
import java.lang.ref.WeakReference;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Knows the shapes of chains, and which of them were planned. A dataset is given its shape when it is made, from the shapes
 * of its parents, so a job finds its plan with one look-up however long its chain is. Any thread.
 */
public final class Shapes {
    private static final int MOST_PLANS = 1024;
    private static final int DEEPEST = 4;

    private static final ClassValue<Field[]> FUNCTION_FIELDS = new ClassValue<>() {
        @Override
        protected Field[] computeValue(Class<?> type) {
            List<Field> fields = new ArrayList<>();
            for (Class<?> level = type; level != null && level != Object.class; level = level.getSuperclass()) {
                for (Field field : level.getDeclaredFields()) {
                    if (!Modifier.isStatic(field.getModifiers())
                            && isFunction(field.getType())
                            && field.trySetAccessible()) {
                        fields.add(field);
                    }
                }
            }
            return fields.toArray(new Field[0]);
        }
    };

    private final WeakHashMap<Shape, WeakReference<Shape>> known = new WeakHashMap<>();
    private final Map<Shape, Plan> plans = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Shape, Plan> eldest) {
            return size() > MOST_PLANS;
        }
    };
    private long planned;

    /**
     * How jobs of one shape run.
     *
     * @param shuffles whether there is anything to compute before the last stage; without it no job looks
     */
    public record Plan(boolean shuffles) {}

    /** What has a shape. */
    public interface Shaped {
        Shape shape();
    }

    /** The shape of a step of this kind. */
    public Shape shape(Class<?> kind, List<?> functions, List<? extends Shaped> parents) {
        return shape(kind, false, functions, parents);
    }

    /** The shape of a step that places records by their keys. */
    public Shape shuffle(Class<?> kind, List<?> functions, List<? extends Shaped> parents) {
        return shape(kind, true, functions, parents);
    }

    private Shape shape(Class<?> kind, boolean shuffles, List<?> functions, List<? extends Shaped> parents) {
        List<Object> parts = new ArrayList<>();
        parts.add(kind);
        for (Object function : functions) {
            describe(function, parts, 0);
        }
        for (Shaped parent : parents) {
            parts.add(parent.shape());
        }
        return only(new Shape(shuffles, parts));
    }

    private Shape only(Shape shape) {
        synchronized (known) {
            WeakReference<Shape> reference = known.get(shape);
            Shape first = reference == null ? null : reference.get();
            if (first != null) {
                return first;
            }
            known.put(shape, new WeakReference<>(shape));
            return shape;
        }
    }

    /** The plan for jobs that end with {@code operator}. */
    public Plan plan(Shaped dataset, Operator<?, ?> operator) {
        Shape shape = shape(Plan.class, List.of(operator), List.of(dataset));
        synchronized (plans) {
            Plan plan = plans.get(shape);
            if (plan == null) {
                plan = new Plan(shape.shuffled());
                plans.put(shape, plan);
                planned++;
            }
            return plan;
        }
    }

    /** How many shapes were planned. */
    public long planned() {
        synchronized (plans) {
            return planned;
        }
    }

    private static void describe(@Nullable Object function, List<Object> parts, int depth) {
        if (function == null) {
            parts.add(Void.class);
            return;
        }
        parts.add(function.getClass());
        if (depth == DEEPEST) {
            return;
        }
        for (Field field : FUNCTION_FIELDS.get(function.getClass())) {
            try {
                describe(field.get(function), parts, depth + 1);
            } catch (IllegalAccessException e) {
                parts.add(field.getType());
            }
        }
    }

    private static boolean isFunction(Class<?> type) {
        return Operator.class.isAssignableFrom(type)
                || Operator2.class.isAssignableFrom(type)
                || Partitioner.class.isAssignableFrom(type)
                || Comparator.class.isAssignableFrom(type)
                || type.getPackageName().equals(Function.class.getPackageName())
                || type.getPackageName().equals("java.util.function");
    }
}
