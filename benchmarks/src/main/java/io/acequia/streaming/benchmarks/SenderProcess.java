/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * A process that sends the pool's lines, round and round, to each client that connects, as fast as the client reads. The
 * port is its first line on standard output; it ends with its parent.
 */
final class SenderProcess implements AutoCloseable {
    private static final int WRITE_BYTES = 1 << 20;

    private final Process process;
    private final int port;

    private SenderProcess(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** Starts a process that sends {@code lines} lines to each client, and then nothing; 0 is no end. */
    static SenderProcess start(int poolLines, long lines) throws IOException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        SenderProcess.class.getName(),
                        String.valueOf(poolLines),
                        String.valueOf(lines))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        String port = out.readLine();
        if (port == null) {
            throw new IllegalStateException(
                    "ACQ-3012 the child SenderProcess ended before it told its port: run it" + " alone to see why");
        }
        return new SenderProcess(process, Integer.parseInt(port));
    }

    static String host() {
        return InetAddress.getLoopbackAddress().getHostAddress();
    }

    int port() {
        return port;
    }

    SocketChannel connect() throws IOException {
        return SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    public static void main(String[] arguments) throws IOException {
        byte[] text = LinePool.bytes(Integer.parseInt(arguments[0]));
        ByteBuffer pool = ByteBuffer.allocateDirect(text.length).put(text);
        long lines = Long.parseLong(arguments[1]);
        try (ServerSocketChannel server =
                ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            System.out.println(server.socket().getLocalPort());
            daemon(() -> {
                while (true) {
                    SocketChannel client = server.accept();
                    daemon(() ->
                            send(client, pool.duplicate(), lines == 0 ? Long.MAX_VALUE : lines * LinePool.LINE_BYTES));
                }
            });
            // Standard input ends when the parent does.
            while (System.in.read() >= 0) {}
        }
    }

    /** The client stays connected at the end: one that is told to connect anew would get it all again. */
    private static void send(SocketChannel client, ByteBuffer pool, long bytes) throws IOException {
        for (long sent = 0; sent < bytes; ) {
            int from = (int) (sent % pool.capacity());
            int most = (int) Math.min(Math.min(WRITE_BYTES, pool.capacity() - from), bytes - sent);
            sent += client.write(pool.limit(from + most).position(from));
        }
    }

    @FunctionalInterface
    private interface Body {
        void run() throws IOException;
    }

    private static void daemon(Body body) {
        Thread thread = new Thread(() -> {
            try {
                body.run();
            } catch (IOException e) {
                // The client has what it wants, or the process ends.
            }
        });
        thread.setDaemon(true);
        thread.start();
    }
}
