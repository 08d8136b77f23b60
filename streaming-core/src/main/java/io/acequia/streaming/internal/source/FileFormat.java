/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.source;

import io.acequia.streaming.data.Utf8;
import io.acequia.streaming.direct.SplitReader;
import io.acequia.streaming.function.Function;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.util.Iterator;
import java.util.OptionalLong;

/**
 * What the bytes of a file mean.
 *
 * @param <T> type of the records
 */
public sealed interface FileFormat<T> extends Serializable permits LineFormat, RecordFormat, DecodedFormat {
    /** Lines of UTF-8 text. The last one needs no newline. */
    static FileFormat<String> lines(int maxLineBytes) {
        return new LineFormat<>(maxLineBytes, LineFormat.STRINGS);
    }

    /** Lines of UTF-8 text as slices of the bytes read. */
    static FileFormat<Utf8> utf8Lines(int maxLineBytes) {
        return new LineFormat<>(maxLineBytes, LineFormat.UTF8);
    }

    /** Records of the same length, one behind the other. */
    static FileFormat<byte[]> records(int recordLength) {
        return new RecordFormat(recordLength);
    }

    /** Whatever a function of the user reads. The stream is closed afterwards. */
    static <T> FileFormat<T> decoded(Function<InputStream, Iterator<T>> reader) {
        return new DecodedFormat<>(reader);
    }

    /** A reader of one file, which owns {@code in}. */
    SplitReader<T> open(InputStream in, FileSplit<T> split) throws Exception;

    /** Refuses a file that its length alone shows to be wrong. */
    default void check(FileSplit<T> split) throws IOException {}

    /** How many records so many bytes are, when that is known without reading. */
    default OptionalLong recordCount(long length) {
        return OptionalLong.empty();
    }
}
