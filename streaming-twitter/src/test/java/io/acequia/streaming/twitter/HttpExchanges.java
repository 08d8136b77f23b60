/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.twitter;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLDecoder;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** As much of HTTP/1.1 as a server needs that breaks off wherever a test wants it to. */
final class HttpExchanges {
    private HttpExchanges() {}

    /** What a client asked for; names of headers in lower case. */
    record Request(String method, String path, Map<String, String> query, Map<String, String> headers, String body) {
        /** What an HTML form says that was sent as the body. */
        Map<String, String> form() {
            return parameters(body);
        }

        String header(String name) {
            return headers.getOrDefault(name, "");
        }
    }

    /** An answer that is no stream. */
    record Answer(int status, Map<String, String> headers, String body) {
        static Answer of(int status, String body) {
            return new Answer(status, Map.of(), body);
        }

        byte[] bytes() {
            byte[] content = body.getBytes(UTF_8);
            StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " as the test says\r\n");
            headers.forEach((name, value) ->
                    head.append(name).append(": ").append(value).append("\r\n"));
            head.append("Content-Length: ").append(content.length).append("\r\n\r\n");
            return (head + body).getBytes(UTF_8);
        }
    }

    static Request read(InputStream in) throws IOException {
        String[] first = line(in).split(" ", -1);
        Map<String, String> headers = new TreeMap<>();
        for (String header = line(in); !header.isEmpty(); header = line(in)) {
            int colon = header.indexOf(':');
            headers.put(
                    header.substring(0, colon).toLowerCase(Locale.ROOT),
                    header.substring(colon + 1).strip());
        }
        byte[] body = in.readNBytes(Integer.parseInt(headers.getOrDefault("content-length", "0")));
        String[] target = first[1].split("\\?", 2);
        return new Request(
                first[0],
                target[0],
                target.length > 1 ? parameters(target[1]) : Map.of(),
                headers,
                new String(body, UTF_8));
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException("of a request");
            }
            line.write(next);
        }
        return line.toString(ISO_8859_1).strip();
    }

    private static Map<String, String> parameters(String text) {
        Map<String, String> all = new TreeMap<>();
        for (String pair : text.split("&")) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                all.put(decoded(pair.substring(0, equals)), decoded(pair.substring(equals + 1)));
            }
        }
        return all;
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, UTF_8);
    }

    /** One piece of a body without a known length. */
    static byte[] chunk(byte[] content) {
        ByteArrayOutputStream chunk = new ByteArrayOutputStream();
        chunk.writeBytes((Integer.toHexString(content.length) + "\r\n").getBytes(ISO_8859_1));
        chunk.writeBytes(content);
        chunk.writeBytes("\r\n".getBytes(ISO_8859_1));
        return chunk.toByteArray();
    }
}
