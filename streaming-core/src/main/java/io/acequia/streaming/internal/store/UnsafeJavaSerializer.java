/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.store;

import com.esotericsoftware.kryo.kryo5.Kryo;
import com.esotericsoftware.kryo.kryo5.Serializer;
import com.esotericsoftware.kryo.kryo5.io.Input;
import com.esotericsoftware.kryo.kryo5.io.Output;
import java.io.IOException;
import java.util.Set;

/**
 * Java serialization for classes that the settings name one by one. What is written is read back at once, so that nothing
 * gets into a log that the filter would not let out of it.
 */
final class UnsafeJavaSerializer extends Serializer<Object> {
    private final Class<?> type;
    private final Set<String> allowed;

    UnsafeJavaSerializer(Class<?> type, Set<String> allowed) {
        this.type = type;
        this.allowed = allowed;
    }

    @Override
    public void write(Kryo kryo, Output out, Object value) {
        byte[] bytes;
        try {
            bytes = JavaSerialization.write(value, part -> part);
        } catch (IOException e) {
            throw new IllegalArgumentException(e.toString(), e);
        }
        object(bytes);
        out.writeVarInt(bytes.length, true);
        out.writeBytes(bytes);
    }

    @Override
    public Object read(Kryo kryo, Input in, Class<?> ignored) {
        return object(in.readBytes(BoundedInput.readCount(in)));
    }

    private Object object(byte[] bytes) {
        try {
            Object object = JavaSerialization.readFiltered(bytes, Loaders.context(), allowed);
            if (object.getClass() == type) {
                return object;
            }
            throw new ClassCastException(object.getClass().getName());
        } catch (IOException | ClassNotFoundException | RuntimeException e) {
            throw new RefusedRecordsException(
                    "ACQ-0550 an object of " + type.getName() + " does not pass Java serialization: " + e
                            + "; streaming.serialization.unsafe.java must name every class that it holds",
                    e);
        }
    }
}
