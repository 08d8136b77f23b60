/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.mqtt;

import io.acequia.streaming.data.ByteSize;
import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.receiver.Receiver;
import io.acequia.streaming.receiver.Source;
import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Topics of an MQTT broker. With a filter of QoS 1 the receiver is reliable: the broker keeps a session for the client id, a message is
 * acknowledged when it is safe, and what was not acknowledged comes again. With QoS 0 alone it is unreliable.
 *
 * <pre>{@code
 * var meters = MqttSource.builder(MqttBroker.at("tcp://localhost:1883"))
 *         .clientId("billing")
 *         .subscribe("meters/+/power", 1)
 *         .build();
 * context.receiverStream(meters).map(MqttMessage::text).print();
 * }</pre>
 *
 * <p>Guarantee: at least once for what is published with QoS 1 or 2 and subscribed to with 1; otherwise at most once. Two
 * receivers with one client id take the session from each other for ever: give each a source with an id of its own, and let them
 * share by {@code $share/group/filter} where the broker can.
 *
 * <p>Thread: safe for any. Order: of each publisher, as the broker gives it.
 */
public final class MqttSource implements Source<MqttMessage> {
    private static final long NEVER = 0xFFFF_FFFFL;

    final Settings settings;
    /** Whether a receiver of this object has. */
    transient volatile boolean hasSubscribed;

    private MqttSource(Settings settings) {
        this.settings = settings;
    }

    record Settings(
            String name,
            MqttBroker broker,
            @Nullable String clientId,
            List<Filter> filters,
            @Nullable MqttMessage will,
            Duration sessionExpiry,
            int maxInflight,
            ByteSize maxPayload)
            implements Serializable {}

    /** Begins a source. */
    public static Builder builder(MqttBroker broker) {
        return new Builder(broker);
    }

    @Override
    public String name() {
        return settings.name;
    }

    @Override
    public Receiver<MqttMessage> newReceiver() {
        MqttReceiver receiver = new MqttReceiver(this, StreamClock.system());
        return isReliable() ? receiver : new MqttReceiver.Unreliable(receiver);
    }

    /**
     * Removes the session that the broker keeps for the client id, with the subscriptions and all messages that wait: after a change of
     * filters, or when the source is not needed any more. No receiver may be connected.
     *
     * <p>Thread: any. Blocking: as connecting does. Failure: as connecting does.
     */
    public void removeSession() throws Exception {
        Client.Session gone = new Client.Session(session().clientId(), true, 0, settings.maxInflight, null);
        try (Link link = new Link(settings.broker, gone, new Client.Events() {}, StreamClock.system())) {
            link.open();
        }
    }

    boolean isReliable() {
        return settings.filters.stream().anyMatch(each -> each.qos() > 0);
    }

    Client.Session session() {
        return new Client.Session(
                settings.clientId == null ? randomId("acequia") : settings.clientId,
                !isReliable(),
                isReliable() ? Math.min(settings.sessionExpiry.toSeconds(), NEVER) : 0,
                settings.maxInflight,
                settings.will);
    }

    /** As long as every broker takes, when the prefix is not longer than this one. */
    static String randomId(String prefix) {
        return prefix + UUID.randomUUID().toString().replace("-", "").substring(16);
    }

    @Override
    public String toString() {
        return settings.name + " of client '" + settings.clientId + "' at " + settings.broker;
    }

    /** What a source needs to know. Not for several threads. */
    public static final class Builder {
        private static final Duration DAY = Duration.ofDays(1);

        private final MqttBroker broker;
        private final List<Filter> filters = new ArrayList<>();
        private @Nullable String name;
        private @Nullable String clientId;
        private @Nullable MqttMessage will;
        private @Nullable Duration sessionExpiry;
        private int maxInflight = 1_000;
        private ByteSize maxPayload = ByteSize.mebibytes(1);

        private Builder(MqttBroker broker) {
            this.broker = Objects.requireNonNull(broker, "broker");
        }

        /** The name in logs and status. Default: made of the filters. */
        public Builder name(String given) {
            name = given;
            return this;
        }

        /**
         * The name of the session, which no other client of the broker has, and which stays the same. Needed for QoS 1;
         * otherwise a new one for each connection.
         */
        public Builder clientId(String id) {
            clientId = id;
            return this;
        }

        /**
         * Subscribes to a filter, as {@code meters/+/power}, {@code meters/#} or {@code $share/group/meters/#}; several are given one
         * by one.
         *
         * @param qos 0 or 1
         */
        public Builder subscribe(String filter, int qos) {
            filters.add(new Filter(filter, qos));
            return this;
        }

        /** What the broker publishes when the connection breaks. Default: nothing. */
        public Builder will(MqttMessage message) {
            will = message;
            return this;
        }

        /** How long the broker keeps the session without a receiver; version 5 only. Default there: a day. */
        public Builder sessionExpiry(Duration seconds) {
            sessionExpiry = seconds;
            return this;
        }

        /**
         * How many messages may be here without being read. At least what the broker sends without an acknowledgement, which
         * version 5 is told; a line that has to wait for longer than twice the keep-alive breaks. Default: 1000.
         */
        public Builder maxInflight(int messages) {
            maxInflight = messages;
            return this;
        }

        /** The largest payload that is taken; larger ones are rejected, and acknowledged as others are. Default: 1 MiB. */
        public Builder maxPayload(ByteSize largest) {
            maxPayload = largest;
            return this;
        }

        /** Makes the source; refuses all that is wrong at once. Does not connect. */
        public MqttSource build() {
            String called = name != null
                    ? name
                    : "mqtt:" + filters.stream().map(Filter::topics).collect(Collectors.joining(","));
            refuse("ACQ-2550 invalid MQTT source '" + called + "'", problems());
            return new MqttSource(new Settings(
                    called,
                    broker,
                    clientId,
                    List.copyOf(filters),
                    will,
                    sessionExpiry == null ? DAY : sessionExpiry,
                    maxInflight,
                    maxPayload));
        }

        static void refuse(String what, List<String> wrong) {
            if (!wrong.isEmpty()) {
                throw new IllegalArgumentException(what + " (" + wrong.size()
                        + (wrong.size() == 1 ? " problem" : " problems") + "):\n  " + String.join("\n  ", wrong));
            }
        }

        private List<String> problems() {
            List<String> wrong = broker.problems();
            if (filters.isEmpty()) {
                wrong.add("subscribe: at least one filter must be given");
            }
            Set<String> seen = new HashSet<>();
            for (Filter each : filters) {
                String problem = each.problem();
                if (problem == null && !seen.add(each.topics())) {
                    problem = "subscribe('" + each.topics() + "'): is given twice";
                }
                if (problem != null) {
                    wrong.add(problem);
                }
            }
            boolean reliable = filters.stream().anyMatch(each -> each.qos() > 0);
            if (clientId == null ? reliable : clientId.isBlank()) {
                wrong.add("clientId: must be given for QoS 1, as the broker keeps the messages by it");
            }
            if (will != null && (!Filter.isTopic(will.topic()) || will.qos() < 0 || will.qos() > 2)) {
                wrong.add("will(" + will + "): must have a topic without wildcards, and a QoS from 0 to 2");
            }
            if (sessionExpiry != null && (broker.version() != MqttBroker.Version.V5 || sessionExpiry.toSeconds() < 1)) {
                wrong.add("sessionExpiry = " + sessionExpiry + ": must be at least a second, and is for version 5; with"
                        + " 3.1.1 the broker's own setting decides");
            }
            checkInflight(maxInflight, wrong);
            return wrong;
        }

        static void checkInflight(int messages, List<String> wrong) {
            if (messages < 1 || messages > 65_535) {
                wrong.add("maxInflight = " + messages + ": must be from 1 to 65535");
            }
        }
    }
}
