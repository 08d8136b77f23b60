/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.store;

import com.esotericsoftware.kryo.kryo5.Kryo;
import com.esotericsoftware.kryo.kryo5.Registration;
import com.esotericsoftware.kryo.kryo5.Serializer;
import com.esotericsoftware.kryo.kryo5.io.Input;
import com.esotericsoftware.kryo.kryo5.io.Output;
import com.esotericsoftware.kryo.kryo5.serializers.DefaultArraySerializers;
import com.esotericsoftware.kryo.kryo5.serializers.DefaultSerializers;
import com.esotericsoftware.kryo.kryo5.serializers.OptionalSerializers;
import com.esotericsoftware.kryo.kryo5.serializers.TimeSerializers;
import io.acequia.streaming.data.ByteSize;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.data.Utf8;
import io.acequia.streaming.internal.operator.KeyedTable;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.Period;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.Collections;
import java.util.Currency;
import java.util.Date;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
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
import java.util.function.Function;

/**
 * The classes that every serializer knows. Their order gives their ids, which stand in logs: new ones come last, and none is
 * taken away. Each says how it is written, so that no other version of the library decides it, and none looks constructors up by reflection,
 * which took most of the time that a new instance needs.
 */
final class BuiltInTypes {
    private BuiltInTypes() {}

    static void register(Kryo kryo) {
        kryo.register(Tuple2.class, new PairSerializer());
        kryo.register(Utf8.class, new TextSerializer());
        kryo.register(Time.class, new TimeSerializer());
        kryo.register(ByteSize.class);
        kryo.register(byte[].class, new DefaultArraySerializers.ByteArraySerializer());
        kryo.register(short[].class, new DefaultArraySerializers.ShortArraySerializer());
        kryo.register(int[].class, new DefaultArraySerializers.IntArraySerializer());
        kryo.register(long[].class, new DefaultArraySerializers.LongArraySerializer());
        kryo.register(float[].class, new DefaultArraySerializers.FloatArraySerializer());
        kryo.register(double[].class, new DefaultArraySerializers.DoubleArraySerializer());
        kryo.register(char[].class, new DefaultArraySerializers.CharArraySerializer());
        kryo.register(boolean[].class, new Containers.OfBooleans());
        kryo.register(String[].class, new Containers.OfArray(String.class));
        kryo.register(Object[].class, new Containers.OfArray(Object.class));
        kryo.register(BigDecimal.class, new DefaultSerializers.BigDecimalSerializer());
        kryo.register(BigInteger.class, new DefaultSerializers.BigIntegerSerializer());
        kryo.register(Instant.class, new TimeSerializers.InstantSerializer());
        kryo.register(Duration.class, new TimeSerializers.DurationSerializer());
        kryo.register(LocalDate.class, new TimeSerializers.LocalDateSerializer());
        kryo.register(LocalTime.class, new TimeSerializers.LocalTimeSerializer());
        kryo.register(LocalDateTime.class, new TimeSerializers.LocalDateTimeSerializer());
        kryo.register(OffsetDateTime.class, new TimeSerializers.OffsetDateTimeSerializer());
        kryo.register(ZonedDateTime.class, new TimeSerializers.ZonedDateTimeSerializer());
        kryo.register(ZoneOffset.class, new TimeSerializers.ZoneOffsetSerializer());
        kryo.register(Period.class, new TimeSerializers.PeriodSerializer());
        kryo.register(Date.class, new DefaultSerializers.DateSerializer());
        kryo.register(Locale.class, new DefaultSerializers.LocaleSerializer());
        kryo.register(Currency.class, new DefaultSerializers.CurrencySerializer());
        kryo.register(BitSet.class, new DefaultSerializers.BitSetSerializer());
        kryo.register(Optional.class, new OptionalSerializers.OptionalSerializer());
        kryo.register(OptionalInt.class, new OptionalSerializers.OptionalIntSerializer());
        kryo.register(OptionalLong.class, new OptionalSerializers.OptionalLongSerializer());
        kryo.register(OptionalDouble.class, new OptionalSerializers.OptionalDoubleSerializer());
        kryo.register(EnumSet.class, new DefaultSerializers.EnumSetSerializer());
        kryo.register(UUID.class, new DefaultSerializers.UUIDSerializer());
        kryo.register(URI.class, new DefaultSerializers.URISerializer());
        kryo.register(ArrayList.class, new Containers.OfCollection());
        kryo.register(LinkedList.class, new Containers.OfCollection());
        kryo.register(ArrayDeque.class, new Containers.OfCollection());
        kryo.register(HashSet.class, new Containers.OfCollection());
        kryo.register(LinkedHashSet.class, new Containers.OfCollection());
        kryo.register(TreeSet.class, new DefaultSerializers.TreeSetSerializer());
        kryo.register(HashMap.class, new Containers.OfMap());
        kryo.register(LinkedHashMap.class, new Containers.OfMap());
        kryo.register(TreeMap.class, new DefaultSerializers.TreeMapSerializer());
        kryo.register(Collections.emptyList().getClass(), new DefaultSerializers.CollectionsEmptyListSerializer());
        kryo.register(Collections.emptySet().getClass(), new DefaultSerializers.CollectionsEmptySetSerializer());
        kryo.register(Collections.emptyMap().getClass(), new DefaultSerializers.CollectionsEmptyMapSerializer());
        kryo.register(
                Collections.singletonList(0).getClass(), new DefaultSerializers.CollectionsSingletonListSerializer());
        kryo.register(Collections.singleton(0).getClass(), new DefaultSerializers.CollectionsSingletonSetSerializer());
        kryo.register(
                Collections.singletonMap(0, 0).getClass(), new DefaultSerializers.CollectionsSingletonMapSerializer());
        fixed(kryo, Arrays.asList(), Arrays::asList);
        fixed(kryo, List.of(), list -> Arrays.stream(list).toList());
        fixed(kryo, List.of(0), list -> Arrays.stream(list).toList());
        fixed(kryo, Set.of(), Set::of);
        fixed(kryo, Set.of(0), Set::of);
        fixed(kryo, Collections.unmodifiableList(new ArrayList<>()), BuiltInTypes::unmodifiableList);
        fixed(kryo, Collections.unmodifiableList(new LinkedList<>()), BuiltInTypes::unmodifiableList);
        fixed(
                kryo,
                Collections.unmodifiableSet(new HashSet<>()),
                set -> Collections.unmodifiableSet(new LinkedHashSet<>(Arrays.asList(set))));
        fixedMap(kryo, Map.of(), Map::copyOf);
        fixedMap(kryo, Map.of(0, 0), Map::copyOf);
        fixedMap(kryo, Collections.unmodifiableMap(new HashMap<>()), Collections::unmodifiableMap);
        fixed(kryo, new ArrayList<>().subList(0, 0), list -> new ArrayList<>(Arrays.asList(list)));
        fixed(kryo, Arrays.asList().subList(0, 0), Arrays::asList);
        fixed(kryo, List.of().subList(0, 0), list -> Arrays.stream(list).toList());
        kryo.register(KeyedTable.class, new TableSerializer());
    }

    /** Takes an id in any case: a JDK may have one class where another has two. */
    private static void register(Kryo kryo, Class<?> type, Serializer<?> serializer) {
        kryo.register(new Registration(type, serializer, kryo.getNextRegistrationId()));
    }

    private static Collection<?> unmodifiableList(Object[] elements) {
        return Collections.unmodifiableList(new ArrayList<>(Arrays.asList(elements)));
    }

    private static void fixed(Kryo kryo, Collection<?> example, Function<Object[], Collection<?>> make) {
        register(kryo, example.getClass(), new FixedCollectionSerializer(make));
    }

    private static void fixedMap(Kryo kryo, Map<?, ?> example, Function<Map<Object, Object>, Map<?, ?>> make) {
        register(kryo, example.getClass(), new FixedMapSerializer(make));
    }

    private static final class PairSerializer extends Serializer<Tuple2<?, ?>> {
        PairSerializer() {
            super(false, true);
        }

        @Override
        public void write(Kryo kryo, Output out, Tuple2<?, ?> pair) {
            kryo.writeClassAndObject(out, pair._1());
            kryo.writeClassAndObject(out, pair._2());
        }

        @Override
        public Tuple2<?, ?> read(Kryo kryo, Input in, Class<? extends Tuple2<?, ?>> type) {
            return new Tuple2<>(kryo.readClassAndObject(in), kryo.readClassAndObject(in));
        }
    }

    private static final class TextSerializer extends Serializer<Utf8> {
        TextSerializer() {
            super(false, true);
        }

        @Override
        public void write(Kryo kryo, Output out, Utf8 text) {
            byte[] bytes = text.toBytes();
            out.writeVarInt(bytes.length, true);
            out.writeBytes(bytes);
        }

        @Override
        public Utf8 read(Kryo kryo, Input in, Class<? extends Utf8> type) {
            int length = BoundedInput.readCount(in);
            return Utf8.wrap(in.readBytes(length), 0, length);
        }
    }

    private static final class TimeSerializer extends Serializer<Time> {
        TimeSerializer() {
            super(false, true);
        }

        @Override
        public void write(Kryo kryo, Output out, Time time) {
            out.writeLong(time.milliseconds());
        }

        @Override
        public Time read(Kryo kryo, Input in, Class<? extends Time> type) {
            return new Time(in.readLong());
        }
    }

    private static final class FixedCollectionSerializer extends Serializer<Collection<?>> {
        private final Function<Object[], Collection<?>> make;

        FixedCollectionSerializer(Function<Object[], Collection<?>> make) {
            super(false, true);
            this.make = make;
        }

        @Override
        public void write(Kryo kryo, Output out, Collection<?> elements) {
            out.writeVarInt(elements.size(), true);
            for (Object element : elements) {
                kryo.writeClassAndObject(out, element);
            }
        }

        @Override
        public Collection<?> read(Kryo kryo, Input in, Class<? extends Collection<?>> type) {
            Object[] elements = new Object[BoundedInput.readCount(in)];
            for (int i = 0; i < elements.length; i++) {
                elements[i] = kryo.readClassAndObject(in);
            }
            return make.apply(elements);
        }
    }

    private static final class TableSerializer extends Serializer<KeyedTable<?, ?>> {
        @Override
        public void write(Kryo kryo, Output out, KeyedTable<?, ?> table) {
            out.writeVarInt(table.size(), true);
            for (int entry = 0; entry < table.size(); entry++) {
                kryo.writeClassAndObject(out, table.key(entry));
                kryo.writeClassAndObject(out, table.value(entry));
            }
        }

        @Override
        public KeyedTable<?, ?> read(Kryo kryo, Input in, Class<? extends KeyedTable<?, ?>> type) {
            int count = BoundedInput.readCount(in);
            KeyedTable<Object, Object> table = new KeyedTable<>();
            for (int i = 0; i < count; i++) {
                int entry = table.entryOf(kryo.readClassAndObject(in));
                table.value(entry, kryo.readClassAndObject(in));
            }
            return table;
        }
    }

    private static final class FixedMapSerializer extends Serializer<Map<?, ?>> {
        private final Function<Map<Object, Object>, Map<?, ?>> make;

        FixedMapSerializer(Function<Map<Object, Object>, Map<?, ?>> make) {
            super(false, true);
            this.make = make;
        }

        @Override
        public void write(Kryo kryo, Output out, Map<?, ?> map) {
            out.writeVarInt(map.size(), true);
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                kryo.writeClassAndObject(out, entry.getKey());
                kryo.writeClassAndObject(out, entry.getValue());
            }
        }

        @Override
        public Map<?, ?> read(Kryo kryo, Input in, Class<? extends Map<?, ?>> type) {
            int count = BoundedInput.readCount(in);
            Map<Object, Object> map = new LinkedHashMap<>();
            for (int i = 0; i < count; i++) {
                Object key = kryo.readClassAndObject(in);
                map.put(key, kryo.readClassAndObject(in));
            }
            return make.apply(map);
        }
    }
}
