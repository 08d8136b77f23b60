/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.checkpoint;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.BiConsumer;

/** Plain values one behind the other, high byte first; texts and lists have their length before them. */
final class FieldWriter {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    FieldWriter number(int value) {
        return raw(ByteBuffer.allocate(Integer.BYTES).putInt(value));
    }

    FieldWriter number(long value) {
        return raw(ByteBuffer.allocate(Long.BYTES).putLong(value));
    }

    FieldWriter number(double value) {
        return raw(ByteBuffer.allocate(Double.BYTES).putDouble(value));
    }

    FieldWriter flag(boolean value) {
        bytes.write(value ? 1 : 0);
        return this;
    }

    FieldWriter text(String value) {
        return block(value.getBytes(StandardCharsets.UTF_8));
    }

    FieldWriter block(byte[] value) {
        number(value.length);
        bytes.writeBytes(value);
        return this;
    }

    <E> FieldWriter list(List<E> values, BiConsumer<FieldWriter, E> each) {
        number(values.size());
        values.forEach(value -> each.accept(this, value));
        return this;
    }

    private FieldWriter raw(ByteBuffer value) {
        bytes.writeBytes(value.array());
        return this;
    }

    ByteBuffer bytes() {
        return ByteBuffer.wrap(bytes.toByteArray());
    }
}
