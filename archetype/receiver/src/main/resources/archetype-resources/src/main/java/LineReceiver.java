package ${package};

import io.acequia.streaming.receiver.Delivery;
import io.acequia.streaming.receiver.LineReader;
import io.acequia.streaming.receiver.Position;
import io.acequia.streaming.receiver.ReceiverDisconnectedException;
import io.acequia.streaming.receiver.Rejected;
import io.acequia.streaming.receiver.ReliableReceiver;
import io.acequia.streaming.receiver.Settlement;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * One connection: the runtime makes another object for the next one. Its methods are called in turn, on one thread;
 * {@link #wakeUp()} alone may come from another.
 */
final class LineReceiver implements ReliableReceiver<String> {
    private static final int CONNECT_MILLIS = 10_000;
    private static final int LONGEST_LINE = 1 << 20;

    private final LineSource source;
    private final Socket socket = new Socket();
    private final Deque<Part> unsettled = new ArrayDeque<>();
    private LineReader reader;
    private long last;

    LineReceiver(LineSource source) {
        this.source = source;
    }

    @Override
    public void connect() throws IOException {
        socket.connect(new InetSocketAddress(source.host(), source.port()), CONNECT_MILLIS);
        reader = new LineReader(socket, LONGEST_LINE);
    }

    @Override
    public Delivery<String> read(int maxRecords, Duration maxWait) throws Exception {
        List<String> lines = reader.read(maxRecords, maxWait);
        List<Rejected> rejected = new ArrayList<>(reader.takeRejected());
        if (lines.isEmpty() && !rejected.isEmpty()) {
            // At the end of the connection this throws: then it was half a line, which comes again as a whole.
            lines = reader.read(maxRecords, Duration.ZERO);
            rejected.addAll(reader.takeRejected());
        }
        if (lines.isEmpty() && rejected.isEmpty()) {
            return Delivery.nothing();
        }
        List<String> texts = new ArrayList<>();
        long first = 0;
        for (String line : lines) {
            texts.add(textOf(line));
            first = texts.size() == 1 ? last : first;
        }
        Delivery<String> delivery = Delivery.of(texts, owe()).rejecting(rejected);
        // A delivery that comes again is recognised by its position, which has one number for each record.
        boolean gapless = !texts.isEmpty() && last - first + 1 == texts.size();
        return gapless ? delivery.at(new Position(source.name(), first, last + 1)) : delivery;
    }

    private String textOf(String line) throws IOException {
        String[] parts = line.split(" ", 2);
        try {
            last = Long.parseLong(parts[0]);
            return parts[1];
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            throw new IOException(source.name() + " sent '" + line + "': it should be NUMBER TEXT", e);
        }
    }

    private Settlement owe() {
        Part part = new Part(last);
        unsettled.add(part);
        return part;
    }

    /** Since one acknowledgement stands for all lines before it, it waits until they are safe, too. */
    private final class Part implements Settlement {
        private final long upTo;
        private boolean safe;

        Part(long upTo) {
            this.upTo = upTo;
        }

        @Override
        public void ack() throws IOException {
            safe = true;
            Part done = null;
            while (!unsettled.isEmpty() && unsettled.element().safe) {
                done = unsettled.remove();
            }
            if (done != null) {
                socket.getOutputStream().write(("ACK " + done.upTo + "\n").getBytes(StandardCharsets.UTF_8));
            }
        }

        /** It stays unsettled, so nothing after it is acknowledged; the next connection brings it again. */
        @Override
        public void nack(Throwable cause) throws ReceiverDisconnectedException {
            throw new ReceiverDisconnectedException("lines up to " + upTo + " are to be sent again", cause);
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
