/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.acequia.streaming.DStream;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.data.Secret;
import io.acequia.streaming.twitter.XFilteredStreamSource;
import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Iterator;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;

/**
 * A filtered stream of X, from a server in this process that sends posts as fast as they are taken: the client by hand is that of the
 * JDK, and reads each line into a tree.
 */
final class TwitterPair implements ClientPair {
    private static final Secret TOKEN = Secret.of("bench");

    private final ServerSocket server;
    private final ExecutorService sender = Executors.newSingleThreadExecutor();

    private TwitterPair(ServerSocket server) {
        this.server = server;
    }

    static TwitterPair start() throws IOException {
        return new TwitterPair(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
    }

    @Override
    public String name() {
        return "filtered stream, texts of";
    }

    private String url() {
        return "http://127.0.0.1:" + server.getLocalPort();
    }

    @Override
    public void fill(int messages, int bytes) {
        String text = "x".repeat(bytes);
        sender.execute(() -> {
            try (Socket client = server.accept()) {
                BufferedReader request = new BufferedReader(new InputStreamReader(client.getInputStream(), UTF_8));
                while (!request.readLine().isEmpty()) {
                    // the headers say nothing that is needed
                }
                OutputStream out = new BufferedOutputStream(client.getOutputStream(), 1 << 16);
                out.write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
                        .getBytes(UTF_8));
                for (int i = 1; i <= messages; i++) {
                    byte[] line = post(i, text).getBytes(UTF_8);
                    out.write((Integer.toHexString(line.length) + "\r\n").getBytes(UTF_8));
                    out.write(line);
                    out.write("\r\n".getBytes(UTF_8));
                }
                out.flush();
                request.read(); // until the client goes
            } catch (IOException e) {
                // it has gone
            }
        });
    }

    private static String post(long id, String text) {
        return "{\"data\":{\"author_id\":\"7\",\"created_at\":\"2026-11-22T07:00:00.000Z\",\"entities\":{\"hashtags\":"
                + "[{\"start\":0,\"end\":5,\"tag\":\"agua\"}]},\"id\":\"" + id + "\",\"lang\":\"es\",\"text\":\"" + text
                + "\"},\"includes\":{\"users\":[{\"id\":\"7\",\"name\":\"The Ditch\",\"username\":\"ditch\"}]},"
                + "\"matching_rules\":[{\"id\":\"11\",\"tag\":\"water\"}]}\r\n";
    }

    @Override
    public DStream<Integer> lengths(StreamingContext context) {
        XFilteredStreamSource source = XFilteredStreamSource.builder()
                .baseUrl(url())
                .bearerToken(TOKEN)
                .build();
        return context.receiverStream(source).map(post -> post.text().length());
    }

    @Override
    public boolean acknowledges() {
        return false;
    }

    @Override
    public Tally readByHand(int messages, Runnable all) throws Exception {
        ObjectMapper json = new ObjectMapper();
        HttpRequest request = HttpRequest.newBuilder(URI.create(url() + "/2/tweets/search/stream"))
                .header("Authorization", "Bearer " + TOKEN.expose())
                .build();
        long length = 0;
        try (Stream<String> lines = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .build()
                .send(request, BodyHandlers.ofLines())
                .body()) {
            Iterator<String> each = lines.iterator();
            for (int i = 0; i < messages; i++) {
                length += json.readTree(each.next())
                        .path("data")
                        .path("text")
                        .asText()
                        .length();
            }
            all.run();
        }
        return new Tally(messages, length, 0);
    }

    @Override
    public void close() {
        sender.shutdownNow();
        try {
            server.close();
        } catch (IOException e) {
            // it is gone either way
        }
    }
}
