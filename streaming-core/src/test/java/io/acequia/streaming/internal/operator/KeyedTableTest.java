/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.operator;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.data.Utf8;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

class KeyedTableTest {
    private static final long SEED = 77;

    /** A key whose hash takes only a few values: nearly every probe meets another key. */
    private record Colliding(int id) {
        @Override
        public int hashCode() {
            return id % 3;
        }
    }

    @Test
    void aNewTableIsEmpty() throws Exception {
        assertThat(entries(new KeyedTable<>())).isEmpty();
    }

    @Test
    void aNewEntryHasNoValueUntilOneIsGiven() {
        KeyedTable<String, Integer> table = new KeyedTable<>();
        int entry = table.entryOf("a");
        assertThat(table.value(entry)).isNull();
        table.value(entry, 1);
        assertThat(table.entryOf("a")).isEqualTo(entry);
        assertThat(table.value(entry)).isEqualTo(1);
        assertThat(table.key(entry)).isEqualTo("a");
        assertThat(table.size()).isEqualTo(1);
    }

    @Test
    void aCopyIsFilledByItselfWithKeysThatNeedNoNewHash() throws Exception {
        for (Object[] keys :
                new Object[][] {{"a", "b", null}, {Utf8.of("a"), Utf8.of("b"), Utf8.of("")}, {1, 2L, "3"}}) {
            KeyedTable<Object, Integer> table = new KeyedTable<>();
            table.value(table.entryOf(keys[0]), 1);
            KeyedTable<Object, Integer> other = new KeyedTable<>();
            other.value(other.entryOf(keys[1]), 2);
            other.value(other.entryOf(keys[0]), 3);
            other.value(other.entryOf(keys[2]), 4);
            KeyedTable<Object, Integer> copy = table.copy();
            for (int entry = 0; entry < other.size(); entry++) {
                copy.value(copy.entryOf(other, entry), other.value(entry));
            }

            assertThat(entries(table)).containsExactly(new Tuple2<>(keys[0], 1));
            assertThat(entries(copy))
                    .containsExactly(new Tuple2<>(keys[0], 3), new Tuple2<>(keys[1], 2), new Tuple2<>(keys[2], 4));
        }
    }

    @Test
    void theNullKeyIsAKey() throws Exception {
        KeyedTable<String, Integer> table = new KeyedTable<>();
        table.value(table.entryOf(null), 1);
        table.value(table.entryOf(""), 2);
        table.value(table.entryOf(null), 3);
        assertThat(entries(table)).containsExactly(Tuple2.of(null, 3), Tuple2.of("", 2));
    }

    @Test
    void itSumsAsALinkedHashMapDoesForStringsWithNullKeys() throws Exception {
        assertAgrees(i -> i % 101 == 0 ? null : "k" + i, 5_000, 200_000);
    }

    @Test
    void itSumsAsALinkedHashMapDoesForNumbersThatShareTheirLowBits() throws Exception {
        assertAgrees(i -> (long) i << 20, 3_000, 50_000);
    }

    @Test
    void itSumsAsALinkedHashMapDoesForCollidingHashes() throws Exception {
        assertAgrees(Colliding::new, 400, 20_000);
    }

    @Test
    void itSumsAsALinkedHashMapDoesForKeysOfSeveralTypes() throws Exception {
        assertAgrees(i -> i % 2 == 0 ? (Object) i : (Object) (long) i, 1_000, 20_000);
    }

    @Test
    void itSumsAsALinkedHashMapDoesForText() throws Exception {
        String letters = "a long text of many words, of which a key is a part";
        byte[] bytes = letters.getBytes(UTF_8);
        assertAgrees(i -> Utf8.wrap(bytes, i % 40, i % 12), 500, 20_000);
        assertAgrees(i -> Utf8.of("k" + i), 5_000, 100_000);
    }

    @Test
    void aKeyThatIsNoTextMayComeLate() throws Exception {
        assertAgrees(i -> i == 777 ? "777" : i == 778 ? null : Utf8.of("k" + i), 1_000, 20_000);
    }

    @Test
    void aKeyThatIsTextIsAnArrayOfItsOwn() {
        byte[] line = "to be or not".getBytes(UTF_8);
        KeyedTable<Object, Integer> table = new KeyedTable<>();
        table.entryOf(Utf8.wrap(line, 3, 2));
        assertThat(table.key(0)).isEqualTo(Utf8.of("be")).isNotSameAs(table.key(0));
        table.entryOf("be");
        table.entryOf(Utf8.wrap(line, 6, 2));
        line[6] = 'X';
        assertThat(table.key(2)).isEqualTo(Utf8.of("or"));
    }

    @Test
    void valuesComeBackWithTheTypeThatTheyHad() {
        KeyedTable<Integer, Object> table = new KeyedTable<>();
        List<Object> given = new ArrayList<>();
        for (Object value : new Object[] {1, 2_000_000_000, Integer.MIN_VALUE, 3L, Long.MIN_VALUE, 1.5, "text"}) {
            table.value(table.entryOf(given.size()), value);
            given.add(value);
            for (int entry = 0; entry < given.size(); entry++) {
                assertThat(table.value(entry)).isEqualTo(given.get(entry));
            }
        }
    }

    @Test
    void aValueMayChangeItsTypeAndMayComeOutOfTurn() {
        KeyedTable<Integer, Object> table = new KeyedTable<>();
        for (int i = 0; i < 100; i++) {
            table.entryOf(i);
        }
        table.value(0, 5L);
        table.value(0, 7);
        assertThat(table.value(0)).isEqualTo(7);
        table.value(99, 1);
        assertThat(table.value(99)).isEqualTo(1);
        assertThat(table.value(98)).isNull();
        table.value(0, null);
        assertThat(table.value(0)).isNull();
    }

    @Test
    void valuesThatAreLargerThanWhatCameAreMeasured() {
        KeyedTable<Integer, byte[]> table = new KeyedTable<>();
        for (int i = 0; i < 100; i++) {
            table.value(table.entryOf(i), new byte[10_000]);
        }
        assertThat(table.bytes(100)).isBetween(900_000L, 1_200_000L);
    }

    @Test
    void aFewGroupsThatHoldMostOfWhatCameAreNotTakenForAll() {
        KeyedTable<Integer, List<Integer>> table = new KeyedTable<>();
        long putIn = 0;
        for (int i = 0; i < 1_000; i++) {
            List<Integer> group = new ArrayList<>();
            for (int j = i == 0 ? 10_000 : 2; j > 0; j--) {
                group.add(j);
                putIn += 20;
            }
            table.value(table.entryOf(i), group);
        }
        assertThat(table.bytes(putIn)).isBetween(putIn, 3 * putIn);
    }

    @Test
    void drainingStopsWhenNoMoreIsWanted() throws Exception {
        KeyedTable<Integer, Integer> table = new KeyedTable<>();
        for (int i = 0; i < 10; i++) {
            table.value(table.entryOf(i), i);
        }
        Tasks.Collected<Tuple2<Integer, Integer>> out = new Tasks.Collected<>();
        out.most = 3;
        table.drainTo(out);
        assertThat(out.records).containsExactly(Tuple2.of(0, 0), Tuple2.of(1, 1), Tuple2.of(2, 2));
    }

    private static <K> void assertAgrees(IntFunction<K> keyOf, int keys, int times) throws Exception {
        Random random = new Random(SEED);
        KeyedTable<K, Integer> table = new KeyedTable<>();
        Map<K, Integer> model = new LinkedHashMap<>();
        for (int i = 0; i < times; i++) {
            K key = keyOf.apply(random.nextInt(keys));
            int entry = table.entryOf(key);
            Integer sum = table.value(entry);
            assertThat(sum).isEqualTo(model.get(key));
            table.value(entry, sum == null ? i : sum + i);
            model.merge(key, i, Integer::sum);
        }
        List<Tuple2<K, Integer>> expected = new ArrayList<>();
        model.forEach((key, sum) -> expected.add(new Tuple2<>(key, sum)));
        assertThat(table.size()).isEqualTo(model.size());
        assertThat(entries(table)).isEqualTo(expected);
    }

    private static <K> List<Tuple2<K, Integer>> entries(KeyedTable<K, Integer> table) throws Exception {
        Tasks.Collected<Tuple2<K, Integer>> out = new Tasks.Collected<>();
        table.drainTo(out);
        return out.records;
    }
}
