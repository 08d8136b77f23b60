/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.twitter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class StreamServerTest {
    /** More than the network holds of a client that does not read. */
    private static final int TOO_MUCH = 64 * 1024 * 1024;

    private static final String REQUEST =
            "GET /2/tweets/search/stream HTTP/1.1\r\nAuthorization: Bearer " + Logins.BEARER.expose() + "\r\n\r\n";

    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void diesWhileAClientHoldsUpWhatItIsSent() throws Exception {
        try (StreamServer server = new StreamServer();
                Socket client = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            client.getOutputStream().write(REQUEST.getBytes(UTF_8));
            Thread sender = new Thread(() -> send(server));
            sender.start();
            InputStream in = client.getInputStream();
            for (int next = in.read(); next != 'x'; next = in.read()) {
                assertThat(next).isNotNegative();
            }
            server.kill();
            server.awaitStreams(0);
            sender.interrupt();
            sender.join();
        }
    }

    private static void send(StreamServer server) {
        try {
            server.send("x".repeat(TOO_MUCH));
        } catch (InterruptedException e) {
            // nobody is left whom it could reach
        }
    }
}
