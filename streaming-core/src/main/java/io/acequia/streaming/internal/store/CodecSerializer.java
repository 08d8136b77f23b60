/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.store;

import com.esotericsoftware.kryo.kryo5.Kryo;
import com.esotericsoftware.kryo.kryo5.Serializer;
import com.esotericsoftware.kryo.kryo5.io.Input;
import com.esotericsoftware.kryo.kryo5.io.Output;
import io.acequia.streaming.data.Codec;
import io.acequia.streaming.data.TypedCodec;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Lets a codec of the program write its values: each has its length before it, so a codec cannot read beyond its own. */
final class CodecSerializer extends Serializer<Object> {
    private final String id;
    private final Class<?> type;
    private final Codec<Object> codec;

    @SuppressWarnings("unchecked") // the type was checked where it was registered
    CodecSerializer(String id, TypedCodec<?> typed) {
        this.id = id;
        this.type = typed.type();
        this.codec = (Codec<Object>) typed.codec();
    }

    String id() {
        return id;
    }

    Class<?> type() {
        return type;
    }

    /** Adds the bytes of a value. */
    void encode(Object value, ByteArrayOutputStream bytes) {
        DataOutputStream out = new DataOutputStream(bytes);
        try {
            codec.write(value, out);
            out.flush();
        } catch (IOException | RuntimeException e) {
            throw new RefusedRecordsException(
                    "ACQ-0553 the codec '" + id + "' cannot write an object of " + type + ": " + e, e);
        }
    }

    /** The value of exactly these bytes. */
    Object decode(byte[] bytes, int from, int length) {
        ByteArrayInputStream in = new ByteArrayInputStream(bytes, from, length);
        Object value;
        try {
            value = codec.read(new DataInputStream(in));
        } catch (IOException | RuntimeException | StackOverflowError e) {
            throw unreadable("fails on " + length + " bytes: " + e, e);
        }
        if (in.available() > 0 || !type.isInstance(value)) {
            throw unreadable(
                    "read " + (length - in.available()) + " of " + length + " bytes and gave "
                            + (value == null ? "null" : value.getClass()),
                    null);
        }
        return value;
    }

    private RefusedRecordsException unreadable(String how, @Nullable Throwable cause) {
        return new RefusedRecordsException("ACQ-0546 the codec '" + id + "' of " + type + " " + how, cause);
    }

    @Override
    public void write(Kryo kryo, Output out, Object value) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        encode(value, bytes);
        out.writeVarInt(bytes.size(), true);
        out.writeBytes(bytes.toByteArray());
    }

    @Override
    public Object read(Kryo kryo, Input in, Class<?> ignored) {
        int length = BoundedInput.readCount(in);
        Object value = decode(in.getBuffer(), in.position(), length);
        in.setPosition(in.position() + length);
        return value;
    }
}
