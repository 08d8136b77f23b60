/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.source;

import io.acequia.streaming.function.Function;
import io.acequia.streaming.receiver.ReceiverDisconnectedException;
import io.acequia.streaming.receiver.Records;
import io.acequia.streaming.receiver.Source;
import io.acequia.streaming.receiver.UnreliableReceiver;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records that a function of the user decodes from the bytes of a TCP server. The function is called once per connection.
 *
 * @param <T> type of the records
 */
public final class SocketDecoderSource<T> implements Source<T> {
    private static final Logger LOG = LoggerFactory.getLogger(SocketDecoderSource.class);

    private final Endpoint endpoint;
    private final Function<InputStream, Iterator<T>> decoder;

    public SocketDecoderSource(Endpoint endpoint, Function<InputStream, Iterator<T>> decoder) {
        this.endpoint = endpoint;
        this.decoder = decoder;
    }

    @Override
    public String name() {
        return "socket://" + endpoint;
    }

    @Override
    public UnreliableReceiver<T> newReceiver() {
        return new Decoded();
    }

    /**
     * Gives one record per read: the iterator cannot say whether its next record is there, and a second record that is slow
     * to come would hold back the first.
     */
    private final class Decoded implements UnreliableReceiver<T> {
        private final Socket socket = new Socket();
        private @Nullable Iterator<T> records;

        @Override
        public void connect() throws IOException {
            endpoint.connect(socket);
        }

        @Override
        public Records<T> read(int maxRecords, Duration maxWait) throws Exception {
            if (maxRecords == 0) {
                return Records.nothing();
            }
            try {
                Iterator<T> decoded = decoded();
                if (decoded.hasNext()) {
                    return Records.of(List.of(Objects.requireNonNull(
                            decoded.next(), () -> "ACQ-0613 the decoder of " + name() + " gave null as a record")));
                }
            } catch (SocketException e) {
                throw new ReceiverDisconnectedException(
                        "ACQ-0614 the connection to " + endpoint + " broke: " + e.getMessage(), e);
            }
            throw new ReceiverDisconnectedException("ACQ-0615 the records from " + endpoint
                    + " have ended: the peer closed the connection, or the decoder is done");
        }

        /** The user's function blocks in the socket for as long as it likes: only closing it ends that. */
        @Override
        public void wakeUp() {
            close();
        }

        @Override
        public void close() {
            try {
                socket.close();
            } catch (IOException e) {
                LOG.debug("closing the socket of {}", name(), e);
            }
        }

        private Iterator<T> decoded() throws Exception {
            Iterator<T> open = records;
            if (open == null) {
                open = Objects.requireNonNull(
                        decoder.call(socket.getInputStream()),
                        () -> "ACQ-0616 the decoder of " + name() + " returned null: it must return an iterator");
                records = open;
            }
            return open;
        }
    }
}
