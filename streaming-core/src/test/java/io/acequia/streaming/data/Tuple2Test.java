/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class Tuple2Test {
    @Test
    void aPairPrintsAsItIsWritten() {
        assertThat(Tuple2.of("a", 2)).hasToString("(a,2)").isEqualTo(new Tuple2<>("a", 2));
        assertThat(Tuple2.of(null, Optional.empty())).hasToString("(null,Optional.empty)");
    }

    @Test
    void pairsComeBackFromJavaSerialization() throws Exception {
        assertComesBack(Tuple2.of("a", 2));
        assertComesBack(Tuple2.of(null, null));
        assertComesBack(Tuple2.of(Tuple2.of("a", 1), List.of(2L)));
    }

    @Test
    void optionalComponentsAreCarriedThroughJavaSerialization() throws Exception {
        assertComesBack(Tuple2.of("k", Optional.of(1)));
        assertComesBack(Tuple2.of("k", Optional.empty()));
        assertComesBack(Tuple2.of(Optional.empty(), Optional.of("v")));
        assertComesBack(Tuple2.of(Optional.of("k"), null));
    }

    @Test
    void theOuterSidesOfNestedJoinsAreCarriedToo() throws Exception {
        assertComesBack(Tuple2.of("k", Tuple2.of(Tuple2.of(Optional.of(1), Optional.empty()), Optional.of(3))));
        assertComesBack(List.of(Tuple2.of("k", Optional.of(Tuple2.of(Optional.empty(), 1)))));
    }

    private static void assertComesBack(Object value) throws IOException, ClassNotFoundException {
        assertThat(Copies.serialized(value)).isEqualTo(value).isNotSameAs(value);
    }

    /** Copies by Java serialization. */
    static final class Copies {
        private Copies() {}

        static Object serialized(Object value) throws IOException, ClassNotFoundException {
            return read(bytes(value));
        }

        static byte[] bytes(Object value) throws IOException {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
                out.writeObject(value);
            }
            return bytes.toByteArray();
        }

        private static Object read(byte[] bytes) throws IOException, ClassNotFoundException {
            try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
                return in.readObject();
            }
        }
    }
}
