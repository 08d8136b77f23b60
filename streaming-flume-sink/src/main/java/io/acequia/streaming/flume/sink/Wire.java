/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.flume.sink;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.flume.Event;

/**
 * What is said between the sink and the client, in big-endian order. First both say {@link #HELLO}, the sink adds its transaction
 * time-out in milliseconds. Then the client sends:
 *
 * <pre>
 * TAKE int id, int mostEvents, int mostBytes, int waitMillis    answered by EVENTS, perhaps with none, or by FAILED
 * ACK  int id                                                    the events of that transaction are safe
 * NACK int id                                                    they are not
 * PING                                                           answered by PONG, also while a take waits
 * </pre>
 *
 * <p>and the sink:
 *
 * <pre>
 * EVENTS int id, int bytes, int count, then each: int headers, then each: text key, text value; int length, body
 * GONE   int id              the transaction is open no more: what it gave comes again
 * FAILED int id, text why    the channel threw; what it gave comes again
 * PONG
 * </pre>
 *
 * <p>where a text is an int, the number of bytes, and UTF-8. The id is chosen by the client, a new one for each take. Nothing is
 * open after EVENTS without events.
 */
final class Wire {
    static final int HELLO = 0x41435131;
    static final int TAKE = 1;
    static final int ACK = 2;
    static final int NACK = 3;
    static final int PING = 4;
    static final int EVENTS = 5;
    static final int GONE = 6;
    static final int FAILED = 7;
    static final int PONG = 8;

    private static final byte[] NOTHING = {};

    private Wire() {}

    static byte[] pong() {
        return new byte[] {PONG};
    }

    static byte[] gone(int id) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        header(bytes, GONE, id);
        return bytes.toByteArray();
    }

    static byte[] failed(int id, String why) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        text(header(bytes, FAILED, id), why);
        return bytes.toByteArray();
    }

    static byte[] events(int id, List<Event> events) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream(Math.max(64, size(events)));
        DataOutputStream out = new DataOutputStream(body);
        out.writeInt(events.size());
        for (Event event : events) {
            Map<String, String> headers = event.getHeaders();
            out.writeInt(headers == null ? 0 : headers.size());
            if (headers != null) {
                for (Map.Entry<String, String> each : headers.entrySet()) {
                    text(out, each.getKey());
                    text(out, each.getValue());
                }
            }
            bytes(out, event.getBody());
        }
        ByteArrayOutputStream frame = new ByteArrayOutputStream(body.size() + 9);
        header(frame, EVENTS, id).writeInt(body.size());
        body.writeTo(frame);
        return frame.toByteArray();
    }

    private static int size(List<Event> events) {
        int size = 4;
        for (Event event : events) {
            size += size(event);
        }
        return size;
    }

    /** About so many bytes, exactly for ASCII. */
    static int size(Event event) {
        byte[] body = event.getBody();
        int size = 8 + (body == null ? 0 : body.length);
        Map<String, String> headers = event.getHeaders();
        if (headers != null) {
            for (Map.Entry<String, String> each : headers.entrySet()) {
                size += 8 + length(each.getKey()) + length(each.getValue());
            }
        }
        return size;
    }

    private static int length(String text) {
        return text == null ? 0 : text.length();
    }

    private static DataOutputStream header(ByteArrayOutputStream bytes, int type, int id) throws IOException {
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeByte(type);
        out.writeInt(id);
        return out;
    }

    /** Null, which a header may be, becomes the empty text. */
    private static void text(DataOutputStream out, String text) throws IOException {
        bytes(out, text == null ? null : text.getBytes(StandardCharsets.UTF_8));
    }

    private static void bytes(DataOutputStream out, byte[] bytes) throws IOException {
        byte[] some = bytes == null ? NOTHING : bytes;
        out.writeInt(some.length);
        out.write(some);
    }
}
