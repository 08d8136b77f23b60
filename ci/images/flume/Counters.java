/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.images.flume;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.flume.Context;
import org.apache.flume.instrumentation.MonitorService;
import org.apache.flume.instrumentation.util.JMXPollUtil;

/** Answers {@code GET /CHANNEL.c0/EventTakeSuccessCount}: Flume's own server of its counters listens on all addresses. */
public class Counters implements MonitorService {
    private HttpServer server;

    @Override
    public void configure(Context context) {}

    @Override
    public void start() {
        String port = System.getenv("COUNTERS_PORT");
        if (port == null) {
            return;
        }
        try {
            server = HttpServer.create(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(port)), 0);
        } catch (IOException e) {
            throw new IllegalStateException("no counters on port " + port, e);
        }
        server.createContext("/", Counters::answer);
        server.start();
    }

    private static void answer(HttpExchange asked) throws IOException {
        String[] path = asked.getRequestURI().getPath().split("/");
        Map<String, String> component = JMXPollUtil.getAllMBeans().get(path[1]);
        byte[] value = String.valueOf(component == null ? null : component.get(path[2]))
                .getBytes(StandardCharsets.UTF_8);
        asked.sendResponseHeaders(200, value.length);
        asked.getResponseBody().write(value);
        asked.close();
    }

    @Override
    public void stop() {
        if (server != null) {
            server.stop(0);
        }
    }
}
