/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.source;

import java.io.IOException;
import java.io.Serializable;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;

/**
 * A TCP address to connect to.
 *
 * @param host name or address, resolved at each connection attempt
 * @param port from 1 to 65535
 * @param timeout how long a connection attempt may take
 */
public record Endpoint(String host, int port, Duration timeout) implements Serializable {
    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);

    public Endpoint {
        if (host.isBlank()) {
            throw new IllegalArgumentException("ACQ-0608 host of a socket source is blank: give a name or an address");
        }
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException(
                    "ACQ-0609 port of the socket source at " + host + " = " + port + ": must be from 1 to 65535");
        }
        if (timeout.toMillis() < 1 || timeout.toMillis() > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("ACQ-0610 connection time-out of " + host + ":" + port + " = " + timeout
                    + ": must be from 1 ms to " + Integer.MAX_VALUE + " ms");
        }
    }

    /** With a time-out of 10 seconds. */
    public static Endpoint of(String host, int port) {
        return new Endpoint(host, port, DEFAULT_TIMEOUT);
    }

    /** Connects a new, unconnected socket; closing it from another thread ends the attempt. */
    void connect(Socket socket) throws IOException {
        try {
            socket.setKeepAlive(true);
            socket.connect(new InetSocketAddress(host, port), (int) timeout.toMillis());
        } catch (IOException e) {
            throw new IOException("ACQ-0611 cannot connect to " + this + ": " + e.getMessage(), e);
        }
    }

    /** {@code host:port}. */
    @Override
    public String toString() {
        return host + ":" + port;
    }
}
