/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks.faults;

import io.acequia.streaming.data.ByteSize;
import io.acequia.streaming.data.Utf8;
import io.acequia.streaming.internal.source.Endpoint;
import io.acequia.streaming.internal.source.RawSocketSource;
import io.acequia.streaming.internal.source.SocketLineSource;
import io.acequia.streaming.receiver.Records;
import io.acequia.streaming.receiver.Source;
import io.acequia.streaming.receiver.UnreliableReceiver;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/** F32: a message that comes in two parts, cut at every byte, and byte by byte, through the socket sources of core. */
final class SplitRig {
    private static final int LONGEST = 1 << 16;
    private static final int RECORDS = 24;
    private static final Duration BRIEFLY = Duration.ofMillis(1);
    private static final int MOST_READS = 10_000;

    private SplitRig() {}

    static Figures run(RandomGenerator random) throws Exception {
        List<String> lines = lines(random);
        List<byte[]> frames = lines.stream()
                .map(line -> line.getBytes(StandardCharsets.UTF_8))
                .toList();
        byte[] asLines = (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
        byte[] asFrames = framed(frames);
        int n = asLines.length + asFrames.length;
        int equal = equal(asLines, lines, endpoint -> new SocketLineSource(endpoint, LONGEST), Utf8::toString)
                + equal(
                        asFrames,
                        lines,
                        endpoint -> new RawSocketSource(endpoint, new ByteSize(LONGEST)),
                        frame -> new String(frame, StandardCharsets.UTF_8));
        return new Figures("F32 input split at every byte")
                .count("n", n)
                .show("sources", 2)
                .must("equal", equal, n)
                .must("wrong", n - equal, 0);
    }

    /** Of one to four bytes a character, some empty, some long. */
    private static List<String> lines(RandomGenerator random) {
        String letters = "aZ9 ,äß€漢𝄞";
        int[] points = letters.codePoints().toArray();
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < RECORDS; i++) {
            StringBuilder line = new StringBuilder();
            for (int left = i % 5 == 0 ? 0 : random.nextInt(40); left > 0; left--) {
                line.appendCodePoint(points[random.nextInt(points.length)]);
            }
            lines.add(line.toString());
        }
        return lines;
    }

    private static byte[] framed(List<byte[]> frames) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] frame : frames) {
            out.writeBytes(
                    ByteBuffer.allocate(Integer.BYTES).putInt(frame.length).array());
            out.writeBytes(frame);
        }
        return out.toByteArray();
    }

    /** At how many places the message may be cut; once it comes byte by byte. */
    private static <T> int equal(
            byte[] message, List<String> expected, Function<Endpoint, Source<T>> source, Function<T, String> text)
            throws Exception {
        int equal = 0;
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                UnreliableReceiver<T> receiver = receiver(source.apply(
                        Endpoint.of(InetAddress.getLoopbackAddress().getHostAddress(), server.getLocalPort())))) {
            receiver.connect();
            try (Socket client = server.accept()) {
                client.setTcpNoDelay(true);
                OutputStream out = client.getOutputStream();
                for (int cut = 1; cut < message.length; cut++) {
                    List<T> read = new ArrayList<>();
                    out.write(message, 0, cut);
                    read.addAll(read(receiver).records());
                    out.write(message, cut, message.length - cut);
                    readUpTo(expected.size(), receiver, read);
                    equal += read.stream().map(text).toList().equals(expected) ? 1 : 0;
                }
                List<T> read = new ArrayList<>();
                for (byte one : message) {
                    out.write(one);
                    read.addAll(read(receiver).records());
                }
                readUpTo(expected.size(), receiver, read);
                equal += read.stream().map(text).toList().equals(expected) ? 1 : 0;
            }
        }
        return equal;
    }

    private static <T> UnreliableReceiver<T> receiver(Source<T> source) throws Exception {
        return (UnreliableReceiver<T>) source.newReceiver();
    }

    private static <T> Records<T> read(UnreliableReceiver<T> receiver) throws Exception {
        return receiver.read(MOST_READS, BRIEFLY);
    }

    private static <T> void readUpTo(int count, UnreliableReceiver<T> receiver, List<T> read) throws Exception {
        for (int reads = 0; read.size() < count && reads < MOST_READS; reads++) {
            read.addAll(read(receiver).records());
        }
    }
}
