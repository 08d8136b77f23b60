/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.data.ByteSize;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.data.Utf8;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.Period;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.Currency;
import java.util.Date;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordSerializerTest {
    @TempDir
    Path directory;

    private final RecordSerializer serializer = new RecordSerializer(Set.of(Bean.class));

    enum Color {
        RED,
        GREEN {
            @Override
            public String toString() {
                return "verde";
            }
        }
    }

    record Point(int x, Integer y, Color color, List<Point> neighbours) {}

    static final class Bean {
        String name = "";
        int[] values = {};
        Bean self = this;

        Bean(String name) {
            this.name = name;
        }
    }

    static final class Unknown {}

    record Holder(Object value) {}

    private List<Object> copied(List<?> records) {
        List<byte[]> chunks = new ArrayList<>();
        try (RecordSerializer.Writer writer =
                serializer.writer((bytes, length) -> chunks.add(Arrays.copyOf(bytes, length)))) {
            for (Object record : records) {
                writer.add(record);
            }
            writer.finish();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        List<Object> copies = new ArrayList<>();
        serializer.read(chunks.iterator()).forEachRemaining(copies::add);
        return copies;
    }

    /** An object of each class that every serializer knows and that has an equality. */
    static List<Object> builtIns() {
        Map<String, Integer> linked = new LinkedHashMap<>(Map.of("a", 1));
        List<Object> records = new ArrayList<>(List.of(
                true,
                (byte) 1,
                (short) 2,
                3,
                4L,
                5f,
                6d,
                'c',
                "text",
                new Tuple2<>("key", 1),
                Utf8.of("über"),
                new Time(7),
                Optional.of("x"),
                Optional.empty(),
                new ArrayList<>(List.of(1, 2)),
                Arrays.asList(1, null),
                List.of(),
                List.of(1),
                List.of(1, 2, 3),
                Stream.of(1, null).toList(),
                Set.of(),
                Set.of(1),
                Set.of(1, 2, 3),
                Map.of(),
                Map.of(1, 2),
                Map.of(1, 2, 3, 4),
                linked,
                new HashMap<>(linked),
                new TreeMap<>(linked),
                Collections.unmodifiableList(new ArrayList<>(List.of(1))),
                Collections.emptyList(),
                Collections.singletonList(1),
                new BigDecimal("1.50"),
                BigInteger.TEN,
                ByteSize.kibibytes(3),
                Instant.ofEpochMilli(8),
                Duration.ofMillis(9),
                LocalDate.of(2024, 2, 29),
                LocalTime.of(12, 30),
                LocalDateTime.of(2024, 2, 29, 12, 30),
                OffsetDateTime.of(2024, 2, 29, 12, 30, 0, 0, ZoneOffset.ofHours(2)),
                ZonedDateTime.of(2024, 2, 29, 12, 30, 0, 0, ZoneId.of("Europe/Zurich")),
                ZoneOffset.ofHours(3),
                Period.ofDays(4),
                new Date(5),
                Locale.GERMANY,
                Currency.getInstance("CHF"),
                BitSet.valueOf(new long[] {6, 7}),
                OptionalInt.of(1),
                OptionalLong.of(2),
                OptionalDouble.of(3),
                new UUID(1, 2),
                URI.create("https://example.org/a"),
                new LinkedList<>(List.of(1)),
                new HashSet<>(List.of(1)),
                new LinkedHashSet<>(List.of(2, 1)),
                new TreeSet<>(List.of(2, 1)),
                Collections.emptySet(),
                Collections.emptyMap(),
                Collections.singleton(1),
                Collections.singletonMap(1, 2),
                Collections.unmodifiableList(new LinkedList<>(List.of(1))),
                Collections.unmodifiableSet(new HashSet<>(List.of(1))),
                Collections.unmodifiableMap(new HashMap<>(Map.of(1, 2))),
                EnumSet.noneOf(Color.class),
                EnumSet.of(Color.RED, Color.GREEN)));
        records.add(null);
        return records;
    }

    static List<Object> arrays() {
        return List.of(
                new byte[] {1, 2},
                new short[] {1, 2},
                new int[] {1, 2},
                new long[] {1, 2},
                new float[] {1, 2},
                new double[] {1, 2},
                new char[] {1, 2},
                new boolean[] {true, false},
                new String[] {"a", null},
                new Object[] {1, "b"},
                new Color[] {Color.GREEN},
                new int[][] {{1}, {2, 3}});
    }

    @Test
    void builtInTypesComeBackEqual() {
        List<Object> records = builtIns();
        assertThat(copied(records)).isEqualTo(records);
    }

    @Test
    void arraysComeBackWithTheirContent() {
        List<Object> copies = copied(arrays());
        for (int i = 0; i < copies.size(); i++) {
            assertThat(copies.get(i)).hasSameClassAs(arrays().get(i));
            assertThat(Arrays.deepEquals(new Object[] {copies.get(i)}, new Object[] {arrays().get(i)}))
                    .isTrue();
        }
    }

    @Test
    void enumsAndRecordsRegisterThemselves() {
        Point inner = new Point(1, null, Color.GREEN, List.of());
        Point outer = new Point(2, 3, Color.RED, List.of(inner, inner));
        assertThat(copied(List.of(outer, Color.RED, Color.GREEN))).containsExactly(outer, Color.RED, Color.GREEN);
    }

    @Test
    void registeredClassesMayBeCyclicAndNeedNoConstructor() {
        Bean bean = new Bean("bean");
        bean.values = new int[] {1, 2};
        Bean copy = (Bean) copied(List.of(bean)).get(0);
        assertThat(copy.name).isEqualTo("bean");
        assertThat(copy.values).containsExactly(1, 2);
        assertThat(copy.self).isSameAs(copy);
    }

    @Test
    void otherClassesAreRefusedWithTheLineToAddAlsoInsideOfRecords() {
        String message =
                "ACQ-0531 " + Unknown.class.getName() + " is not registered, so its objects cannot be serialized to"
                        + " memory or disk: add conf.registerClasses(" + Unknown.class.getCanonicalName() + ".class)";
        assertThatThrownBy(() -> copied(List.of(new Unknown()))).hasMessage(message);
        assertThatThrownBy(() -> copied(List.of(new Holder(List.of(new Unknown())))))
                .hasMessage(message);
        assertThatThrownBy(() -> copied(List.of((Object) new Unknown[0]))).hasMessageStartingWith("ACQ-0531");
        assertThat(copied(List.of(new Holder(1)))).containsExactly(new Holder(1));
    }

    @Test
    void idsAreSharedByAllThreads() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<List<Object>>> results = new ArrayList<>();
            List<Object> records =
                    List.of(new Point(1, 2, Color.RED, List.of()), new Holder("x"), Color.GREEN, new Bean("b"));
            for (int i = 0; i < 40; i++) {
                List<Object> rotated = new ArrayList<>(records.subList(0, 3));
                Collections.rotate(rotated, i);
                results.add(threads.submit(() -> {
                    assertThat(copied(rotated)).isEqualTo(rotated);
                    return copied(rotated);
                }));
            }
            for (Future<List<Object>> result : results) {
                assertThat(result.get()).containsExactlyInAnyOrderElementsOf(records.subList(0, 3));
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void manyRecordsMakeManyChunks() throws IOException {
        Path file = directory.resolve("file");
        List<String> records =
                IntStream.range(0, 100_000).mapToObj(i -> "record " + i).toList();
        write(file, records);
        try (RecordFile.Reader<String> reader = RecordFile.open(file, serializer)) {
            List<String> copies = new ArrayList<>();
            reader.forEachRemaining(copies::add);
            assertThat(copies).isEqualTo(records);
        }
    }

    @Test
    void aDamagedFileIsNeverDecoded() throws IOException {
        Path file = directory.resolve("file");
        write(file, List.of("one", "two", "three"));
        byte[] good = Files.readAllBytes(file);
        for (int i = 0; i < good.length; i++) {
            byte[] bad = good.clone();
            bad[i] ^= 0x40;
            assertDamaged(file, bad);
        }
        for (int length = 1; length < good.length; length++) {
            assertDamaged(file, Arrays.copyOf(good, length));
        }
    }

    private void assertDamaged(Path file, byte[] content) throws IOException {
        Files.write(file, content);
        try (RecordFile.Reader<String> reader = RecordFile.open(file, serializer)) {
            assertThatThrownBy(reader::hasNext)
                    .hasMessageStartingWith("ACQ-0536")
                    .hasMessageContaining(file.toString());
        }
    }

    private void write(Path file, List<?> records) throws IOException {
        try (RecordFile.Writer writer = new RecordFile.Writer(file, serializer)) {
            for (Object record : records) {
                writer.add(record);
            }
            assertThat(writer.finish(true)).isEqualTo(Files.size(file));
        }
    }

    @Test
    void garbageInMemoryIsAnErrorAndNoHugeArray() {
        byte[] garbage = new byte[64];
        Arrays.fill(garbage, (byte) 0x7f);
        Iterator<Object> records = serializer.read(List.of(garbage).iterator());
        assertThatThrownBy(records::hasNext).hasMessageStartingWith("ACQ-0533");
    }

    @Test
    void aLengthBeyondTheDataIsRefused() throws IOException {
        List<byte[]> chunks = new ArrayList<>();
        try (RecordSerializer.Writer writer =
                serializer.writer((bytes, length) -> chunks.add(Arrays.copyOf(bytes, length)))) {
            writer.add(Utf8.of("text"));
            writer.finish();
        }
        byte[] chunk = chunks.get(0);
        chunk[chunk.length - 5] = 0x7f;
        Iterator<Object> records = serializer.read(chunks.iterator());
        assertThatThrownBy(records::hasNext).hasStackTraceContaining("ACQ-0532 127 elements are announced");
    }

    @Test
    void aRegisteredClassThatCannotBeSerializedSpoilsNothingElse() {
        RecordSerializer own = new RecordSerializer(Set.of(Thread.class));
        RecordSerializer.Writer writer = own.writer((bytes, length) -> {});
        assertThatThrownBy(() -> writer.add(Thread.currentThread()))
                .hasMessageStartingWith("ACQ-0534 a record of class")
                .hasMessageContaining("Thread");
        writer.close();
        own.writer((bytes, length) -> {}).close();
    }

    @Test
    void aFileThatCannotBeReadNamesItself() throws IOException {
        Path file = Files.createDirectory(directory.resolve("directory"));
        Files.createFile(file.resolve("content"));
        try (RecordFile.Reader<String> reader = RecordFile.open(file, serializer)) {
            assertThatThrownBy(reader::hasNext).hasMessageStartingWith("ACQ-0535 reading " + file);
        }
    }
}
