/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.zeromq;

import io.acequia.streaming.testkit.ContainerTest;
import io.acequia.streaming.testkit.ExternalSystem;
import io.acequia.streaming.testkit.UnreliableReceiverConformance;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** A puller that is bound. */
@ContainerTest
class ZeroMqPullerConformanceTest extends UnreliableReceiverConformance<String> {
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
    protected ExternalSystem<String> system() throws Exception {
        return ZeroMqChannel.pushed(peers);
    }

    @Override
    protected int restarts() {
        return Integer.getInteger("acequia.restarts", 10);
    }
}
