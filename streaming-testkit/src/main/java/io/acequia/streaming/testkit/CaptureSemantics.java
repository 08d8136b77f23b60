/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.DStream;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.data.Durations;
import io.acequia.streaming.function.Function;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a function may not take along, and that the message finds it. An engine subclasses it. */
@Timeout(60)
public abstract class CaptureSemantics {
    /** The settings under test: the engine is the master. */
    protected StreamingConf conf() {
        return TestStreams.defaults();
    }

    /** What cannot travel. */
    private static final class Connection {
        int send(int record) {
            return record;
        }
    }

    private void assertRefused(Function<Integer, Integer> function, String... path) {
        TestStreams.every(Durations.seconds(1), conf(), s -> {
                    DStream<Integer> in = s.input("in");
                    assertThatThrownBy(() -> in.map(function))
                            .isInstanceOf(IllegalArgumentException.class)
                            .hasMessageContainingAll("map at CaptureSemantics.java:", "cannot be serialized")
                            .hasMessageContaining(Connection.class.getName())
                            .hasMessageContainingAll(path);
                })
                .close();
    }

    @Test
    @DisplayName("a field of an anonymous class is named")
    void aFieldOfAnAnonymousClass() {
        assertRefused(
                new Function<>() {
                    private final Connection connection = new Connection();

                    @Override
                    public Integer call(Integer record) {
                        return connection.send(record);
                    }
                },
                "connection");
    }

    /** A program whose functions use the object around them. */
    private static final class Job implements Serializable {
        private final Connection connection = new Connection();

        Function<Integer, Integer> inner() {
            return new Function<>() {
                @Override
                public Integer call(Integer record) {
                    return connection.send(record);
                }
            };
        }

        Function<Integer, Integer> lambda() {
            return record -> connection.send(record);
        }
    }

    @Test
    @DisplayName("the object around an inner class is named, with its field")
    void theObjectAroundAnInnerClass() {
        assertRefused(new Job().inner(), "this$0", "connection");
    }

    @Test
    @DisplayName("the object around a lambda is named, with its field")
    void theObjectAroundALambda() {
        assertRefused(new Job().lambda(), "Job.this", "connection");
    }

    @Test
    @DisplayName("a captured local variable is named by the method's class and its type")
    void aCapturedLocalVariable() {
        Connection connection = new Connection();
        assertRefused(record -> connection.send(record), "CaptureSemantics captures");
    }

    private record Settings(Pool pool) implements Serializable {}

    private static final class Pool implements Serializable {
        private final Connection first = new Connection();
    }

    @Test
    @DisplayName("a field of a field is named with its path")
    void aFieldOfAField() {
        Settings settings = new Settings(new Pool());
        assertRefused(record -> settings.pool().first.send(record), "pool", "first");
    }

    private static final class Sender implements Function<Integer, Integer> {
        private final Serializable anything;

        Sender(Serializable anything) {
            this.anything = anything;
        }

        @Override
        public Integer call(Integer record) {
            return record + anything.hashCode();
        }
    }

    private record Fields(List<Connection> list, Map<String, Connection> map, Connection[] array)
            implements Serializable {
        private static Fields of() {
            return new Fields(List.of(), Map.of(), new Connection[0]);
        }
    }

    @Test
    @DisplayName("an element of a list is named with its number")
    void anElementOfAList() {
        Fields fields = Fields.of();
        assertRefused(
                new Sender(new Fields(List.of(new Connection()), fields.map, fields.array)), "anything", "list[0]");
    }

    @Test
    @DisplayName("a value of a map is named")
    void aValueOfAMap() {
        Fields fields = Fields.of();
        assertRefused(
                new Sender(new Fields(fields.list, Map.of("main", new Connection()), fields.array)),
                "anything",
                "map.value");
    }

    @Test
    @DisplayName("an element of an array is named with its number")
    void anElementOfAnArray() {
        Fields fields = Fields.of();
        assertRefused(
                new Sender(new Fields(fields.list, fields.map, new Connection[] {new Connection()})),
                "anything",
                "array[0]");
    }

    private record Target(String name, Connection connection) implements Serializable {}

    @Test
    @DisplayName("a component of a record is named")
    void aComponentOfARecord() {
        assertRefused(new Sender(new Target("main", new Connection())), "anything", "connection");
    }

    private static class Base implements Serializable {
        final Connection inherited = new Connection();
    }

    private static final class Derived extends Base {
        int send(int record) {
            return inherited.send(record);
        }
    }

    @Test
    @DisplayName("a field of a superclass is named")
    void aFieldOfASuperclass() {
        Derived derived = new Derived();
        assertRefused(record -> derived.send(record), "inherited");
    }

    @Test
    @DisplayName("what travels is not refused")
    void whatTravelsIsNotRefused() {
        int added = 5;
        try (TestStreams t = TestStreams.every(
                Durations.seconds(1),
                conf(),
                s -> s.collect("out", s.<Integer>input("in").map(record -> record + added)))) {
            assertThat(t.add("in", 1).advance(1).<Integer>last("out")).containsExactly(6);
        }
    }
}
