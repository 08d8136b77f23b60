/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.store;

import io.acequia.streaming.data.TypedCodec;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * What written records may consist of, beyond what needs no mention.
 *
 * @param registered classes of the program
 * @param codecs codecs of the program, by their ids
 * @param unsafeJava exact names of classes that pass by Java serialization, with commas between
 * @param renamed classes by names that they had when records were written
 */
public record Vocabulary(
        Set<Class<?>> registered, Map<String, TypedCodec<?>> codecs, String unsafeJava, Map<String, Class<?>> renamed)
        implements Serializable {
    public Vocabulary {
        registered = new LinkedHashSet<>(registered);
        codecs = new LinkedHashMap<>(codecs);
        renamed = new LinkedHashMap<>(renamed);
    }

    /** One in which no class was renamed. */
    public Vocabulary(Set<Class<?>> registered, Map<String, TypedCodec<?>> codecs, String unsafeJava) {
        this(registered, codecs, unsafeJava, Map.of());
    }

    public RecordSerializer serializer() {
        return new RecordSerializer(registered, codecs, unsafeJava, renamed);
    }
}
