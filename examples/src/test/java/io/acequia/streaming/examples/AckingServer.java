/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.examples;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * A server on a loopback port that sends numbered lines, again on each new connection, until they are acknowledged. One client
 * at a time: the latest.
 */
final class AckingServer implements AutoCloseable {
    private final ServerSocket server;
    private final CompletableFuture<Void> served;
    private final SortedMap<Long, String> unacked = new TreeMap<>();
    private final List<Long> acks = new ArrayList<>();
    private Socket client = new Socket();
    private int connections;
    private boolean losesAcks;
    private long last;

    AckingServer() throws IOException {
        this.server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        this.served = CompletableFuture.runAsync(this::serve, task -> Background.run("acking-server", task));
    }

    String port() {
        return Integer.toString(server.getLocalPort());
    }

    /** Sends these, with the next numbers. */
    synchronized AckingServer send(String... lines) {
        for (String line : lines) {
            unacked.put(++last, line);
            write(last, line);
        }
        return this;
    }

    /** Sends this as it is, without a number: not kept. */
    synchronized AckingServer sendRaw(String text) throws IOException {
        client.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    private void write(long number, String line) {
        if (client.isConnected() && !client.isClosed()) {
            try {
                sendRaw(number + " " + line + "\n");
            } catch (IOException e) {
                // The client went; the next connection gets it.
            }
        }
    }

    /** From now on acknowledgements are lost on their way, or not any more. */
    synchronized AckingServer loseAcks(boolean lost) {
        losesAcks = lost;
        return this;
    }

    /** Ends the connection in order; the client connects anew. */
    synchronized void disconnect() throws IOException {
        client.close();
    }

    /** The numbers that were acknowledged, in order, those that were lost on their way included. */
    synchronized List<Long> acks() {
        return List.copyOf(acks);
    }

    /** Blocks until there were so many connections. */
    synchronized void awaitConnections(int number) throws InterruptedException {
        while (connections < number) {
            wait();
        }
    }

    /** Blocks until the client has acknowledged all up to this number at least once. */
    synchronized void awaitAck(long number) throws InterruptedException {
        while (acks.stream().noneMatch(ack -> ack >= number)) {
            wait();
        }
    }

    private void serve() {
        while (!server.isClosed()) {
            try (Socket peer = server.accept()) {
                BufferedReader answers =
                        new BufferedReader(new InputStreamReader(peer.getInputStream(), StandardCharsets.UTF_8));
                takeUp(peer);
                for (String answer = answers.readLine(); answer != null; answer = answers.readLine()) {
                    acknowledged(Long.parseLong(answer.substring("ACK ".length())));
                }
            } catch (IOException e) {
                // The client went, or this server closes.
            }
        }
    }

    private synchronized void takeUp(Socket peer) {
        client = peer;
        connections++;
        notifyAll();
        for (Map.Entry<Long, String> line : unacked.entrySet()) {
            write(line.getKey(), line.getValue());
        }
    }

    private synchronized void acknowledged(long number) {
        acks.add(number);
        if (!losesAcks) {
            unacked.headMap(number + 1).clear();
        }
        notifyAll();
    }

    @Override
    public void close() throws IOException {
        server.close();
        disconnect();
        served.join();
    }
}
