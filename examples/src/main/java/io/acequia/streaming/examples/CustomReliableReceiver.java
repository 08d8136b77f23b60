/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.examples;

import io.acequia.streaming.DStream;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.data.Durations;
import io.acequia.streaming.data.Tuple2;
import io.acequia.streaming.receiver.Delivery;
import io.acequia.streaming.receiver.LineReader;
import io.acequia.streaming.receiver.Position;
import io.acequia.streaming.receiver.ReceiverDisconnectedException;
import io.acequia.streaming.receiver.Rejected;
import io.acequia.streaming.receiver.ReliableReceiver;
import io.acequia.streaming.receiver.Settlement;
import io.acequia.streaming.receiver.Source;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Counts the words of a text server that wants acknowledgements: {@code acequia run CustomReliableReceiver HOST PORT
 * [CHECKPOINT_DIRECTORY]}. With a directory, what is received goes to a log, and is acknowledged when it has been forced there;
 * without one, when its batch is done.
 *
 * <p>The server sends lines {@code NUMBER TEXT}, numbered from 1 without a gap. The client answers {@code ACK NUMBER}, which stands for
 * all lines up to that one. What was not acknowledged comes again on the next connection.
 */
public final class CustomReliableReceiver {
    private CustomReliableReceiver() {}

    // tag::acked-lines
    /** Lines with their numbers, from such a server. */
    public record AckedLinesSource(String host, int port) implements Source<Tuple2<Long, String>> {
        @Override
        public String name() {
            return "acked-lines://" + host + ":" + port;
        }

        @Override
        public ReliableReceiver<Tuple2<Long, String>> newReceiver() {
            return new AckedLines(this);
        }
    }

    /** One connection. Its methods are called in turn, on one thread; {@link #wakeUp()} may come from another. */
    private static final class AckedLines implements ReliableReceiver<Tuple2<Long, String>> {
        private static final int CONNECT_MILLIS = 10_000;
        private static final int LONGEST_LINE = 1 << 20;

        private final AckedLinesSource source;
        private final Socket socket = new Socket();
        private @Nullable LineReader reader;
        private final Deque<Tuple2<Long, String>> lines = new ArrayDeque<>();
        private final List<Rejected> rejected = new ArrayList<>();
        private final Deque<Part> unsettled = new ArrayDeque<>();
        private long lastRead;

        AckedLines(AckedLinesSource source) {
            this.source = source;
        }

        @Override
        public void connect() throws IOException {
            socket.connect(new InetSocketAddress(source.host(), source.port()), CONNECT_MILLIS);
            reader = new LineReader(socket, LONGEST_LINE);
        }

        /** A delivery is a run of lines without a gap, or what is no line of the protocol. */
        @Override
        public Delivery<Tuple2<Long, String>> read(int maxRecords, Duration maxWait) throws Exception {
            if (lines.isEmpty()) {
                readMore(Objects.requireNonNull(reader, "read before connect"), maxRecords, maxWait);
            }
            if (!rejected.isEmpty()) {
                List<Rejected> now = List.copyOf(rejected);
                rejected.clear();
                return Delivery.of(List.<Tuple2<Long, String>>of(), owe(lastRead))
                        .rejecting(now);
            }
            if (lines.isEmpty() || maxRecords == 0) {
                return Delivery.nothing();
            }
            long from = lines.element()._1();
            long next = from;
            List<Tuple2<Long, String>> run = new ArrayList<>();
            while (run.size() < maxRecords
                    && !lines.isEmpty()
                    && lines.element()._1() == next) {
                run.add(lines.remove());
                next++;
            }
            lastRead = next - 1;
            return Delivery.of(run, owe(lastRead)).at(new Position(source.name(), from, next));
        }

        private void readMore(LineReader open, int most, Duration atMost) throws Exception {
            List<String> read = open.read(most, atMost);
            List<Rejected> refused = open.takeRejected();
            if (read.isEmpty() && !refused.isEmpty()) {
                // At the end of the connection this throws: then it was half a line, which comes again as a whole.
                read = open.read(most, Duration.ZERO);
            }
            rejected.addAll(refused);
            read.forEach(this::decode);
        }

        private void decode(String line) {
            String[] parts = line.split(" ", 2);
            try {
                lines.add(Tuple2.of(Long.parseLong(parts[0]), parts.length == 2 ? parts[1] : ""));
            } catch (NumberFormatException e) {
                rejected.add(new Rejected(line.getBytes(StandardCharsets.UTF_8), "after line " + lastRead, e));
            }
        }

        private Settlement owe(long last) {
            Part part = new Part(last);
            unsettled.add(part);
            return part;
        }

        /** Since one acknowledgement stands for all lines before it, it waits until they are safe, too. */
        private final class Part implements Settlement {
            private final long last;
            private boolean safe;

            Part(long last) {
                this.last = last;
            }

            @Override
            public void ack() throws IOException {
                safe = true;
                Part done = null;
                while (!unsettled.isEmpty() && unsettled.element().safe) {
                    done = unsettled.remove();
                }
                if (done != null) {
                    socket.getOutputStream().write(("ACK " + done.last + "\n").getBytes(StandardCharsets.UTF_8));
                }
            }

            /** It stays unsettled, so nothing after it is acknowledged; the next connection brings it again. */
            @Override
            public void nack(Throwable cause) throws ReceiverDisconnectedException {
                throw new ReceiverDisconnectedException("lines up to " + last + " are to be sent again", cause);
            }
        }

        /** A read ends by itself in time; only the attempt to connect may take long. */
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
    // end::acked-lines

    public static void main(String[] args) throws Exception {
        if (args.length < 2 || args.length > 3) {
            throw new IllegalArgumentException("usage: CustomReliableReceiver HOST PORT [CHECKPOINT_DIRECTORY]");
        }
        StreamingConf conf = new StreamingConf().setAppName("CustomReliableReceiver");
        try (StreamingContext ssc = new StreamingContext(conf, Durations.seconds(1))) {
            if (args.length == 3) {
                ssc.checkpoint(args[2]);
            }
            DStream<Tuple2<Long, String>> lines = ssc.receiverStream(
                            new AckedLinesSource(args[0], Integer.parseInt(args[1])))
                    .uid("lines");
            NetworkWordCount.count(lines.map(Tuple2::_2)).print();
            ssc.start();
            ssc.awaitTermination();
        }
    }
}
