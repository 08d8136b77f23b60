/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.store;

import com.esotericsoftware.kryo.kryo5.Kryo;
import com.esotericsoftware.kryo.kryo5.Registration;
import com.esotericsoftware.kryo.kryo5.Serializer;
import com.esotericsoftware.kryo.kryo5.io.Input;
import com.esotericsoftware.kryo.kryo5.io.Output;
import com.esotericsoftware.kryo.kryo5.serializers.DefaultSerializers;
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
 * taken away.
 */
final class BuiltInTypes {
    private BuiltInTypes() {}

    static void register(Kryo kryo) {
        kryo.register(Tuple2.class, new PairSerializer());
        kryo.register(Utf8.class, new TextSerializer());
        kryo.register(Time.class, new TimeSerializer());
        kryo.register(ByteSize.class);
        for (Class<?> array : new Class<?>[] {
            byte[].class,
            short[].class,
            int[].class,
            long[].class,
            float[].class,
            double[].class,
            char[].class,
            boolean[].class,
            String[].class,
            Object[].class
        }) {
            kryo.register(array);
        }
        for (Class<?> plain : new Class<?>[] {
            BigDecimal.class,
            BigInteger.class,
            Instant.class,
            Duration.class,
            LocalDate.class,
            LocalTime.class,
            LocalDateTime.class,
            OffsetDateTime.class,
            ZonedDateTime.class,
            ZoneOffset.class,
            Period.class,
            Date.class,
            Locale.class,
            Currency.class,
            BitSet.class,
            Optional.class,
            OptionalInt.class,
            OptionalLong.class,
            OptionalDouble.class,
            EnumSet.class
        }) {
            kryo.register(plain);
        }
        kryo.register(UUID.class, new DefaultSerializers.UUIDSerializer());
        kryo.register(URI.class, new DefaultSerializers.URISerializer());
        for (Class<?> container : new Class<?>[] {
            ArrayList.class,
            LinkedList.class,
            ArrayDeque.class,
            HashSet.class,
            LinkedHashSet.class,
            TreeSet.class,
            HashMap.class,
            LinkedHashMap.class,
            TreeMap.class,
            Collections.emptyList().getClass(),
            Collections.emptySet().getClass(),
            Collections.emptyMap().getClass(),
            Collections.singletonList(0).getClass(),
            Collections.singleton(0).getClass(),
            Collections.singletonMap(0, 0).getClass()
        }) {
            kryo.register(container);
        }
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
