/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.zeromq;

import io.acequia.streaming.testkit.Abilities;
import io.acequia.streaming.testkit.Ability;
import io.acequia.streaming.testkit.ContainerTest;
import io.acequia.streaming.testkit.ExternalSystem;
import io.acequia.streaming.testkit.UnreliableReceiverConformance;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** A subscriber that connects; its records are messages as they are. */
@ContainerTest
class ZeroMqSubscriberConformanceTest extends UnreliableReceiverConformance<ZeroMqMessage> {
    private static LibZmq peers;

    @BeforeAll
    static void start() throws Exception {
        peers = new LibZmq();
    }

    @AfterAll
    static void stop() {
        peers.close();
    }

    @Override
    protected ExternalSystem<ZeroMqMessage> system() throws Exception {
        return ZeroMqChannel.published(peers, ZeroMqChannel.TIMEOUT);
    }

    @Override
    protected Abilities abilities() {
        return Abilities.all().without(Ability.BACKPRESSURES_SENDER, "a publisher drops what is not taken");
    }

    @Override
    protected Set<Class<?>> recordClasses() {
        return Set.of(ZeroMqMessage.class);
    }

    @Override
    protected int restarts() {
        return Integer.getInteger("acequia.restarts", 10);
    }
}
