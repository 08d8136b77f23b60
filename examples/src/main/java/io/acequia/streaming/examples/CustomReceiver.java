/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.examples;

import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.data.Durations;
import io.acequia.streaming.receiver.LineReader;
import io.acequia.streaming.receiver.ReceiverDisconnectedException;
import io.acequia.streaming.receiver.Records;
import io.acequia.streaming.receiver.Source;
import io.acequia.streaming.receiver.UnreliableReceiver;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;

/** Counts the words of a text server, by a receiver of its own: {@code acequia run CustomReceiver HOST PORT}. */
public final class CustomReceiver {
    private CustomReceiver() {}

    // tag::custom-receiver
    /** Lines of text from a socket: a server that cannot be told what arrived. */
    public static final class SocketLines implements UnreliableReceiver<String> {
        private final InetSocketAddress server;
        private final Socket socket = new Socket();

        @SuppressWarnings("NullAway.Init") // there is no read before connect
        private LineReader lines;

        public SocketLines(String host, int port) {
            this.server = new InetSocketAddress(host, port);
        }

        @Override
        public void connect() throws IOException {
            socket.connect(server, 10_000);
            lines = new LineReader(socket, 1 << 20);
        }

        /** When the server ends the connection the reader throws, and the runtime makes a new receiver. */
        @Override
        public Records<String> read(int maxRecords, Duration maxWait)
                throws IOException, ReceiverDisconnectedException {
            return Records.of(lines.read(maxRecords, maxWait)).rejecting(lines.takeRejected());
        }

        @Override
        public void close() {
            try {
                socket.close();
            } catch (IOException e) {
                // The connection is given up either way.
            }
        }
    }

    public static void main(String[] args) throws Exception {
        if (args.length != 2) {
            throw new IllegalArgumentException("usage: CustomReceiver HOST PORT");
        }
        String host = args[0];
        int port = Integer.parseInt(args[1]);
        StreamingConf conf = new StreamingConf().setAppName("CustomReceiver");
        try (StreamingContext ssc = new StreamingContext(conf, Durations.seconds(1))) {
            NetworkWordCount.count(ssc.receiverStream(Source.of("my lines", () -> new SocketLines(host, port))))
                    .print();
            ssc.start();
            ssc.awaitTermination();
        }
    }
    // end::custom-receiver
}
