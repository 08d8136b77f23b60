/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.source;

import io.acequia.streaming.data.ByteSize;
import io.acequia.streaming.receiver.ReceiverDisconnectedException;
import io.acequia.streaming.receiver.Records;
import io.acequia.streaming.receiver.Rejected;
import io.acequia.streaming.receiver.Source;
import io.acequia.streaming.receiver.UnreliableReceiver;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Blocks of bytes from a TCP server: each is its length in four bytes, big end first, and then so many bytes. */
public final class RawSocketSource implements Source<byte[]> {
    private static final Logger LOG = LoggerFactory.getLogger(RawSocketSource.class);

    private final Endpoint endpoint;
    private final int maxFrameBytes;

    /** @param maxFrame longest block accepted; a longer one breaks the connection */
    public RawSocketSource(Endpoint endpoint, ByteSize maxFrame) {
        if (maxFrame.bytes() < 1 || maxFrame.bytes() > FrameCutter.MOST_FRAME_BYTES) {
            throw new IllegalArgumentException("ACQ-0617 longest block from " + endpoint + " = " + maxFrame
                    + ": must be from 1 B to " + new ByteSize(FrameCutter.MOST_FRAME_BYTES)
                    + "; see streaming.source.max.frame");
        }
        this.endpoint = endpoint;
        this.maxFrameBytes = (int) maxFrame.bytes();
    }

    @Override
    public String name() {
        return "socket://" + endpoint;
    }

    @Override
    public UnreliableReceiver<byte[]> newReceiver() {
        return new Frames();
    }

    private final class Frames implements UnreliableReceiver<byte[]> {
        private final Socket socket = new Socket();
        private final FrameCutter cutter = new FrameCutter(endpoint.toString(), maxFrameBytes);
        private boolean ended;

        @Override
        public void connect() throws IOException {
            endpoint.connect(socket);
        }

        /** Reads the socket once: a half block waits in the cutter for the next read. */
        @Override
        public Records<byte[]> read(int maxRecords, Duration maxWait)
                throws IOException, ReceiverDisconnectedException {
            List<byte[]> frames = new ArrayList<>();
            cutter.cut(maxRecords, frames);
            if (maxRecords == 0 || !frames.isEmpty()) {
                return Records.of(frames);
            }
            if (ended) {
                List<Rejected> cutOff = cutter.takeRest();
                if (!cutOff.isEmpty()) {
                    return Records.<byte[]>nothing().rejecting(cutOff);
                }
                throw new ReceiverDisconnectedException("ACQ-0618 " + endpoint + " closed the connection");
            }
            try {
                socket.setSoTimeout((int) Math.max(1, Math.min(Integer.MAX_VALUE, maxWait.toMillis())));
                ended = !cutter.fill(socket.getInputStream());
            } catch (SocketTimeoutException e) {
                return Records.nothing();
            } catch (SocketException e) {
                throw new ReceiverDisconnectedException(
                        "ACQ-0619 the connection to " + endpoint + " broke: " + e.getMessage(), e);
            }
            cutter.cut(maxRecords, frames);
            return Records.of(frames);
        }

        @Override
        public void wakeUp() {
            if (!socket.isConnected()) {
                close();
            }
        }

        @Override
        public void close() {
            try {
                socket.close();
            } catch (IOException e) {
                LOG.debug("closing the socket of {}", name(), e);
            }
        }
    }
}
