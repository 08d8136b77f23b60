/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.acequia.streaming.function.Function;
import java.io.NotSerializableException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ClosuresTest {
    private final Site site = Site.of("map");

    /** Something that belongs to one JVM. */
    private static final class Connection {}

    private static final class Config implements Serializable {
        private final Object inner;
        private final transient Connection left = new Connection();

        Config(Object inner) {
            this.inner = inner;
        }
    }

    @Test
    void aFunctionThatTravelsIsGivenBack() {
        String captured = "x";
        Function<String, String> f = s -> s + captured;
        assertThat(Closures.check(f, site)).isSameAs(f);
        Function<String, Integer> reference = String::length;
        assertThat(Closures.check(reference, site)).isSameAs(reference);
    }

    @Test
    void noFunctionIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Closures.check(null, site))
                .withMessage("ACQ-0705 the function of " + site + " is null: pass a function");
    }

    @Test
    void aCapturedObjectIsNamedWithItsClass() {
        Connection connection = new Connection();
        Function<String, String> f = s -> s + connection;
        assertRefused(f, "ClosuresTest captures (" + Connection.class.getName() + ")");
    }

    @Test
    void aCapturedThisIsNamed() {
        Function<String, String> f = s -> s + site;
        assertRefused(f, "ClosuresTest.this (" + ClosuresTest.class.getName() + ")");
    }

    @Test
    void thePathLeadsThroughFields() {
        Config config = new Config(new Config(new Connection()));
        Function<String, String> f = s -> s + config.left;
        assertRefused(f, "ClosuresTest captures → inner → inner (" + Connection.class.getName() + ")");
    }

    @Test
    void thePathLeadsThroughArraysListsAndMaps() {
        Object[] array = {"a", new Connection()};
        Function<String, String> f = s -> s + array.length;
        assertRefused(f, "ClosuresTest captures[1] (" + Connection.class.getName() + ")");

        List<Object> list = new ArrayList<>(List.of("a", "b", new Connection()));
        Function<String, String> g = s -> s + list;
        assertRefused(g, "ClosuresTest captures[2] (" + Connection.class.getName() + ")");

        Map<Object, Object> values = new HashMap<>(Map.of("k", new Connection()));
        Function<String, String> h = s -> s + values;
        assertRefused(h, "ClosuresTest captures.value[0] (" + Connection.class.getName() + ")");

        Map<Object, Object> keys = new HashMap<>(Map.of(new Connection(), "v"));
        Function<String, String> i = s -> s + keys;
        assertRefused(i, "ClosuresTest captures.key[0] (" + Connection.class.getName() + ")");
    }

    @Test
    void aFunctionInsideOfAFunctionIsLookedInto() {
        Connection connection = new Connection();
        Function<String, String> inner = s -> s + connection;
        Function<String, String> outer = s -> inner.call(s);
        assertRefused(outer, "ClosuresTest captures (" + Connection.class.getName() + ")");
    }

    @Test
    void aFunctionOfAClassOfItsOwnIsLookedInto() {
        assertRefused(new Prefix(new Connection()), "Prefix → connection (" + Connection.class.getName() + ")");
    }

    @Test
    void aCycleEnds() {
        List<Object> cycle = new ArrayList<>();
        cycle.add(cycle);
        cycle.add(new Connection());
        Function<String, String> f = s -> s + cycle.size();
        assertRefused(f, "ClosuresTest captures[1] (" + Connection.class.getName() + ")");
    }

    @Test
    void whatWritesItselfAndFailsIsNamedByItsException() {
        Refusing refusing = new Refusing();
        Function<String, String> f = s -> s + refusing;
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Closures.check(f, site))
                .withMessage("ACQ-0706 the function of " + site
                        + " cannot be serialized: java.io.NotSerializableException: not today");
    }

    private record Prefix(Connection connection) implements Function<String, String> {
        @Override
        public String call(String s) {
            return s;
        }
    }

    private static final class Refusing implements Serializable {
        private void writeObject(java.io.ObjectOutputStream out) throws java.io.IOException {
            throw new NotSerializableException("not today");
        }
    }

    private void assertRefused(Object function, String culprit) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Closures.check(function, site))
                .withMessage("ACQ-0706 the function of " + site + " cannot be serialized: " + culprit
                        + "; make it local to the function, mark it transient, or let its class implement Serializable")
                .withCauseInstanceOf(NotSerializableException.class);
    }
}
