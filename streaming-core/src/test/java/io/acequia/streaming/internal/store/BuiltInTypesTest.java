/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BuiltInTypesTest {
    /** The position is the id that stands in logs. Append only. */
    private static final List<String> IDS = List.of(
            "int",
            "java.lang.String",
            "float",
            "boolean",
            "byte",
            "char",
            "short",
            "long",
            "double",
            "io.acequia.streaming.data.Tuple2",
            "io.acequia.streaming.data.Utf8",
            "io.acequia.streaming.data.Time",
            "io.acequia.streaming.data.ByteSize",
            "[B",
            "[S",
            "[I",
            "[J",
            "[F",
            "[D",
            "[C",
            "[Z",
            "[Ljava.lang.String;",
            "[Ljava.lang.Object;",
            "java.math.BigDecimal",
            "java.math.BigInteger",
            "java.time.Instant",
            "java.time.Duration",
            "java.time.LocalDate",
            "java.time.LocalTime",
            "java.time.LocalDateTime",
            "java.time.OffsetDateTime",
            "java.time.ZonedDateTime",
            "java.time.ZoneOffset",
            "java.time.Period",
            "java.util.Date",
            "java.util.Locale",
            "java.util.Currency",
            "java.util.BitSet",
            "java.util.Optional",
            "java.util.OptionalInt",
            "java.util.OptionalLong",
            "java.util.OptionalDouble",
            "java.util.EnumSet",
            "java.util.UUID",
            "java.net.URI",
            "java.util.ArrayList",
            "java.util.LinkedList",
            "java.util.ArrayDeque",
            "java.util.HashSet",
            "java.util.LinkedHashSet",
            "java.util.TreeSet",
            "java.util.HashMap",
            "java.util.LinkedHashMap",
            "java.util.TreeMap",
            "java.util.Collections$EmptyList",
            "java.util.Collections$EmptySet",
            "java.util.Collections$EmptyMap",
            "java.util.Collections$SingletonList",
            "java.util.Collections$SingletonSet",
            "java.util.Collections$SingletonMap",
            "java.util.Arrays$ArrayList",
            "java.util.ImmutableCollections$ListN",
            "java.util.ImmutableCollections$List12",
            "java.util.ImmutableCollections$SetN",
            "java.util.ImmutableCollections$Set12",
            "java.util.Collections$UnmodifiableRandomAccessList",
            "java.util.Collections$UnmodifiableList",
            "java.util.Collections$UnmodifiableSet",
            "java.util.ImmutableCollections$MapN",
            "java.util.ImmutableCollections$Map1",
            "java.util.Collections$UnmodifiableMap",
            "java.util.ArrayList$SubList",
            "java.util.AbstractList$RandomAccessSubList",
            "java.util.ImmutableCollections$SubList",
            "io.acequia.streaming.internal.operator.KeyedTable");

    @Test
    void idsNeverChange() {
        RecordKryo kryo = new RecordKryo(new Admission(Set.of()), List.of(), Set.of(), Map.of());
        List<String> names = new ArrayList<>();
        for (int id = 0; id < kryo.getNextRegistrationId(); id++) {
            names.add(kryo.getRegistration(id).getType().getName());
        }
        assertThat(names).isEqualTo(IDS);
    }
}
