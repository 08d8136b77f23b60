/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.mqtt;

import io.acequia.streaming.testkit.ExternalSystem;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A channel that is subscribed to with QoS 1, by a session that the broker keeps. Its log tells which messages were acknowledged,
 * as each has a topic of its own.
 */
final class MqttSession extends MqttChannel implements ExternalSystem.Reliable<MqttMessage> {
    private static final Pattern LINE = Pattern.compile(
            "Sending PUBLISH to (\\S+) \\(d\\d, q1, r\\d, m(\\d+), '([^']*)'|Received PUBACK from (\\S+) \\(Mid:"
                    + " (\\d+)");

    /** @param settings of the receivers */
    MqttSession(Mosquitto mosquitto, UnaryOperator<MqttBroker> settings) throws Exception {
        super(mosquitto, settings, 1);
        MqttReceiver receiver = (MqttReceiver) source(mosquitto.broker()).newReceiver();
        receiver.connect();
        receiver.close();
    }

    @Override
    boolean isKept() {
        return true;
    }

    /** The broker acknowledges a message a moment before it saves it; afterwards it answers again. */
    @Override
    public void kill() throws Exception {
        String log;
        do {
            log = mosquitto().server().log();
        } while (log.lastIndexOf("Saving")
                < log.lastIndexOf("Sending PUBACK to " + mosquitto().publisher().getClientId()));
        mosquitto().publish(MqttMessage.of("nobody", "listens"));
        super.kill();
    }

    @Override
    public long unacknowledged() {
        Map<String, String> sent = new HashMap<>();
        Set<String> acknowledged = new HashSet<>();
        Matcher line = LINE.matcher(mosquitto().server().log());
        while (line.find()) {
            if (id().equals(line.group(1))) {
                sent.put(line.group(2), line.group(3));
            } else if (id().equals(line.group(4))) {
                acknowledged.add(sent.get(line.group(5)));
            }
        }
        return published() - acknowledged.size();
    }
}
