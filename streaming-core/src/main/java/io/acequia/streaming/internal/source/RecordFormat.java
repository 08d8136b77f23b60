/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.source;

import io.acequia.streaming.direct.SplitReader;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** Binary records of one length. A file that is no whole number of them fails its task: nobody knows where it went wrong. */
record RecordFormat(int recordLength) implements FileFormat<byte[]> {
    private static final int BYTES_AT_A_TIME = 64 * 1024;

    RecordFormat {
        if (recordLength < 1) {
            throw new IllegalArgumentException(
                    "ACQ-0632 record length of a binary file = " + recordLength + " bytes: must be at least 1");
        }
    }

    @Override
    public SplitReader<byte[]> open(InputStream in, FileSplit<byte[]> split) {
        return new FixedRecords(new BufferedInputStream(in, BYTES_AT_A_TIME), split);
    }

    @Override
    public void check(FileSplit<byte[]> split) throws IOException {
        if (split.length() % recordLength != 0) {
            throw notWhole(split, split.length());
        }
    }

    @Override
    public OptionalLong recordCount(long length) {
        return OptionalLong.of(length / recordLength);
    }

    private IOException notWhole(FileSplit<byte[]> split, long length) {
        return new IOException(
                "ACQ-0633 " + split.path() + " holds " + length + " bytes, no whole number of records of "
                        + recordLength + " bytes: " + length % recordLength + " bytes are over");
    }

    private final class FixedRecords implements SplitReader<byte[]> {
        private final InputStream in;
        private final FileSplit<byte[]> split;
        private long read;

        FixedRecords(InputStream in, FileSplit<byte[]> split) {
            this.in = in;
            this.split = split;
        }

        @Override
        public List<byte[]> next() throws IOException {
            List<byte[]> records = new ArrayList<>();
            int most = Math.max(1, BYTES_AT_A_TIME / recordLength);
            while (records.size() < most) {
                byte[] record = in.readNBytes(recordLength);
                if (record.length == 0) {
                    break;
                }
                read += record.length;
                if (record.length < recordLength) {
                    throw notWhole(split, read);
                }
                records.add(record);
            }
            return records;
        }

        @Override
        public void close() {
            split.close(in);
        }
    }
}
