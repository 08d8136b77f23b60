/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.mqtt;

import io.acequia.streaming.BatchSink;
import io.acequia.streaming.Output;
import io.acequia.streaming.data.StreamClock;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Publishes each partition of each batch with QoS 1, at least once: it is committed when the broker has acknowledged every message.
 * What is not acknowledged fails the output, so that the batch is repeated; what was acknowledged is published again then.
 *
 * <pre>{@code
 * alarms.map(alarm -> MqttMessage.of("alarms/" + alarm.meter(), alarm.text()))
 *         .writeTo(MqttSink.builder(MqttBroker.at("tcp://localhost:1883")).build());
 * }</pre>
 *
 * <p>A writer holds its partition in memory until the commit, so that nothing is published of a partition that fails before.
 * A connection is made for each commit. MQTT has no transactions: who subscribes sees the messages of a partition one by one, and
 * after a failure some of them twice.
 *
 * <p>Thread: immutable; writers are for one thread. Order: within a partition as in the batch, as long as no connection breaks.
 */
public final class MqttSink implements BatchSink<MqttMessage> {
    private final MqttBroker broker;
    private final int maxInflight;

    private MqttSink(Builder builder) {
        this.broker = builder.broker;
        this.maxInflight = builder.maxInflight;
    }

    /** Begins a sink. */
    public static Builder builder(MqttBroker broker) {
        return new Builder(broker);
    }

    /** False: a broker does not remember what was published. */
    @Override
    public boolean alreadyCommitted(Output.Key key) {
        return false;
    }

    @Override
    public Writer<MqttMessage> open(Output.Key key) {
        return new Publisher(key);
    }

    @Override
    public String toString() {
        return "sink to MQTT at " + broker;
    }

    /** What a sink needs to know. Not for several threads. */
    public static final class Builder {
        private final MqttBroker broker;
        private int maxInflight = 100;

        private Builder(MqttBroker broker) {
            this.broker = Objects.requireNonNull(broker, "broker");
        }

        /** How many messages are published before the first is acknowledged, unless the broker wants less. Default: 100. */
        public Builder maxInflight(int messages) {
            maxInflight = messages;
            return this;
        }

        /** Makes the sink; refuses all that is wrong at once. Does not connect. */
        public MqttSink build() {
            List<String> wrong = broker.problems();
            MqttSource.Builder.checkInflight(maxInflight, wrong);
            MqttSource.Builder.refuse("ACQ-2551 invalid MQTT sink", wrong);
            return new MqttSink(this);
        }
    }

    /** One partition. What the broker has is not published again by the same writer. */
    private final class Publisher implements Writer<MqttMessage> {
        private final Output.Key key;
        private List<MqttMessage> waiting = new ArrayList<>();

        Publisher(Output.Key key) {
            this.key = key;
        }

        @Override
        public void write(MqttMessage message) {
            if (!Filter.isTopic(message.topic())) {
                throw new IllegalArgumentException("ACQ-2565 no message can be published to the topic '"
                        + message.topic() + "': it must have 1 to 65535 bytes, and neither + nor #");
            }
            waiting.add(message);
        }

        /** Connects anew as long as the broker takes something each time. */
        @Override
        public void commit() throws Exception {
            while (!waiting.isEmpty()) {
                Attempt attempt = new Attempt(waiting);
                Exception failure = null;
                try {
                    attempt.run();
                } catch (InterruptedException e) {
                    throw e;
                } catch (Exception e) {
                    failure = e;
                }
                List<MqttMessage> left = attempt.left();
                if (left.size() == waiting.size()) {
                    throw new IOException(
                            "ACQ-2566 " + left.size() + " messages of " + key + " are not acknowledged: "
                                    + (failure == null ? attempt.refusal : failure.getMessage())
                                    + ": the batch is tried again as its output says",
                            failure);
                }
                waiting = left;
            }
        }

        @Override
        public void abort() {
            waiting.clear();
        }

        @Override
        public void close() {
            waiting.clear();
        }
    }

    /** One connection, and what the broker takes by it. */
    private final class Attempt {
        private final List<MqttMessage> messages;
        private final Set<Integer> taken = ConcurrentHashMap.newKeySet();
        private volatile @Nullable String refusal;

        Attempt(List<MqttMessage> messages) {
            this.messages = messages;
        }

        List<MqttMessage> left() {
            return IntStream.range(0, messages.size())
                    .filter(i -> !taken.contains(i))
                    .mapToObj(messages::get)
                    .collect(Collectors.toCollection(ArrayList::new));
        }

        void run() throws Exception {
            Client.Session session = new Client.Session(MqttSource.randomId("acequia"), true, 0, maxInflight, null);
            try (Link link = new Link(broker, session, new Client.Events() {}, StreamClock.system())) {
                link.open();
                int window = link.client().window();
                if (window == 0) {
                    throw new IOException("ACQ-2567 the broker at " + broker
                            + " takes messages of QoS 0 only, which it may lose: allow QoS 1 there");
                }
                Semaphore room = new Semaphore(window);
                for (int i = 0; i < messages.size(); i++) {
                    int index = i;
                    await(link, room, 1);
                    link.client().publish(messages.get(i), refused -> {
                        if (refused == null) {
                            taken.add(index);
                        } else {
                            refusal = refused;
                        }
                        room.release();
                    });
                }
                await(link, room, window);
            }
        }

        private static void await(Link link, Semaphore room, int permits) throws Exception {
            while (!room.tryAcquire(permits, link.look().toMillis(), TimeUnit.MILLISECONDS)) {
                link.check();
                link.refuseWhenLost();
            }
        }
    }
}
