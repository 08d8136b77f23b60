/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Utf8Test {
    private static final long SEED = 20_260_101L;
    private static final String[] PIECES = {" ", " ", "a", "bc", "ä", "水", "😀", "\n", ""};

    @Test
    void aTextComesBackAsItWas() {
        for (String text : List.of("", "a b", "Ä水😀", "\u0000")) {
            assertThat(Utf8.of(text)).hasToString(text);
            assertThat(Utf8.of(text).toBytes()).isEqualTo(text.getBytes(StandardCharsets.UTF_8));
            assertThat(Utf8.of(text).length()).isEqualTo(text.getBytes(StandardCharsets.UTF_8).length);
        }
    }

    @Test
    void aSliceIsTheTextOfItsBytes() {
        byte[] bytes = "word count".getBytes(StandardCharsets.UTF_8);
        Utf8 count = Utf8.wrap(bytes, 5, 5);
        assertThat(count).hasToString("count").isEqualTo(Utf8.of("count")).hasSameHashCodeAs(Utf8.of("count"));
        assertThat(count.byteAt(0)).isEqualTo((byte) 'c');
        assertThat(Utf8.wrap(bytes, 10, 0)).isEqualTo(Utf8.of(""));
    }

    @Test
    void aSliceOutsideOfItsArrayIsRefused() {
        for (int[] slice : new int[][] {{-1, 1}, {0, -1}, {0, 4}, {3, 1}, {4, 0}, {2, Integer.MAX_VALUE}}) {
            assertThatExceptionOfType(IndexOutOfBoundsException.class)
                    .isThrownBy(() -> Utf8.wrap(new byte[3], slice[0], slice[1]))
                    .withMessage("ACQ-0106 slice from " + slice[0] + ", length " + slice[1] + ", of an array of 3");
        }
    }

    @Test
    void aByteOutsideOfTheTextIsRefused() {
        Utf8 slice = Utf8.wrap("abc".getBytes(StandardCharsets.UTF_8), 1, 1);
        for (int index : new int[] {-1, 1}) {
            assertThatExceptionOfType(IndexOutOfBoundsException.class)
                    .isThrownBy(() -> slice.byteAt(index))
                    .withMessage("ACQ-0107 index " + index + " in a text of 1 bytes");
        }
    }

    @Test
    void malformedBytesShowAsReplacement() {
        assertThat(Utf8.wrap(new byte[] {'a', (byte) 0xff}, 0, 2)).hasToString("a\uFFFD");
    }

    @Test
    void aTextNeverEqualsAString() {
        assertThat((Object) Utf8.of("a")).isNotEqualTo("a").isNotEqualTo(null).isNotEqualTo(Utf8.of("b"));
    }

    @Test
    void theOrderIsThatOfCodePoints() {
        // by UTF-16 units the emoji would come before the private-use character
        assertThat(List.of(Utf8.of("😀"), Utf8.of("\uE000"), Utf8.of("b"), Utf8.of("ab"), Utf8.of("a"), Utf8.of("")))
                .isSortedAccordingTo((a, b) -> b.compareTo(a));
    }

    @Test
    void compactingGivesASliceAnArrayOfItsOwn() {
        Utf8 whole = Utf8.of("abc");
        Utf8 slice = Utf8.wrap("abc".getBytes(StandardCharsets.UTF_8), 1, 1);
        assertThat(whole.compact()).isSameAs(whole);
        assertThat(slice.compact()).isEqualTo(slice).isNotSameAs(slice);
    }

    @Test
    void onlyTheSliceIsSerialized() throws Exception {
        Utf8 slice = Utf8.wrap(new byte[100_000], 50_000, 3);
        assertThat(Tuple2Test.Copies.serialized(slice)).isEqualTo(slice);
        assertThat(Tuple2Test.Copies.bytes(slice)).hasSizeLessThan(500);
    }

    @Test
    void theHashIsTheSameInEveryRun() {
        assertThat(Utf8.of("acequia").hashCode()).isEqualTo("acequia".hashCode());
        assertThat(Utf8.of("水").hashCode()).isEqualTo(-27_542);
    }

    @Test
    void splittingGivesThePartsBetweenDelimiters() {
        assertThat(parts("to be or", ' ')).containsExactly("to", "be", "or");
        assertThat(parts(" a  b ", ' ')).containsExactly("", "a", "", "b");
        assertThat(parts("", ' ')).containsExactly("");
        assertThat(parts("   ", ' ')).isEmpty();
        assertThat(parts("a,b", ' ')).containsExactly("a,b");
    }

    @Test
    void splittingASliceLeavesItsNeighboursAlone() {
        Utf8 slice = Utf8.wrap("x a b y".getBytes(StandardCharsets.UTF_8), 2, 3);
        List<String> parts = new ArrayList<>();
        slice.splitOn((byte) ' ').forEachRemaining(part -> parts.add(part.toString()));
        assertThat(parts).containsExactly("a", "b");
    }

    @Test
    void hashesAndEqualityAreThoseOfTheBytesWhereverTheyLie() {
        Random random = new Random(SEED);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[random.nextInt(24)];
            for (int k = 0; k < bytes.length; k++) {
                bytes[k] = (byte) (i % 4 == 0 ? random.nextInt(256) : 'a' + random.nextInt(3));
            }
            int from = random.nextInt(bytes.length + 1);
            int length = random.nextInt(bytes.length - from + 1);
            int hash = 0;
            for (int k = from; k < from + length; k++) {
                hash = 31 * hash + bytes[k];
            }
            Utf8 slice = Utf8.wrap(bytes, from, length);
            Utf8 copy = Utf8.wrap(Arrays.copyOfRange(bytes, from, from + length), 0, length);
            assertThat(slice.hashCode()).as("%d of seed %d", i, SEED).isEqualTo(hash);
            assertThat(slice).isEqualTo(copy).hasSameHashCodeAs(copy).isEqualTo(slice.compact());
            if (length > 0) {
                byte[] other = slice.toBytes();
                other[random.nextInt(length)]++;
                assertThat(slice).isNotEqualTo(Utf8.wrap(other, 0, length));
                assertThat(Utf8.wrap(other, 0, length)).isNotEqualTo(slice);
            }
        }
    }

    @Test
    void aTextStandsWhereItsBytesStand() {
        byte[] line = "to be or not to be".getBytes(StandardCharsets.UTF_8);
        Utf8 be = Utf8.of("be");
        assertThat(be.standsAt(line, 3)).isTrue();
        assertThat(be.standsAt(line, 16)).isTrue();
        assertThat(be.standsAt(line, 4)).isFalse();
        assertThat(be.standsAt(line, 17)).isFalse();
        assertThat(be.standsAt(line, -1)).isFalse();
        assertThat(be.standsAt(line, Integer.MAX_VALUE)).isFalse();
        assertThat(Utf8.wrap(line, 0, line.length).standsAt(line, 0)).isTrue();
        assertThat(Utf8.wrap(line, 0, 9).standsAt(line, 9)).isFalse();
        assertThat(Utf8.of("").standsAt(line, 18)).isTrue();
    }

    @Test
    void splittingEndsWithAnException() {
        Iterator<Utf8> parts = Utf8.of("a").splitOn((byte) ' ');
        parts.next();
        assertThat(parts.hasNext()).isFalse();
        assertThatExceptionOfType(NoSuchElementException.class).isThrownBy(parts::next);
    }

    @Test
    void splittingAgreesWithStringOnTenThousandRandomTexts() {
        Random random = new Random(SEED);
        for (int i = 0; i < 10_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int length = random.nextInt(20); length > 0; length--) {
                text.append(PIECES[random.nextInt(PIECES.length)]);
            }
            assertThat(parts(text.toString(), ' '))
                    .as("text %d of seed %d: '%s'", i, SEED, text)
                    .containsExactly(text.toString().split(" "));
        }
    }

    private static List<String> parts(String text, char delimiter) {
        List<String> parts = new ArrayList<>();
        Utf8.of(text).splitOn((byte) delimiter).forEachRemaining(part -> parts.add(part.toString()));
        return parts;
    }
}
