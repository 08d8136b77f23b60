/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.function;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OrderingTest {
    private final List<String> words = List.of("bbb", "a", "cc");

    @Test
    void theNaturalOrderIsThatOfTheRecords() {
        assertThat(sorted(Ordering.natural())).containsExactly("a", "bbb", "cc");
        assertThat(sorted(Ordering.<String>natural().reverse())).containsExactly("cc", "bbb", "a");
    }

    @Test
    void recordsAreOrderedByAKey() {
        assertThat(sorted(Ordering.by(String::length))).containsExactly("a", "cc", "bbb");
        assertThat(sorted(Ordering.<String, Integer>by(String::length).reverse()))
                .containsExactly("bbb", "cc", "a");
    }

    @Test
    void backwardsTwiceIsForwards() {
        assertThat(sorted(Ordering.<String>natural().reverse().reverse())).containsExactly("a", "bbb", "cc");
    }

    @Test
    void whatTheKeyFunctionThrowsNamesTheRecord() {
        Exception broken = new IOException("no disk");
        Ordering<String> order = Ordering.by(word -> {
            if (word.equals("a")) {
                throw broken;
            }
            return word;
        });
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> sorted(order))
                .withMessage("ACQ-0101 the key function of an ordering threw for a")
                .withCause(broken);
    }

    @Test
    void uncheckedExceptionsComeOutAsTheyAre() {
        Ordering<String> order = Ordering.by(word -> word.charAt(1));
        assertThatExceptionOfType(StringIndexOutOfBoundsException.class).isThrownBy(() -> sorted(order));
    }

    @Test
    void anOrderingTravels() throws Exception {
        assertThat(sorted(copy(Ordering.<String, Integer>by(String::length).reverse())))
                .containsExactly("bbb", "cc", "a");
    }

    private List<String> sorted(Ordering<String> order) {
        List<String> sorted = new ArrayList<>(words);
        sorted.sort(order);
        return sorted;
    }

    @SuppressWarnings("unchecked")
    private static Ordering<String> copy(Ordering<String> order) throws IOException, ClassNotFoundException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(order);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            return (Ordering<String>) in.readObject();
        }
    }
}
