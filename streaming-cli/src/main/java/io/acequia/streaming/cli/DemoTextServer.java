/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A real server on the loopback address that tells every client the same lines again and again, ten lines a second; about
 * irrigation, unless others are given. One thread does everything: at each tick it takes up new clients and gives each its next
 * line, without ever waiting for one; a client that does not read gets no further line until it does.
 */
final class DemoTextServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DemoTextServer.class);
    private static final long TICK_MILLIS = 100;

    private static final List<String> IRRIGATION = List.of(
            "the gate opens and the water runs down to the fields",
            "each field gets its share and then the gate closes",
            "the channel brings water from the river to the orchard",
            "at dawn the water turns to the almond trees",
            "when the gate closes the next field opens its own",
            "water that no field takes runs back to the river",
            "the keeper of the channel counts every share of water");

    private final List<ByteBuffer> lines;
    private final ServerSocketChannel server;
    private final ScheduledExecutorService ticks = Executors.newSingleThreadScheduledExecutor(daemon());
    private final List<Client> clients = new ArrayList<>();

    private DemoTextServer(List<String> lines, ServerSocketChannel server) {
        this.lines = lines.stream().map(DemoTextServer::encoded).toList();
        this.server = server;
    }

    /** Starts on a free port, to send these lines; when there are none, those about irrigation. */
    static DemoTextServer start(List<String> lines) throws IOException {
        ServerSocketChannel channel = ServerSocketChannel.open();
        try {
            channel.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0));
            channel.configureBlocking(false);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        DemoTextServer server = new DemoTextServer(lines.isEmpty() ? IRRIGATION : lines, channel);
        server.ticks.scheduleAtFixedRate(server::tick, 0, TICK_MILLIS, TimeUnit.MILLISECONDS);
        LOG.info("Demo text server on {}:{}", server.host(), server.port());
        return server;
    }

    String host() {
        return "127.0.0.1";
    }

    int port() {
        return server.socket().getLocalPort();
    }

    /** Ends every connection; clients read what was sent and then the end of the stream. */
    @Override
    public void close() throws IOException {
        ticks.execute(() -> clients.forEach(Client::close));
        ticks.shutdown();
        server.close();
    }

    private void tick() {
        try {
            for (SocketChannel channel = server.accept(); channel != null; channel = server.accept()) {
                channel.configureBlocking(false);
                clients.add(new Client(channel));
            }
        } catch (IOException e) {
            if (server.isOpen()) {
                LOG.warn("The demo text server cannot take a client: {}", e.toString());
            }
        }
        for (Iterator<Client> each = clients.iterator(); each.hasNext(); ) {
            if (!each.next().send()) {
                each.remove();
            }
        }
    }

    private static ByteBuffer encoded(String text) {
        return ByteBuffer.wrap((text + "\n").getBytes(StandardCharsets.UTF_8)).asReadOnlyBuffer();
    }

    private static ThreadFactory daemon() {
        return task -> {
            Thread thread = Executors.defaultThreadFactory().newThread(task);
            thread.setName("demo-text-server");
            thread.setDaemon(true);
            return thread;
        };
    }

    /** One connection and the line it is being sent. */
    private final class Client {
        private final SocketChannel channel;
        private int next;
        private ByteBuffer unsent = ByteBuffer.allocate(0);

        Client(SocketChannel channel) {
            this.channel = channel;
        }

        /** Sends a line, or what is left of the one before; false when the client has gone. */
        boolean send() {
            try {
                if (!unsent.hasRemaining()) {
                    unsent = lines.get(next).duplicate();
                    next = (next + 1) % lines.size();
                }
                channel.write(unsent);
                return true;
            } catch (IOException e) {
                close();
                return false;
            }
        }

        void close() {
            try {
                channel.close();
            } catch (IOException e) {
                LOG.debug("Closing a client of the demo text server: {}", e.toString());
            }
        }
    }
}
