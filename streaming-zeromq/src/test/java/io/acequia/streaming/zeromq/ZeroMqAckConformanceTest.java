/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.zeromq;

import io.acequia.streaming.testkit.Abilities;
import io.acequia.streaming.testkit.Ability;
import io.acequia.streaming.testkit.ContainerTest;
import io.acequia.streaming.testkit.ExternalSystem;
import io.acequia.streaming.testkit.ReliableReceiverConformance;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** A receiver that is bound, and tells its senders. */
@ContainerTest
class ZeroMqAckConformanceTest extends ReliableReceiverConformance<String> {
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
    protected ExternalSystem.Reliable<String> system() throws Exception {
        return ZeroMqChannel.acknowledgedByBound(peers);
    }

    @Override
    protected Abilities abilities() {
        return Abilities.all().without(Ability.REPLAYS_FROM_OFFSET, "the ids of a sender have no order");
    }

    @Override
    protected int restarts() {
        return Integer.getInteger("acequia.restarts", 10);
    }
}
