/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kafka;

import io.acequia.streaming.function.Function;
import io.acequia.streaming.testkit.ContainerTest;
import io.acequia.streaming.testkit.ExternalSystem;
import io.acequia.streaming.testkit.KillConformance;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** What comes again has the same position, and is told by it. */
@ContainerTest
class KafkaSourceKillsTest extends KillConformance<String> {
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
    protected ExternalSystem<String> system() throws Exception {
        return new KafkaGroup(broker, 1, Map.of());
    }

    @Override
    protected Function<String, String> payload() {
        return text -> text;
    }

    /** A member that was killed keeps its partitions until its session has timed out: a life takes long. */
    @Override
    protected int kills() {
        return Integer.getInteger("acequia.kills", 2);
    }

    @Override
    protected boolean comesOnce() {
        return true;
    }
}
