/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.source;

import io.acequia.streaming.direct.SplitReader;
import io.acequia.streaming.function.Function;
import java.io.BufferedInputStream;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;

/** Records that a function of the user reads from the bytes of a file. */
record DecodedFormat<T>(Function<InputStream, Iterator<T>> reader) implements FileFormat<T> {
    private static final int RECORDS_AT_A_TIME = 256;

    @Override
    public SplitReader<T> open(InputStream in, FileSplit<T> split) throws Exception {
        Iterator<T> records = Objects.requireNonNull(
                reader.call(new BufferedInputStream(in)),
                () -> "ACQ-0634 the file reader returned null for " + split.path());
        return new SplitReader<>() {
            @Override
            public List<T> next() {
                List<T> some = new ArrayList<>();
                while (some.size() < RECORDS_AT_A_TIME && records.hasNext()) {
                    some.add(records.next());
                }
                return some;
            }

            @Override
            public void close() {
                split.close(in);
            }
        };
    }
}
