/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.mqtt;

import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.mqtt.Client.Events;
import io.acequia.streaming.mqtt.Client.Session;
import io.acequia.streaming.receiver.ReceiverDisconnectedException;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.jspecify.annotations.Nullable;

/**
 * A connection to one of the URIs of a broker, which is never made again: when it breaks, it stays so.
 *
 * <p><b>Threads.</b> For one thread; {@link Events} come on the client's. It has no thread that pings: who holds it calls
 * {@link #check()} often, which does that.
 *
 * <p><b>Dead lines.</b> When nothing has come for a keep-alive, a ping is sent at the next look, and when nothing has come after
 * four fifths of a keep-alive more, the connection is lost. Looks are a twentieth of a keep-alive apart. So a line that is
 * dead is noticed within twice the keep-alive, if only {@code check} is called as often. Paho's own timer takes up to three.
 */
final class Link implements AutoCloseable, Events {
    private static final System.Logger LOG = System.getLogger(MqttSource.class.getName());
    private static final int SILENT = MqttException.REASON_CODE_CLIENT_TIMEOUT;
    private static final int TAKEN_OVER = 0x8E;

    private final MqttBroker broker;
    private final Session session;
    private final Events events;
    private final StreamClock clock;
    private final Duration look;
    private @Nullable Client client;
    private String uri = "";
    private long lookedAt;
    private long pingedAt;
    private boolean pinged;
    private volatile boolean answered;
    private volatile @Nullable Lost lost;
    private volatile boolean closed;

    private record Lost(int code, @Nullable Throwable cause) {}

    Link(MqttBroker broker, Session session, Events events, StreamClock clock) {
        this.broker = broker;
        this.session = session;
        this.events = events;
        this.clock = clock;
        this.look = broker.keepAlive().dividedBy(20);
    }

    /** Connects to the first URI that works; tells whether the broker has kept the session. */
    boolean open() throws IOException, InterruptedException {
        List<String> uris = broker.uris();
        for (String each : uris.subList(0, uris.size() - 1)) {
            try {
                return open(each);
            } catch (IOException e) {
                LOG.log(System.Logger.Level.WARNING, "{0}; the next one is tried", e.getMessage());
            }
        }
        return open(uris.get(uris.size() - 1));
    }

    private boolean open(String at) throws IOException, InterruptedException {
        Client made = null;
        try {
            uri = at;
            lost = null;
            // Now, as a name that takes long would let the client connect when its time is over.
            InetAddress.getByName(URI.create(at).getHost());
            made = broker.version() == MqttBroker.Version.V5
                    ? new Client5(at, broker, session, this)
                    : new Client3(at, broker, session, this);
            boolean kept = made.connect();
            client = made;
            lookedAt = clock.nanoTime();
            return kept;
        } catch (Exception e) {
            end(made);
            throw failed(e);
        }
    }

    private IOException failed(Exception e) throws InterruptedException {
        if (causes(e).anyMatch(InterruptedException.class::isInstance)) {
            throw new InterruptedException("while waiting for a broker");
        }
        if (e instanceof IOException told && String.valueOf(e.getMessage()).startsWith("ACQ-")) {
            return told;
        }
        int code = code(e);
        String who = "'" + session.clientId() + "' at " + uri + ": ";
        if (code > 0 && code < 256) {
            return new IOException(
                    "ACQ-2553 the broker refuses client " + who + e.getMessage() + " (" + code
                            + "): look at login(..), the client id, the version and the broker's rules",
                    e);
        }
        String why = causes(e)
                .reduce((outer, inner) -> inner)
                .map(Throwable::toString)
                .orElse("");
        if (causes(e).anyMatch(each -> each instanceof SSLException || each instanceof CertificateException)) {
            return new IOException(
                    "ACQ-2554 no TLS for client " + who + why
                            + ": look at trustStore(..), keyStore(..) and the names in the broker's certificate",
                    e);
        }
        return new IOException(
                "ACQ-2552 no connection for client " + who
                        + (code == SILENT ? "no answer within " + broker.connectTimeout() : why)
                        + ": look whether the broker listens there; connectTimeout(..) says how long to wait",
                e);
    }

    private static Stream<Throwable> causes(Throwable e) {
        return Stream.iterate(e, Objects::nonNull, Throwable::getCause);
    }

    /** That of a client of either version; 0 for what is not theirs. */
    static int code(Throwable e) {
        if (e instanceof MqttException three) {
            return three.getReasonCode();
        }
        return e instanceof org.eclipse.paho.mqttv5.common.MqttException five ? five.getReasonCode() : 0;
    }

    /**
     * Waits for the broker's answer, which may stand behind many messages.
     *
     * @param arriving makes room for them; tells whether some have come
     */
    void subscribe(List<Filter> filters, Callable<Boolean> arriving) throws Exception {
        Callable<int @Nullable []> answer = client().subscribe(filters);
        long heardAt = clock.nanoTime();
        int[] granted = answer.call();
        while (granted == null) {
            check();
            // A broker may answer and end the connection at once: then the end is told by the next read.
            boolean over = lost != null;
            granted = answer.call();
            if (granted != null) {
                break;
            }
            if (over) {
                refuseWhenLost();
            }
            if (arriving.call()) {
                heardAt = clock.nanoTime();
            } else if (clock.nanoTime() - heardAt > broker.connectTimeout().toNanos()) {
                throw new IOException(
                        "ACQ-2556 no answer to the subscription of client '" + session.clientId() + "' at " + uri
                                + " within " + broker.connectTimeout() + ": look at the broker and at the filters");
            }
        }
        for (int i = 0; i < granted.length; i++) {
            Filter filter = filters.get(i);
            if (granted[i] > 2) {
                throw new IOException("ACQ-2557 the broker at " + uri + " refuses client '" + session.clientId()
                        + "' the filter '" + filter.topics() + "' (code " + granted[i]
                        + "): look at its rules, and whether it has shared subscriptions");
            }
            if (granted[i] < filter.qos()) {
                throw new IOException("ACQ-2558 the broker at " + uri + " grants QoS " + granted[i]
                        + " for the filter '"
                        + filter.topics() + "' where " + filter.qos() + " is asked for: allow more there (max_qos),"
                        + " or subscribe with 0, where messages may be lost");
            }
        }
    }

    /** Called often: keeps the connection alive, and finds out whether it is. */
    void check() throws Exception {
        long now = clock.nanoTime();
        if (lost != null || now - lookedAt < look.toNanos()) {
            return;
        }
        lookedAt = now;
        // A second look before the answer can be there makes Paho give up.
        if (pinged && !answered && now - pingedAt < 16 * look.toNanos()) {
            return;
        }
        answered = false;
        pinged = client().ping(() -> answered = true);
        pingedAt = now;
    }

    /** How often {@link #check} wants to be called. */
    Duration look() {
        return look;
    }

    void refuseWhenLost() throws ReceiverDisconnectedException {
        Lost why = lost;
        if (why == null) {
            return;
        }
        String whose = "client '" + session.clientId() + "' to " + uri;
        if (why.code == TAKEN_OVER) {
            throw new ReceiverDisconnectedException("ACQ-2560 another client has taken the connection of " + whose
                    + " by using the same id: give each receiver an id of its own");
        }
        throw new ReceiverDisconnectedException(
                "ACQ-2559 the connection of " + whose + " is lost: " + text(why), why.cause);
    }

    private String text(Lost why) {
        if (why.code == SILENT) {
            return "no answer, not even to a ping, within twice keepAlive = " + broker.keepAlive();
        }
        Optional<Throwable> innermost =
                why.cause == null ? Optional.empty() : causes(why.cause).reduce((outer, inner) -> inner);
        if (innermost.filter(EOFException.class::isInstance).isPresent()) {
            return "the broker has closed it; if that goes on, another client uses the same id: each receiver needs"
                    + " its own";
        }
        return innermost.map(Throwable::toString).orElse("the broker has ended it") + " (code " + why.code + ")";
    }

    /** Whether nothing that is told to the broker can reach it any more. */
    boolean isOver() {
        return closed || lost != null;
    }

    Client client() {
        return Objects.requireNonNull(client, "not connected");
    }

    @Override
    public void close() {
        closed = true;
        end(client);
    }

    private static void end(@Nullable Client client) {
        try {
            if (client != null) {
                client.close();
            }
        } catch (Exception e) {
            // The end of the connection tells the broker.
        }
    }

    @Override
    public void arrived(int id, MqttMessage message) throws InterruptedException {
        events.arrived(id, message);
    }

    @Override
    public void lost(int code, @Nullable Throwable cause) {
        lost = new Lost(code, cause);
        events.lost(code, cause);
    }
}
