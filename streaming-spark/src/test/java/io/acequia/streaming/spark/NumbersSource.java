/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import io.acequia.streaming.receiver.Delivery;
import io.acequia.streaming.receiver.LineReader;
import io.acequia.streaming.receiver.Position;
import io.acequia.streaming.receiver.ReceiverDisconnectedException;
import io.acequia.streaming.receiver.ReliableReceiver;
import io.acequia.streaming.receiver.Settlement;
import io.acequia.streaming.receiver.Source;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/** The numbers of a {@link NumbersServer}. */
record NumbersSource(int port) implements Source<Long> {
    @Override
    public String name() {
        return "numbers";
    }

    @Override
    public ReliableReceiver<Long> newReceiver() {
        return new Receiving(this);
    }

    private static final class Receiving implements ReliableReceiver<Long> {
        private static final int CONNECT_MILLIS = 10_000;
        private static final int LONGEST_LINE = 100;

        private final NumbersSource source;
        private final Socket socket = new Socket();
        private LineReader reader;

        Receiving(NumbersSource source) {
            this.source = source;
        }

        @Override
        public void connect() throws IOException {
            socket.connect(new InetSocketAddress("127.0.0.1", source.port), CONNECT_MILLIS);
            say("PID " + ProcessHandle.current().pid());
            reader = new LineReader(socket, LONGEST_LINE);
        }

        private void say(String line) throws IOException {
            socket.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public Delivery<Long> read(int maxRecords, Duration maxWait) throws Exception {
            List<Long> numbers = Objects.requireNonNull(reader).read(maxRecords, maxWait).stream()
                    .map(Long::parseLong)
                    .toList();
            if (numbers.isEmpty()) {
                return Delivery.nothing();
            }
            long from = numbers.get(0);
            long until = numbers.get(numbers.size() - 1) + 1;
            return Delivery.of(numbers, new Settlement() {
                        @Override
                        public void ack() throws IOException {
                            say("ACK " + (until - 1));
                        }

                        @Override
                        public void nack(Throwable cause) throws ReceiverDisconnectedException {
                            throw new ReceiverDisconnectedException("to be sent again from " + from, cause);
                        }
                    })
                    .at(new Position(source.name(), from, until));
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
                // The connection is given up either way.
            }
        }
    }
}
