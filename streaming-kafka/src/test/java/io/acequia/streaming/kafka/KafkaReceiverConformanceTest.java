/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kafka;

import io.acequia.streaming.testkit.ContainerTest;
import io.acequia.streaming.testkit.ExternalSystem;
import io.acequia.streaming.testkit.ReliableReceiverConformance;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** One partition, which has an order. */
@ContainerTest
class KafkaReceiverConformanceTest extends ReliableReceiverConformance<String> {
    private static Broker broker;

    @BeforeAll
    static void start() throws Exception {
        broker = Broker.withProxy();
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @Override
    protected ExternalSystem.Reliable<String> system() throws Exception {
        return new KafkaGroup(broker, 1, Map.of());
    }
}
