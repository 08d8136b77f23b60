/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.mqtt;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Answers each packet of one client with the next of some bytes, and then says nothing more: for what no real broker does. */
final class ScriptedBroker implements AutoCloseable {
    private static final int LONGEST_WAIT = 30_000;

    private final ServerSocket port = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    private final List<byte[]> answers;
    private final CompletableFuture<Void> spoken;

    ScriptedBroker(byte[]... answers) throws IOException {
        this.answers = List.of(answers);
        port.setSoTimeout(LONGEST_WAIT);
        this.spoken = CompletableFuture.runAsync(this::run, task -> new Thread(task).start());
    }

    private void run() {
        try (Socket client = port.accept()) {
            InputStream in = client.getInputStream();
            byte[] packet = new byte[1_000];
            for (byte[] answer : answers) {
                if (in.read(packet) > 0) {
                    client.getOutputStream().write(answer);
                }
            }
            while (in.read(packet) > 0) {
                packet[0]++;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    MqttBroker broker() {
        return Mosquitto.impatient("tcp://127.0.0.1:" + port.getLocalPort());
    }

    /** When the client has gone. */
    @Override
    public void close() throws IOException {
        spoken.join();
        port.close();
    }
}
