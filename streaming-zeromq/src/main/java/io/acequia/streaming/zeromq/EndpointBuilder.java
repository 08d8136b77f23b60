/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.zeromq;

import io.acequia.streaming.data.ByteSize;
import io.acequia.streaming.data.Secret;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.zeromq.SocketType;

/** What both sources need to know of their endpoint. */
abstract class EndpointBuilder<B extends EndpointBuilder<B>> {
    private static final Pattern ADDRESS = Pattern.compile("tcp://(?:\\[[^\\]\\s]+\\]|[^:/\\s]+):(\\d{1,5})");
    /** What a PING can say of its time to live. */
    private static final Duration LONGEST_HEARTBEAT = Duration.ofSeconds(6_553);

    private static final Duration SHORTEST_HEARTBEAT = Duration.ofMillis(200);

    private @Nullable String name;
    private @Nullable String connectTo;
    private @Nullable String bindTo;
    private Endpoint.@Nullable Curve curve;
    private final List<String> refused = new ArrayList<>();
    private Duration connectTimeout = Duration.ofSeconds(10);
    private Duration heartbeatTimeout = Duration.ofSeconds(10);
    private int highWaterMark = 1_000;
    private ByteSize maxMessageSize = ByteSize.mebibytes(64);

    abstract B self();

    /** The name in logs and status. Default: made of the address. */
    public B name(String given) {
        name = given;
        return self();
    }

    /** The one peer to connect to, as {@code tcp://host:5556}. This or {@link #bind} is needed. */
    public B connect(String address) {
        connectTo = address;
        return self();
    }

    /** Where to wait for peers, as {@code tcp://0.0.0.0:5556}. */
    public B bind(String address) {
        bindTo = address;
        return self();
    }

    /**
     * Encrypts by CURVE, as its client. All keys have 40 characters, in Z85.
     *
     * @param serverKey public key of the peer; another peer is refused
     * @param publicKey ours
     * @param secretKey ours
     */
    public B curveClient(String serverKey, String publicKey, Secret secretKey) {
        return curve(new Endpoint.Curve(
                Objects.requireNonNull(serverKey, "serverKey"),
                Objects.requireNonNull(publicKey, "publicKey"),
                secretKey));
    }

    /**
     * Encrypts by CURVE, as its server. Lets in every client that knows our public key; where the peer must prove who it is, be
     * its client.
     *
     * @param secretKey ours, in Z85
     */
    public B curveServer(Secret secretKey) {
        return curve(new Endpoint.Curve(null, null, secretKey));
    }

    private B curve(Endpoint.Curve given) {
        if (curve != null) {
            refused.add("curveClient and curveServer: give one of them, once");
        }
        curve = given;
        return self();
    }

    /** How long connecting may take, with the handshake, before it fails to be tried again. Default: 10 s. */
    public B connectTimeout(Duration atMost) {
        connectTimeout = atMost;
        return self();
    }

    /**
     * How long nothing may come before the connection counts as broken. Peers are asked for a sign of life four times in this
     * while, which those of ZMTP 3.1 answer (libzmq 4.2 and later). 0 switches it off. Default: 10 s.
     */
    public B heartbeatTimeout(Duration atMost) {
        heartbeatTimeout = atMost;
        return self();
    }

    /** How many messages of each peer may wait for the receiver before its connection is held back. Default: 1000. */
    public B receiveHighWaterMark(int messages) {
        highWaterMark = messages;
        return self();
    }

    /** How long a frame may be: a longer one ends its connection, before it is read. Default: 64 MiB. */
    public B maxMessageSize(ByteSize atMost) {
        maxMessageSize = atMost;
        return self();
    }

    /** The endpoint, if nothing is wrong with it, nor with the rest. */
    Endpoint endpoint(SocketType type, List<String> others) {
        String address = connectTo != null ? connectTo : bindTo;
        String called = name != null ? name : "zeromq:" + address;
        List<String> wrong = problems();
        wrong.addAll(others);
        if (!wrong.isEmpty()) {
            throw new IllegalArgumentException("ACQ-2581 invalid ZeroMQ source '" + called + "' (" + wrong.size()
                    + (wrong.size() == 1 ? " problem" : " problems") + "):\n  " + String.join("\n  ", wrong));
        }
        return new Endpoint(
                called,
                type,
                Objects.requireNonNull(address),
                connectTo == null,
                curve,
                connectTimeout,
                heartbeatTimeout,
                highWaterMark,
                maxMessageSize.bytes());
    }

    private List<String> problems() {
        List<String> wrong = new ArrayList<>(refused);
        if ((connectTo == null) == (bindTo == null)) {
            wrong.add("connect = " + connectTo + ", bind = " + bindTo + ": give one of them");
        }
        checkAddress("connect", connectTo, wrong);
        checkAddress("bind", bindTo, wrong);
        if (curve != null) {
            curve.addProblems(wrong);
        }
        checkBetween("connectTimeout", connectTimeout, Duration.ofMillis(1), Duration.ofDays(1), wrong);
        if (!heartbeatTimeout.isZero()) {
            checkBetween("heartbeatTimeout", heartbeatTimeout, SHORTEST_HEARTBEAT, LONGEST_HEARTBEAT, wrong);
        }
        if (highWaterMark < 1) {
            wrong.add("receiveHighWaterMark = " + highWaterMark + ": must be at least 1");
        }
        if (maxMessageSize.bytes() < 1 || maxMessageSize.bytes() > Integer.MAX_VALUE) {
            wrong.add("maxMessageSize = " + maxMessageSize + ": must be from 1 byte to below 2 GiB");
        }
        return wrong;
    }

    private static void checkAddress(String what, @Nullable String address, List<String> wrong) {
        if (address == null) {
            return;
        }
        Matcher parts = ADDRESS.matcher(address);
        int port = parts.matches() ? Integer.parseInt(parts.group(1)) : 0;
        if (port < 1 || port > 65_535) {
            wrong.add(what + " = " + address + ": must be tcp://host:port, with a port from 1 to 65535");
        }
    }

    private static void checkBetween(String what, Duration value, Duration least, Duration most, List<String> wrong) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            wrong.add(what + " = " + value + ": must be from " + least + " to " + most);
        }
    }
}
