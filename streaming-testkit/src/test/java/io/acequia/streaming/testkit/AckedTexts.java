/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.acequia.streaming.receiver.Delivery;
import io.acequia.streaming.receiver.ReceiverDisconnectedException;
import io.acequia.streaming.receiver.ReliableReceiver;
import io.acequia.streaming.receiver.Source;
import java.io.BufferedReader;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A server of numbered texts that come again until they are acknowledged, behind a proxy, and sources of it: one that does its duty,
 * and others that do not. An empty text every 200 ms shows that the server is there.
 */
final class AckedTexts implements BreakableSystem<String>, ExternalSystem.Reliable<String> {
    private static final int BEAT_MILLIS = 200;

    private final Manners manners;
    private final FaultProxy proxy;
    private final int port;
    private final List<String> texts = new ArrayList<>();
    private @Nullable ServerSocket server;
    private @Nullable Socket client;
    private int acked;

    /** How a receiver behaves. */
    enum Manners {
        HONEST,
        /** Tells the server that texts are safe as soon as it has read them. */
        ACKS_EARLY,
        /** Does not tell when the connection is gone, and makes a new one by itself a while later. */
        SILENT
    }

    AckedTexts(Manners manners) throws IOException {
        this.manners = manners;
        restart();
        port = Objects.requireNonNull(server).getLocalPort();
        proxy = FaultProxy.to("127.0.0.1", port);
    }

    @Override
    public Source<String> source() {
        Manners how = manners;
        int at = proxy.port();
        return Source.of("acked-texts", () -> new TextReceiver(at, how));
    }

    @Override
    public synchronized void publish(List<String> payloads) {
        texts.addAll(payloads);
        notifyAll();
    }

    @Override
    public String payloadOf(String record) {
        return record;
    }

    @Override
    public FaultProxy proxy() {
        return proxy;
    }

    @Override
    public synchronized void kill() throws IOException {
        Objects.requireNonNull(server).close();
        if (client != null) {
            client.close();
        }
    }

    @Override
    public synchronized void restart() throws IOException {
        ServerSocket fresh = new ServerSocket();
        fresh.setReuseAddress(true);
        fresh.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        server = fresh;
        daemon(() -> serve(fresh));
    }

    private static void daemon(Runnable work) {
        Thread thread = new Thread(work, "acked-texts");
        thread.setDaemon(true);
        thread.start();
    }

    /** One client at a time: a new one takes the place of the one before. */
    private void serve(ServerSocket open) {
        try {
            while (true) {
                Socket next = open.accept();
                next.setTcpNoDelay(true);
                int from;
                synchronized (this) {
                    if (client != null) {
                        client.close();
                    }
                    client = next;
                    from = acked;
                    notifyAll();
                }
                daemon(() -> readAcks(next));
                daemon(() -> write(next, from));
            }
        } catch (IOException e) {
            // killed, or closed
        }
    }

    private void write(Socket to, int from) {
        try (to) {
            for (int next = from; ; ) {
                List<String> more;
                synchronized (this) {
                    if (texts.size() == next) {
                        wait(BEAT_MILLIS);
                    }
                    if (client != to) {
                        return;
                    }
                    more = List.copyOf(texts.subList(next, texts.size()));
                }
                next += more.size();
                String lines = more.isEmpty() ? "\n" : String.join("\n", more) + "\n";
                to.getOutputStream().write(lines.getBytes(UTF_8));
            }
        } catch (IOException | InterruptedException e) {
            // the client is gone
        }
    }

    private void readAcks(Socket from) {
        try (BufferedReader in = new BufferedReader(new InputStreamReader(from.getInputStream(), UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                acked(from, Integer.parseInt(line));
            }
        } catch (IOException e) {
            // the client is gone
        }
    }

    private synchronized void acked(Socket by, int more) {
        acked += by == client ? more : 0;
    }

    @Override
    public synchronized long unacknowledged() {
        return texts.size() - acked;
    }

    @Override
    public void cut() {
        proxy.refuse();
        proxy.cut();
    }

    @Override
    public void heal() {
        proxy.heal();
    }

    @Override
    public void close() throws IOException {
        kill();
        proxy.close();
    }

    private static final class TextReceiver implements ReliableReceiver<String> {
        private static final int TIME_OUT_MILLIS = 1_000;
        private static final int LOT = 50;

        private final int port;
        private final Manners manners;
        private @Nullable Socket socket;
        private long heardAt;

        TextReceiver(int port, Manners manners) {
            this.port = port;
            this.manners = manners;
        }

        @Override
        public void connect() throws IOException {
            Socket fresh = new Socket(InetAddress.getLoopbackAddress(), port);
            fresh.setTcpNoDelay(true);
            socket = fresh;
            heardAt = System.nanoTime();
        }

        @Override
        public Delivery<String> read(int maxRecords, Duration maxWait) throws Exception {
            Socket open = Objects.requireNonNull(socket);
            List<String> lot = new ArrayList<>();
            try {
                open.setSoTimeout((int) Math.max(1, maxWait.toMillis()));
                readLines(new DataInputStream(open.getInputStream()), Math.min(maxRecords, LOT), lot);
            } catch (SocketTimeoutException e) {
                if (System.nanoTime() - heardAt > TIME_OUT_MILLIS * 1_000_000L) {
                    gone(e);
                }
            } catch (IOException e) {
                gone(e);
            }
            if (lot.isEmpty()) {
                return Delivery.nothing();
            }
            int count = lot.size();
            if (manners == Manners.ACKS_EARLY) {
                tell(count);
                return Delivery.of(lot, () -> {});
            }
            return Delivery.of(lot, () -> tell(count));
        }

        private void gone(IOException cause) throws Exception {
            if (manners != Manners.SILENT) {
                throw new ReceiverDisconnectedException("the server is gone", cause);
            }
            close();
            try {
                connect();
            } catch (IOException e) {
                heardAt = System.nanoTime();
            }
        }

        /** Whole lines only; what is there without waiting, after the first one. */
        private void readLines(DataInputStream in, int most, List<String> into) throws IOException {
            while (into.size() < most && (into.isEmpty() || in.available() > 0)) {
                StringBuilder line = new StringBuilder();
                for (int next = in.read(); next != '\n'; next = in.read()) {
                    if (next < 0) {
                        throw new EOFException("the server has ended the connection");
                    }
                    line.append((char) next);
                }
                heardAt = System.nanoTime();
                if (line.length() > 0) {
                    into.add(line.toString());
                } else if (into.isEmpty()) {
                    return;
                }
            }
        }

        private void tell(int count) throws IOException {
            Objects.requireNonNull(socket).getOutputStream().write((count + "\n").getBytes(UTF_8));
        }

        @Override
        public void close() {
            try {
                if (socket != null) {
                    socket.close();
                }
            } catch (IOException e) {
                // it is gone all the same
            }
        }
    }
}
