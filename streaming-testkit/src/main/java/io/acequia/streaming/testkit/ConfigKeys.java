/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.SoftAssertions.assertSoftly;

import io.acequia.streaming.data.Secret;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A builder {@code B} of {@code C}, and its keys: the names of its public methods that return the builder. */
public final class ConfigKeys<B, C> {
    private final Supplier<B> builder;
    private final Function<B, C> build;
    private final List<Key<B, C, ?>> keys = new ArrayList<>();
    private final List<Refused<B, ?>> refused = new ArrayList<>();

    private ConfigKeys(Supplier<B> builder, Function<B, C> build) {
        this.builder = builder;
        this.build = build;
    }

    /** {@code builder} gives a new builder each time, in which only the keys are set that have no default. */
    public static <B, C> ConfigKeys<B, C> of(Supplier<B> builder, Function<B, C> build) {
        return new ConfigKeys<>(builder, build);
    }

    /**
     * Adds a key.
     *
     * @param name the name of the builder's method
     * @param standard what is read when nobody sets the key
     * @param other a value that is not the default
     */
    public <V> ConfigKeys<B, C> key(String name, BiConsumer<B, V> setter, Function<C, V> getter, V standard, V other) {
        keys.add(new Key<>(name, setter, getter, standard, other));
        return this;
    }

    /**
     * Adds a value that {@code build} must refuse with an {@link IllegalArgumentException}. All such values are set in one
     * builder: the message must have a line for each, with the key, the value as it prints, and {@code rule}.
     */
    public <V> ConfigKeys<B, C> refuses(String name, BiConsumer<B, V> setter, V value, String rule) {
        refused.add(new Refused<>(name, setter, value, rule));
        return this;
    }

    void checkDefaults() {
        C built = build.apply(builder.get());
        assertSoftly(softly -> keys.forEach(key -> softly.assertThatObject(key.getter.apply(built))
                .as("default of '%s'", key.name)
                .isEqualTo(key.standard)));
    }

    void checkMapping() {
        assertSoftly(softly -> keys.forEach(key -> {
            softly.assertThatObject(key.other)
                    .as("the value of '%s' that is not the default", key.name)
                    .isNotEqualTo(key.standard);
            softly.assertThatObject(key.getter.apply(builtWith(key)))
                    .as("'%s' after it was set", key.name)
                    .isEqualTo(key.other);
        }));
    }

    void checkNames() {
        Class<?> type = builder.get().getClass();
        Set<String> names = Arrays.stream(type.getMethods())
                .filter(method -> !Modifier.isStatic(method.getModifiers()))
                .filter(method -> method.getReturnType() != Object.class)
                .filter(method -> method.getReturnType().isAssignableFrom(type))
                .map(Method::getName)
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(keys.stream().map(Key::name).distinct())
                .as("keys that the test lists, against the public methods of %s that return it", type.getName())
                .isNotEmpty()
                .containsExactlyInAnyOrderElementsOf(names);
    }

    void checkProblems() {
        if (refused.isEmpty()) {
            return;
        }
        B bad = builder.get();
        Throwable thrown = catchThrowable(() -> {
            refused.forEach(value -> value.setIn(bad));
            build.apply(bad);
        });
        assertThat(thrown).isInstanceOf(IllegalArgumentException.class);
        List<String> lines = String.valueOf(thrown.getMessage()).lines().toList();
        assertSoftly(softly -> refused.forEach(value -> softly.assertThat(lines)
                .as("lines of the message, one with '%s', %s and '%s'", value.name, value.value, value.rule)
                .anyMatch(value::isToldBy)
                .noneMatch(line -> secret(value.value).anyMatch(line::contains))));
    }

    void checkSecrets() {
        assertSoftly(softly -> keys.forEach(
                key -> secret(key.other).forEach(secret -> softly.assertThat(String.valueOf(builtWith(key)))
                        .as("toString() with a secret '%s'", key.name)
                        .contains("***")
                        .doesNotContain(secret))));
    }

    private <V> C builtWith(Key<B, C, V> key) {
        B changed = builder.get();
        key.setter.accept(changed, key.other);
        return build.apply(changed);
    }

    private static Stream<String> secret(@Nullable Object value) {
        Object inner = value instanceof Optional<?> optional && optional.isPresent() ? optional.get() : value;
        return inner instanceof Secret secret ? Stream.of(secret.expose()) : Stream.empty();
    }

    private record Key<B, C, V>(String name, BiConsumer<B, V> setter, Function<C, V> getter, V standard, V other) {}

    private record Refused<B, V>(String name, BiConsumer<B, V> setter, V value, String rule) {
        void setIn(B builder) {
            setter.accept(builder, value);
        }

        boolean isToldBy(String line) {
            return line.contains(name) && line.contains(String.valueOf(value)) && line.contains(rule);
        }
    }
}
