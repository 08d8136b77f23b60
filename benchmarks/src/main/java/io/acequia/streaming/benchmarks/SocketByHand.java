/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Word counts over a socket, written by hand: two threads that take turns at reading the connection, and count what they have
 * read while the other one reads. No queue and no third thread stands between the network and a count.
 */
final class SocketByHand implements AutoCloseable {
    private static final int LINES_A_TURN = 2_000;
    private static final int BUFFER_BYTES = 1 << 18;

    private final HandWrittenCounts counts = new HandWrittenCounts();
    private final Socket ofStrings;
    private final Socket ofBytes;
    private final BufferedReader reader;
    private final InputStream bytes;

    SocketByHand(int port) throws IOException {
        this.ofStrings = new Socket(SenderProcess.host(), port);
        this.ofBytes = new Socket(SenderProcess.host(), port);
        this.reader = new BufferedReader(
                new InputStreamReader(ofStrings.getInputStream(), StandardCharsets.UTF_8), BUFFER_BYTES);
        this.bytes = ofBytes.getInputStream();
    }

    /** The idiomatic one: {@code readLine}, {@code split} and {@code HashMap.merge}. */
    List<Map<String, Long>> merging(long lines) throws Exception {
        Left left = new Left(lines);
        return counts.merging(() -> {
            synchronized (reader) {
                int turn = left.take();
                List<String> read = new ArrayList<>(turn);
                for (int i = 0; i < turn; i++) {
                    read.add(reader.readLine());
                }
                return read;
            }
        });
    }

    /** Slices of the bytes read, without a string. */
    List<ByteCounts> scanning(long lines) throws Exception {
        Left left = new Left(lines);
        ThreadLocal<byte[]> buffers = ThreadLocal.withInitial(() -> new byte[LINES_A_TURN * LinePool.LINE_BYTES]);
        return counts.scanning(() -> {
            byte[] buffer = buffers.get();
            synchronized (bytes) {
                int length = left.take() * LinePool.LINE_BYTES;
                if (bytes.readNBytes(buffer, 0, length) < length) {
                    throw new EOFException("the sender has ended");
                }
                return length == buffer.length ? buffer : Arrays.copyOf(buffer, length);
            }
        });
    }

    /** How many lines are still to be read. */
    private static final class Left {
        private long lines;

        Left(long lines) {
            this.lines = lines;
        }

        int take() {
            int turn = (int) Math.min(LINES_A_TURN, lines);
            lines -= turn;
            return turn;
        }
    }

    @Override
    public void close() throws IOException {
        counts.close();
        ofStrings.close();
        ofBytes.close();
    }
}
