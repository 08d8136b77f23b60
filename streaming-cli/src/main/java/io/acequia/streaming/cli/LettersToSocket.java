/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import io.acequia.streaming.data.Durations;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A server for one client, since a socket source is one: it is sent the letters and then the end of the stream. They count as
 * taken when the client has closed its side after that; one that breaks off or does not close may not have read them all.
 */
final class LettersToSocket implements ReplayCommand.Delivery {
    private static final Pattern FORM = Pattern.compile("(?:(.+):)?(\\d{1,5})");
    private static final Duration CLOSES_WITHIN = Duration.ofSeconds(30);

    private final String host;
    private final int port;
    private final Duration closesWithin;
    private final PrintWriter to;

    private LettersToSocket(String host, int port, Duration closesWithin, PrintWriter to) {
        this.host = host;
        this.port = port;
        this.closesWithin = closesWithin;
        this.to = to;
    }

    /**
     * A server at {@code [HOST:]PORT}, on the loopback address unless a host is given.
     *
     * @param to is told when it listens
     */
    static LettersToSocket parse(String address, PrintWriter to) {
        return parse(address, CLOSES_WITHIN, to);
    }

    static LettersToSocket parse(String address, Duration closesWithin, PrintWriter to) {
        Matcher form = FORM.matcher(address);
        if (!form.matches() || Integer.parseInt(form.group(2)) > 65_535) {
            throw new IllegalArgumentException(
                    "ACQ-2226 --listen " + address + ": give a port from 0 to 65535, or HOST:PORT");
        }
        String host = form.group(1) == null ? "127.0.0.1" : form.group(1);
        return new LettersToSocket(host, Integer.parseInt(form.group(2)), closesWithin, to);
    }

    @Override
    public void deliver(ReplayCommand.Content content) throws IOException {
        try (ServerSocket server = new ServerSocket()) {
            server.bind(new InetSocketAddress(InetAddress.getByName(host), port));
            to.println("waiting on " + host + ":" + server.getLocalPort() + " for a source to connect");
            try (Socket client = server.accept()) {
                content.writeTo(client.getOutputStream());
                client.shutdownOutput();
                awaitClose(client);
            }
        }
    }

    private void awaitClose(Socket client) throws IOException {
        client.setSoTimeout((int) closesWithin.toMillis());
        InputStream in = client.getInputStream();
        try {
            for (int b = in.read(); b >= 0; b = in.read()) {
                // a source sends nothing that matters
            }
        } catch (SocketTimeoutException e) {
            throw new IOException(
                    "ACQ-2227 the source has not closed its side within " + Durations.text(closesWithin)
                            + ": it may not have read all letters, and they are kept",
                    e);
        }
    }
}
