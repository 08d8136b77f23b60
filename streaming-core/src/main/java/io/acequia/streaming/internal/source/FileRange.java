/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.source;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** The planned bytes of a file: no more when it has grown, an error when it has shrunk. */
final class FileRange extends FilterInputStream {
    private final FileSplit<?> split;
    private long left;

    FileRange(InputStream in, FileSplit<?> split) {
        super(in);
        this.split = split;
        this.left = split.length();
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] into, int from, int most) throws IOException {
        if (left == 0 || most == 0) {
            return most == 0 ? 0 : -1;
        }
        int read = super.read(into, from, (int) Math.min(left, most));
        if (read < 0) {
            throw split.shrunk(split.length() - left);
        }
        left -= read;
        return read;
    }

    @Override
    public long skip(long most) throws IOException {
        long skipped = super.skip(Math.min(left, most));
        left -= skipped;
        return skipped;
    }

    /** A gzip stream looks here for another member. */
    @Override
    public int available() {
        return (int) Math.min(left, Integer.MAX_VALUE);
    }

    @Override
    public boolean markSupported() {
        return false;
    }
}
