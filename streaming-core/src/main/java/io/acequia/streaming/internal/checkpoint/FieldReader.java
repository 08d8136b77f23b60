/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.checkpoint;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Reads what a {@link FieldWriter} wrote. No length is believed beyond the bytes that are there. */
final class FieldReader {
    private final ByteBuffer bytes;
    private final String file;

    /** @param file for messages */
    FieldReader(ByteBuffer bytes, String file) {
        this.bytes = bytes.duplicate();
        this.file = file;
    }

    /** Reads one element. */
    @FunctionalInterface
    interface Element<E> {
        E read(FieldReader in) throws CheckpointRefusedException;
    }

    int number() throws CheckpointRefusedException {
        need(Integer.BYTES);
        return bytes.getInt();
    }

    long big() throws CheckpointRefusedException {
        need(Long.BYTES);
        return bytes.getLong();
    }

    double real() throws CheckpointRefusedException {
        need(Double.BYTES);
        return bytes.getDouble();
    }

    boolean flag() throws CheckpointRefusedException {
        need(1);
        byte flag = bytes.get();
        if (flag != 0 && flag != 1) {
            throw damaged("a flag is " + flag);
        }
        return flag == 1;
    }

    String text() throws CheckpointRefusedException {
        ByteBuffer text = slice();
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(text).toString();
        } catch (CharacterCodingException e) {
            throw damaged("a text is no UTF-8");
        }
    }

    byte[] block() throws CheckpointRefusedException {
        ByteBuffer slice = slice();
        byte[] block = new byte[slice.remaining()];
        slice.get(block);
        return block;
    }

    <E> List<E> list(Element<E> element) throws CheckpointRefusedException {
        int size = number();
        if (size < 0 || size > bytes.remaining()) {
            throw damaged("a list announces " + size + " elements and " + bytes.remaining() + " bytes follow");
        }
        List<E> list = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            list.add(element.read(this));
        }
        return list;
    }

    void mustEnd() throws CheckpointRefusedException {
        if (bytes.hasRemaining()) {
            throw damaged(bytes.remaining() + " bytes are left over");
        }
    }

    private ByteBuffer slice() throws CheckpointRefusedException {
        int length = number();
        if (length < 0) {
            throw damaged("a length is " + length);
        }
        need(length);
        ByteBuffer slice = bytes.slice(bytes.position(), length);
        bytes.position(bytes.position() + length);
        return slice;
    }

    private void need(int length) throws CheckpointRefusedException {
        if (length > bytes.remaining()) {
            throw damaged(length + " bytes should follow and " + bytes.remaining() + " do");
        }
    }

    CheckpointRefusedException damaged(String how) {
        return new CheckpointRefusedException("ACQ-1101", file, bytes.position(), how + "; the file is damaged", null);
    }
}
