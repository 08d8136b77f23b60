/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.examples;

import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.data.Durations;
import io.acequia.streaming.data.StorageLevel;
import io.acequia.streaming.receiver.PushReceiver;
import io.acequia.streaming.receiver.Source;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * A receiver in the shape of Spark's custom receivers, word for word but for two lines: {@code acequia run PortedSparkReceiver
 * HOST PORT}.
 *
 * <table>
 * <caption>What changed</caption>
 * <tr><th>there</th><th>here</th></tr>
 * <tr><td>{@code extends Receiver<String>}</td><td>{@code extends PushReceiver<String>}</td></tr>
 * <tr><td>{@code super(StorageLevel.MEMORY_AND_DISK_2())}</td><td>nothing; the level goes to {@code receiverStream}, if it
 * matters</td></tr>
 * <tr><td>{@code receiverStream(new LinesReceiver(host, port))}</td><td>{@code receiverStream(Source.of("lines", () -> new
 * LinesReceiver(host, port)))}: a new object for each attempt</td></tr>
 * <tr><td>{@code onStart}, {@code onStop}, {@code store}, {@code restart}, {@code stop}, {@code reportError},
 * {@code isStopped}</td><td>the same</td></tr>
 * </table>
 */
public final class PortedSparkReceiver {
    private PortedSparkReceiver() {}

    // tag::ported-receiver
    /** Lines of text from a socket, stored one by one. */
    public static final class LinesReceiver extends PushReceiver<String> {
        private final String host;
        private final int port;

        public LinesReceiver(String host, int port) {
            this.host = host;
            this.port = port;
        }

        @Override
        public void onStart() {
            new Thread(this::receive, "lines receiver").start();
        }

        @Override
        public void onStop() {
            // The thread ends by itself when isStopped() says so.
        }

        private void receive() {
            try (Socket socket = new Socket(host, port);
                    BufferedReader reader = new BufferedReader(
                            new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))) {
                String line = reader.readLine();
                while (!isStopped() && line != null) {
                    store(line);
                    line = reader.readLine();
                }
                restart("the server ended the connection: connecting again");
            } catch (IOException e) {
                restart("no connection to " + host + ":" + port, e);
            } catch (RuntimeException e) {
                restart("cannot store what was received", e);
            }
        }
    }

    public static void main(String[] args) throws Exception {
        if (args.length != 2) {
            throw new IllegalArgumentException("usage: PortedSparkReceiver HOST PORT");
        }
        String host = args[0];
        int port = Integer.parseInt(args[1]);
        StreamingConf conf = new StreamingConf().setAppName("PortedSparkReceiver");
        try (StreamingContext ssc = new StreamingContext(conf, Durations.seconds(1))) {
            NetworkWordCount.count(ssc.receiverStream(
                            Source.of("lines", () -> new LinesReceiver(host, port)), StorageLevel.MEMORY_AND_DISK_2))
                    .print();
            ssc.start();
            ssc.awaitTermination();
        }
    }
    // end::ported-receiver
}
