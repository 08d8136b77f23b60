/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.flume.sink;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Speaks to a sink as a source does, one word after the other. */
final class Client implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 20_000;
    private static final int MOST_BYTES = 1 << 20;

    private final Socket socket;
    private final DataInputStream in;
    private final DataOutputStream out;

    Client(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(PATIENCE_MILLIS);
        in = new DataInputStream(socket.getInputStream());
        out = new DataOutputStream(socket.getOutputStream());
    }

    /** A client that was greeted. */
    static Client greeted(int port) throws IOException {
        Client client = new Client(port);
        client.out.writeInt(Wire.HELLO);
        if (client.in.readInt() != Wire.HELLO) {
            throw new AssertionError("no hello");
        }
        client.in.readInt();
        return client;
    }

    void say(int type, int... numbers) throws IOException {
        out.writeByte(type);
        for (int each : numbers) {
            out.writeInt(each);
        }
    }

    void sayInt(int number) throws IOException {
        out.writeInt(number);
    }

    /** Says that it is there; gives false. */
    boolean isThere() {
        try {
            say(Wire.PING);
        } catch (IOException e) {
            // it was disconnected
        }
        return false;
    }

    /** Waits long for events, which come again when what had them is through with that. */
    void take(int id, int mostEvents) throws IOException {
        say(Wire.TAKE, id, mostEvents, MOST_BYTES, 20_000);
    }

    void takeAtOnce(int id, int mostEvents) throws IOException {
        say(Wire.TAKE, id, mostEvents, MOST_BYTES, 100);
    }

    /** Of the next frame, which must be of this kind. */
    int next(int type) throws IOException {
        int said = in.readUnsignedByte();
        if (said != type) {
            throw new AssertionError("a frame of kind " + said + ", not " + type);
        }
        return type == Wire.PONG ? 0 : in.readInt();
    }

    /** The events that come next, as their bodies with their headers. */
    Map<String, Map<String, String>> events(int id) throws IOException {
        if (next(Wire.EVENTS) != id) {
            throw new AssertionError("events of another transaction");
        }
        in.readInt();
        Map<String, Map<String, String>> events = new LinkedHashMap<>();
        for (int left = in.readInt(); left > 0; left--) {
            Map<String, String> headers = new LinkedHashMap<>();
            for (int more = in.readInt(); more > 0; more--) {
                headers.put(text(), text());
            }
            events.put(text(), headers);
        }
        return events;
    }

    List<String> bodies(int id) throws IOException {
        return new ArrayList<>(events(id).keySet());
    }

    String text() throws IOException {
        byte[] bytes = new byte[in.readInt()];
        in.readFully(bytes);
        return new String(bytes, UTF_8);
    }

    /** Whether the sink has ended it. */
    boolean isEnded() throws IOException {
        try {
            return in.read() < 0;
        } catch (SocketException e) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
