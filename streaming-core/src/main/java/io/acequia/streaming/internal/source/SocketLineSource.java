/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.source;

import io.acequia.streaming.data.Utf8;
import io.acequia.streaming.receiver.LineReader;
import io.acequia.streaming.receiver.ReceiverDisconnectedException;
import io.acequia.streaming.receiver.Records;
import io.acequia.streaming.receiver.Source;
import io.acequia.streaming.receiver.UnreliableReceiver;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lines of UTF-8 text from a TCP server, as slices of the bytes received. */
public final class SocketLineSource implements Source<Utf8> {
    private static final Logger LOG = LoggerFactory.getLogger(SocketLineSource.class);

    private final Endpoint endpoint;
    private final int maxLineBytes;

    public SocketLineSource(Endpoint endpoint, int maxLineBytes) {
        if (maxLineBytes < 1) {
            throw new IllegalArgumentException("ACQ-0612 longest line from " + endpoint + " = " + maxLineBytes
                    + " bytes: must be at least 1; see streaming.source.max.line");
        }
        this.endpoint = endpoint;
        this.maxLineBytes = maxLineBytes;
    }

    @Override
    public String name() {
        return "socket://" + endpoint;
    }

    @Override
    public UnreliableReceiver<Utf8> newReceiver() {
        return new Lines();
    }

    private final class Lines implements UnreliableReceiver<Utf8> {
        private final Socket socket = new Socket();
        private @Nullable LineReader reader;
        private long malformed;

        @Override
        public void connect() throws IOException {
            endpoint.connect(socket);
            reader = new LineReader(socket, maxLineBytes);
        }

        @Override
        public Records<Utf8> read(int maxRecords, Duration maxWait) throws IOException, ReceiverDisconnectedException {
            LineReader open = Objects.requireNonNull(reader, "read before connect");
            List<Utf8> lines = open.readUtf8(maxRecords, maxWait);
            if (malformed == 0 && open.malformed() > 0) {
                LOG.warn("{} sends malformed UTF-8: it is replaced by U+FFFD; the total is logged at the end", name());
            }
            malformed = open.malformed();
            return Records.of(lines).rejecting(open.takeRejected());
        }

        /** A read ends by itself at its time-out; only a connection attempt may take long. */
        @Override
        public void wakeUp() {
            if (!socket.isConnected()) {
                closeSocket();
            }
        }

        @Override
        public void close() {
            if (malformed > 0) {
                LOG.warn("{} sent {} malformed UTF-8 sequences over this connection", name(), malformed);
            }
            closeSocket();
        }

        private void closeSocket() {
            try {
                socket.close();
            } catch (IOException e) {
                LOG.debug("closing the socket of {}", name(), e);
            }
        }
    }
}
