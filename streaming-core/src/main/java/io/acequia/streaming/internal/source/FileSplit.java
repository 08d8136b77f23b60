/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.source;

import io.acequia.streaming.data.TaskContext;
import io.acequia.streaming.direct.Split;
import io.acequia.streaming.direct.SplitReader;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A whole file, as long as it was when the batch was planned.
 *
 * @param place its file system
 * @param path its path as text
 * @param length the bytes that are read
 * @param format what they mean
 */
record FileSplit<T>(Place place, String path, long length, FileFormat<T> format) implements Split<T> {
    private static final Logger LOG = LoggerFactory.getLogger(FileSplit.class);
    private static final int BUFFER = 64 * 1024;

    @Override
    public SplitReader<T> open(TaskContext task) throws Exception {
        Path file = place.path(path);
        long actual = Files.size(file);
        if (actual < length) {
            throw shrunk(actual);
        }
        InputStream in = new FileRange(Files.newInputStream(file), this);
        try {
            if (!isZipped()) {
                format.check(this);
                return format.open(in, this);
            }
            return format.open(length == 0 ? in : unzip(in), this);
        } catch (Exception | Error e) {
            in.close();
            throw e;
        }
    }

    @Override
    public String describe() {
        return path + " [0, " + length + ")";
    }

    /** {@code length path}. */
    @Override
    public String range() {
        return length + " " + path;
    }

    @Override
    public OptionalLong recordCount() {
        return isZipped() ? OptionalLong.empty() : format.recordCount(length);
    }

    @Override
    public long weight() {
        return length;
    }

    IOException shrunk(long actual) {
        return new IOException("ACQ-0629 " + path + " has shrunk: " + length + " bytes when the batch was planned, "
                + actual + " now; files must not change once they are in the directory");
    }

    void close(InputStream in) {
        try {
            in.close();
        } catch (IOException e) {
            LOG.debug("closing {}", path, e);
        }
    }

    private boolean isZipped() {
        return path.endsWith(".gz");
    }

    private InputStream unzip(InputStream in) throws IOException {
        try {
            return new FilterInputStream(new GZIPInputStream(in, BUFFER)) {
                @Override
                public int read(byte[] into, int from, int most) throws IOException {
                    try {
                        return super.read(into, from, most);
                    } catch (EOFException | ZipException e) {
                        throw damaged(e);
                    }
                }
            };
        } catch (EOFException | ZipException e) {
            throw damaged(e);
        }
    }

    private IOException damaged(IOException e) {
        return new IOException(
                "ACQ-0630 " + path + " is no whole gzip file: " + e.getMessage() + "; move it in when it is complete",
                e);
    }
}
