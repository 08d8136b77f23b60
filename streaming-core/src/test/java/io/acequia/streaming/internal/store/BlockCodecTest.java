/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.data.Codec;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.data.TypedCodec;
import io.acequia.streaming.data.Utf8;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(300)
class BlockCodecTest {
    private static final int COUNT = 120;

    enum Color {
        RED,
        GREEN {
            @Override
            public String toString() {
                return "verde";
            }
        }
    }

    record Order(int id, Color color, List<Line> lines, Map<String, Optional<Price>> prices, Price[] extra) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Order that && text().equals(that.text());
        }

        @Override
        public int hashCode() {
            return id;
        }

        private String text() {
            return id + " " + color + " " + lines + " " + prices + " " + Arrays.toString(extra);
        }
    }

    record Price(double amount, String currency) {}

    public static class Line {
        protected String article = "";
        private Line next;

        public Line() {}

        static Line of(String article) {
            Line line = new Line();
            line.article = article;
            return line;
        }

        @Override
        public String toString() {
            return article;
        }
    }

    record Payload(Object value) {}

    record Point(int x, int y) {}

    record Shelf(List<? extends Kind> kinds) {}

    sealed interface Kind permits Solid {}

    public static final class Solid implements Kind {
        int weight = 3;

        public Solid() {}
    }

    static final class Canary {
        static {
            Fired.initialised = true;
        }

        private void readObject(java.io.ObjectInputStream in) {
            Fired.read = true;
        }
    }

    static final class Fired {
        static boolean initialised;
        static boolean read;
    }

    static final class PointCodec implements Codec<Point> {
        private static final long serialVersionUID = 1;

        @Override
        public void write(Point value, DataOutput out) throws IOException {
            out.writeInt(value.x());
            out.writeInt(value.y());
        }

        @Override
        public Point read(DataInput in) throws IOException {
            return new Point(in.readInt(), in.readInt());
        }
    }

    private static BlockCodec codec(Class<?>... registered) {
        return new BlockCodec(new RecordSerializer(Set.of(registered)));
    }

    private static BlockCodec withPoints() {
        return new BlockCodec(
                new RecordSerializer(Set.of(), Map.of("point", new TypedCodec<>(Point.class, new PointCodec())), ""));
    }

    private static byte[] bytes(BlockCodec codec, List<?> records) {
        try {
            return joined(codec.encode(List.of(records), records.size()));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] joined(List<ByteBuffer> pieces) {
        ByteBuffer all = ByteBuffer.allocate(
                pieces.stream().mapToInt(ByteBuffer::remaining).sum());
        pieces.forEach(all::put);
        return all.array();
    }

    private static List<Object> records(BlockCodec codec, byte[] bytes, int count) {
        List<Object> records = new ArrayList<>();
        codec.decode(ByteBuffer.wrap(bytes), count).forEachRemaining(records::add);
        return records;
    }

    /** As another process would read it. */
    private static List<Object> copied(List<?> records) {
        return records(codec(), bytes(codec(), records), records.size());
    }

    private static Order order(int id) {
        Map<String, Optional<Price>> prices = new LinkedHashMap<>();
        prices.put("net", Optional.of(new Price(1.5, "EUR")));
        prices.put("none", Optional.empty());
        return new Order(
                id,
                id % 2 == 0 ? Color.RED : Color.GREEN,
                new ArrayList<>(Arrays.asList(Line.of("a" + id), null)),
                prices,
                new Price[] {new Price(id, "CHF"), null});
    }

    @Test
    void recordsWithNestedGenericsEnumsBeansAndNullsComeBack() {
        List<Object> records = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            records.add(order(i));
            records.add(i % 7 == 0 ? null : new Tuple2<>("k" + i, List.of(i, order(i))));
        }
        assertThat(copied(records)).isEqualTo(records);
    }

    @Test
    void textsBytesAndTheEmptyBlockComeBack() {
        List<Utf8> texts = List.of(Utf8.of(""), Utf8.of("über"), Utf8.of("x".repeat(3_000_000)), Utf8.of("end"));
        assertThat(copied(texts)).isEqualTo(texts);
        List<byte[]> arrays = List.of(new byte[0], new byte[] {1, 2}, new byte[70_000]);
        List<Object> copies = copied(arrays);
        for (int i = 0; i < arrays.size(); i++) {
            assertThat((byte[]) copies.get(i)).isEqualTo(arrays.get(i));
        }
        assertThat(copied(List.of())).isEmpty();
        List<Object> mixed = Arrays.asList(Utf8.of("a"), null, new byte[] {1}.length);
        assertThat(copied(mixed)).isEqualTo(mixed);
    }

    @Test
    void partsOfABlockAreOneRun() throws IOException {
        List<List<Utf8>> parts =
                List.of(List.of(), List.of(Utf8.of("a"), Utf8.of("b")), List.of(), List.of(Utf8.of("c")));
        byte[] bytes = joined(codec().encode(parts, 3));
        assertThat(records(codec(), bytes, 3)).containsExactly(Utf8.of("a"), Utf8.of("b"), Utf8.of("c"));
        assertThatThrownBy(() -> codec().encode(parts, 4)).hasMessageStartingWith("ACQ-0552 a block of 4 records");
    }

    @Test
    void aMillionLinesCostTheirBytesAndALengthEach() throws IOException {
        byte[] text =
                "the quick brown fox jumps over the lazy dog\n".repeat(1000).getBytes();
        List<Utf8> lines = new ArrayList<>();
        for (int i = 0; i < 1_000_000; i++) {
            lines.add(Utf8.wrap(text, i % 1000 * 44, 43));
        }
        List<ByteBuffer> pieces = codec().encode(List.of(lines), lines.size());
        byte[] bytes = joined(pieces);
        assertThat(bytes.length).isLessThan(1_000_000 * 44 + 16);
        Iterator<Utf8> copies = codec().decode(ByteBuffer.wrap(bytes), lines.size());
        int at = 0;
        while (copies.hasNext()) {
            if (!copies.next().equals(lines.get(at++))) {
                throw new AssertionError("line " + (at - 1));
            }
        }
        assertThat(at).isEqualTo(lines.size());
        assertThatThrownBy(copies::next).isInstanceOf(NoSuchElementException.class);
    }

    @Test
    void aFreshProcessReadsWhatAnotherMetInAnotherOrder() {
        BlockCodec first = codec();
        bytes(first, List.of(Color.RED, new Price(1, "x"), new Payload(new Point(1, 2))));
        List<Object> records = List.of(new Point(1, 2), order(1), Color.GREEN, new Price(2, "y"));
        byte[] bytes = bytes(first, records);
        BlockCodec second = codec();
        bytes(second, List.of(order(4), new Payload(Color.GREEN)));
        assertThat(records(second, bytes, 4)).isEqualTo(records);
        assertThat(bytes(codec(), records)).as("bytes of a block").isEqualTo(bytes);
    }

    @Test
    @DisplayName("S6.5 records, enums and beans reachable from declared types pass by themselves, by name")
    void whatDeclaredTypesLeadToPasses() {
        Shelf shelf = new Shelf(List.of(new Solid()));
        Object copy = copied(List.of(shelf)).get(0);
        assertThat(((Solid) ((Shelf) copy).kinds().get(0)).weight).isEqualTo(3);

        BlockCodec writer = codec();
        bytes(writer, List.of(order(1)));
        byte[] later = bytes(writer, List.of(Line.of("alone")));
        assertThat(records(codec(), later, 1)).hasToString("[alone]");
    }

    @Test
    @DisplayName("S6.5 an unregistered class gives the line to add, on the way in and on the way out")
    void anUnregisteredClassNamesTheLineToAdd() {
        Line line = Line.of("x");
        String add = "add conf.registerClasses(" + Line.class.getCanonicalName() + ".class)";
        assertThatThrownBy(() -> bytes(codec(), List.of(line)))
                .hasMessageStartingWith("ACQ-0531 " + Line.class.getName())
                .hasMessageEndingWith(add);
        assertThatThrownBy(() -> bytes(codec(), List.of(new Payload(line)))).hasMessageEndingWith(add);
        byte[] bytes = bytes(codec(Line.class), List.of(new Payload(line)));
        assertThatThrownBy(() -> records(codec(), bytes, 1))
                .hasMessageStartingWith("ACQ-0541 stored records cannot be read: " + Line.class.getName())
                .hasMessageEndingWith(add);
        assertThat(records(codec(Line.class), bytes, 1)).hasToString("[Payload[value=x]]");
    }

    /** A block of one record whose class has one name in the bytes and another in the end. */
    private static byte[] renamed(byte[] block, String from, String to) {
        byte[] old = name(from);
        byte[] wanted = name(to);
        int at = 0;
        while (!Arrays.equals(block, at, at + old.length, old, 0, old.length)) {
            at++;
        }
        ByteBuffer all = ByteBuffer.allocate(block.length - old.length + wanted.length);
        all.put(block, 0, at).put(wanted).put(block, at + old.length, block.length - at - old.length);
        int header = 2;
        all.putInt(header, all.capacity() - header - Integer.BYTES);
        return all.array();
    }

    private static byte[] name(String text) {
        try (var out = new com.esotericsoftware.kryo.kryo5.io.Output(16, -1)) {
            out.writeString(text);
            return out.toBytes();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[L", "[[L"})
    void aForeignClassInTheTableIsRefusedBeforeItIsInitialised(String array) {
        String name = array + BlockCodecTest.class.getName() + "$Canary" + (array.isEmpty() ? "" : ";");
        byte[] bytes = renamed(bytes(codec(), List.of(new Point(1, 2))), Point.class.getName(), name);
        assertThatThrownBy(() -> records(codec(), bytes, 1)).hasMessageStartingWith("ACQ-0541 ");
        assertThat(Fired.initialised).isFalse();
        assertThat(Fired.read).isFalse();
    }

    @Test
    void classesThatAreGoneOrHaveOtherFieldsAreRefused() {
        byte[] point = bytes(codec(), List.of(new Point(1, 2)));
        assertThatThrownBy(() -> records(codec(), renamed(point, Point.class.getName(), "no.such.Order"), 1))
                .hasMessageStartingWith("ACQ-0542 ")
                .hasMessageContaining("no.such.Order");
        assertThatThrownBy(() -> records(codec(), renamed(point, Point.class.getName(), Price.class.getName()), 1))
                .hasMessageStartingWith("ACQ-0543 ")
                .hasMessageContaining(Price.class.getName());
    }

    @Test
    void codecsWriteTheirValuesAloneAndInsideOfOthers() {
        List<Object> points = List.of(new Point(1, 2), new Point(3, 4));
        byte[] alone = bytes(withPoints(), points);
        assertThat(alone).hasSize(2 + 1 + "point".length() + 2 + 16);
        assertThat(records(withPoints(), alone, 2)).isEqualTo(points);
        List<Object> nested = List.of(new Payload(points), new Point(5, 6), new Payload(new Point[] {null}.length));
        byte[] inside = bytes(withPoints(), nested);
        assertThat(records(withPoints(), inside, 3)).isEqualTo(nested);
        for (byte[] block : List.of(alone, inside)) {
            assertThatThrownBy(() -> records(codec(), block, block == alone ? 2 : 3))
                    .hasMessageStartingWith("ACQ-0545 ")
                    .hasMessageContaining("conf.registerCodec(\"point\", …)");
        }
    }

    @Test
    void aCodecThatFailsIsNamed() {
        Codec<Point> failing = new Codec<>() {
            private static final long serialVersionUID = 1;

            @Override
            public void write(Point value, DataOutput out) throws IOException {
                throw new IOException("no ink");
            }

            @Override
            public Point read(DataInput in) {
                throw new UnsupportedOperationException();
            }
        };
        BlockCodec codec = new BlockCodec(
                new RecordSerializer(Set.of(), Map.of("dry", new TypedCodec<>(Point.class, failing)), ""));
        for (Object record : List.of(new Point(1, 2), new Payload(new Point(1, 2)))) {
            assertThatThrownBy(() -> bytes(codec, List.of(record)))
                    .hasMessageStartingWith("ACQ-0553 the codec 'dry'")
                    .hasMessageEndingWith("no ink");
        }
    }

    @Test
    void arraysOfArraysPassWhereTheirElementsDo() {
        List<Object> records =
                List.of(new String[][][] {{{"a"}}}, new Point[][] {{new Point(1, 2)}}, new Object[][] {{1}});
        assertThat(Arrays.deepEquals(copied(records).toArray(), records.toArray()))
                .isTrue();
        assertThatThrownBy(() -> bytes(codec(), List.of((Object) new Line[0][])))
                .hasMessageStartingWith("ACQ-0531 ");
    }

    @Test
    void aCodecThatReadsLessOrMoreThanItWroteIsNamed() {
        for (int read : new int[] {0, 4, 8}) {
            Codec<Point> wrong = new Codec<>() {
                private static final long serialVersionUID = 1;

                @Override
                public void write(Point value, DataOutput out) throws IOException {
                    out.writeInt(value.x());
                }

                @Override
                public Point read(DataInput in) throws IOException {
                    in.readFully(new byte[read]);
                    return read == 4 ? null : new Point(0, 0);
                }
            };
            BlockCodec codec = new BlockCodec(
                    new RecordSerializer(Set.of(), Map.of("wrong", new TypedCodec<>(Point.class, wrong)), ""));
            for (Object record : List.of(new Point(1, 2), new Payload(new Point(1, 2)))) {
                byte[] bytes = bytes(codec, List.of(record));
                assertThatThrownBy(() -> records(codec, bytes, 1)).hasMessageStartingWith("ACQ-0546 the codec 'wrong'");
            }
        }
    }

    private static Map<String, byte[]> blocks() {
        Map<String, byte[]> blocks = new TreeMap<>();
        List<Utf8> texts =
                IntStream.range(0, COUNT).mapToObj(i -> Utf8.of("x".repeat(i))).toList();
        blocks.put("text", bytes(codec(), texts));
        blocks.put("bytes", bytes(codec(), texts.stream().map(Utf8::toBytes).toList()));
        blocks.put(
                "codec",
                bytes(
                        withPoints(),
                        IntStream.range(0, COUNT).mapToObj(i -> new Point(i, i)).toList()));
        List<Object> many = new ArrayList<>(RecordSerializerTest.builtIns());
        many.addAll(RecordSerializerTest.arrays());
        for (int i = many.size(); i < COUNT; i++) {
            many.add(
                    i % 3 == 0
                            ? order(i)
                            : i % 3 == 1 ? new Tuple2<>("k" + i, new Point(i, i)) : new HashMap<>(Map.of(i, 2)));
        }
        blocks.put("chunks", bytes(withPoints(), many));
        return blocks;
    }

    @Test
    void aBlockThatIsCutOffOrHasAnotherCountIsRefused() {
        blocks().forEach((form, block) -> {
            assertThat(records(withPoints(), block, COUNT)).as(form).hasSize(COUNT);
            for (int length = 0; length < block.length; length++) {
                byte[] cut = Arrays.copyOf(block, length);
                assertThatThrownBy(() -> records(withPoints(), cut, COUNT))
                        .as(form)
                        .hasMessageStartingWith("ACQ-0544 ");
            }
            assertThatThrownBy(() -> records(withPoints(), block, COUNT - 1))
                    .hasMessageContaining(COUNT + " records are announced");
            byte[] longer = Arrays.copyOf(block, block.length + 1);
            assertThatThrownBy(() -> records(withPoints(), longer, COUNT))
                    .as(form)
                    .hasMessageStartingWith("ACQ-0544 ");
        });
    }

    /** 20 000 blocks with a few wrong bytes, of which some are parts of numbers. */
    @ParameterizedTest
    @ValueSource(strings = {"text", "bytes", "codec", "chunks"})
    void damagedBlocksAreRefusedOrGiveTheirCount(String form) {
        byte[] good = blocks().get(form);
        Random random = new Random(44);
        BlockCodec codec = withPoints();
        int refused = 0;
        for (int i = 0; i < 20_000; i++) {
            refused += assertCountOrRefusal(codec, mutant(good, random), "mutant " + i) ? 1 : 0;
        }
        assertThat(refused).isGreaterThan(1000);
    }

    private static byte[] mutant(byte[] good, Random random) {
        byte[] bad = random.nextInt(10) == 0 ? Arrays.copyOf(good, random.nextInt(good.length)) : good.clone();
        int where = random.nextBoolean() ? Math.min(bad.length, 400) : bad.length;
        for (int n = random.nextInt(5); n >= 0 && where > 0; n--) {
            int at = random.nextInt(where);
            switch (random.nextInt(4)) {
                case 0 -> bad[at] = (byte) random.nextInt();
                case 1 -> bad[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> Arrays.fill(bad, at, Math.min(bad.length, at + 5), (byte) 0xff);
                default -> bad[at] = 0x7f;
            }
        }
        return bad;
    }

    @Test
    void depthIsBoundedInBothDirections() {
        Object deep = "end";
        for (int i = 0; i < 100_000; i++) {
            deep = Collections.singletonList(deep);
        }
        Object tooDeep = deep;
        assertThatThrownBy(() -> bytes(codec(), List.of(tooDeep))).hasMessageStartingWith("ACQ-0534 ");

        byte[] once = stored(Collections.singletonList(1));
        byte[] twice = stored(Collections.singletonList(Collections.singletonList(1)));
        int level = twice.length - once.length;
        int levels = 100_000;
        int table = levels * level + once.length;
        ByteBuffer chunk = ByteBuffer.allocate(table + 1 + Integer.BYTES);
        for (int i = 0; i < levels; i++) {
            chunk.put(twice, 0, level);
        }
        chunk.put(once).put((byte) 0).putInt(table);
        ByteBuffer block = ByteBuffer.allocate(2 + Integer.BYTES + chunk.capacity());
        block.put(bytes(codec(), List.of(1)), 0, 2).putInt(chunk.capacity()).put(chunk.flip());
        assertThatThrownBy(() -> records(codec(), block.array(), 1)).hasMessageStartingWith("ACQ-0533 ");
    }

    /** The bytes of a record of built-in classes, without all that stands around it. */
    private static byte[] stored(Object record) {
        byte[] block = bytes(codec(), List.of(record));
        return Arrays.copyOfRange(block, 2 + Integer.BYTES, block.length - 1 - Integer.BYTES);
    }

    @Test
    void aHugeNumberAnywhereIsRefusedBeforeItIsBelieved() {
        blocks().forEach((form, block) -> {
            for (byte[] huge : new byte[][] {{-1, -1, -1, -1, 7}, {127, -1, -1, -1}}) {
                for (int at = 0; at < block.length - huge.length; at++) {
                    byte[] bad = block.clone();
                    System.arraycopy(huge, 0, bad, at, huge.length);
                    assertCountOrRefusal(withPoints(), bad, form + " " + at);
                }
            }
        });
    }

    private static boolean assertCountOrRefusal(BlockCodec codec, byte[] bad, String what) {
        try {
            assertThat(records(codec, bad, COUNT)).hasSize(COUNT);
            return false;
        } catch (RefusedRecordsException e) {
            assertThat(e.getMessage()).as(what).matches("(?s)ACQ-05(33|4[1-6]|51) .*");
            return true;
        } catch (Throwable e) {
            throw new AssertionError(what, e);
        }
    }

    @Test
    void aListMayHoldItself() {
        List<Object> circle = new ArrayList<>();
        circle.add(circle);
        Object copy = copied(List.of(circle)).get(0);
        assertThat(((List<?>) copy).get(0)).isSameAs(copy);
    }

    @Test
    void objectsOfNamedClassesPassThroughFilteredJavaSerialization() {
        BlockCodec allowed = unsafe(Legacy.class.getName());
        List<Object> records = List.of(new Legacy("a"), new Payload(new Legacy("b")));
        byte[] bytes = bytes(allowed, records);
        assertThat(records(unsafe(" " + Legacy.class.getName() + " ,"), bytes, 2))
                .hasToString("[a, Payload[value=b]]");
        assertThatThrownBy(() -> records(codec(Legacy.class), bytes, 2))
                .hasMessageStartingWith("ACQ-0551 ")
                .hasMessageContaining(Legacy.class.getName());
        assertThatThrownBy(() -> bytes(codec(), records)).hasMessageStartingWith("ACQ-0531 ");
    }

    @Test
    void whatTheFilterWouldNotLetOutDoesNotGetIn() {
        Legacy holder = new Legacy("a");
        holder.held = new ArrayList<>(List.of(1));
        assertThatThrownBy(() -> bytes(unsafe(Legacy.class.getName()), List.of(holder)))
                .hasMessageStartingWith("ACQ-0550 an object of " + Legacy.class.getName())
                .hasMessageContaining("REJECTED for [java.util.ArrayList]");
        BlockCodec all = unsafe(
                Legacy.class.getName() + ",java.util.ArrayList,java.lang.Integer,java.lang.Number,java.lang.Object");
        assertThat(((Legacy) records(all, bytes(all, List.of(holder)), 1).get(0)).held)
                .isEqualTo(List.of(1));

        Legacy deep = new Legacy("end");
        for (int i = 0; i < 30; i++) {
            Legacy outer = new Legacy("x");
            outer.held = deep;
            deep = outer;
        }
        Legacy tooDeep = deep;
        assertThatThrownBy(() -> bytes(all, List.of(tooDeep))).hasMessageStartingWith("ACQ-0550 ");
    }

    @Test
    void theSettingTakesExactNamesOfClasses() {
        for (String name : List.of("no.such.Class", "java.util.*", "*", "!a.B;java.util.ArrayList")) {
            assertThatThrownBy(() -> unsafe(name))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("ACQ-0549 streaming.serialization.unsafe.java names '" + name + "'");
        }
    }

    private static BlockCodec unsafe(String names) {
        return new BlockCodec(new RecordSerializer(Set.of(), Map.of(), names));
    }

    static final class Legacy implements Serializable {
        private static final long serialVersionUID = 1;
        private final String name;
        private Object held;

        Legacy(String name) {
            this.name = name;
        }

        @Override
        public String toString() {
            return name;
        }
    }
}
