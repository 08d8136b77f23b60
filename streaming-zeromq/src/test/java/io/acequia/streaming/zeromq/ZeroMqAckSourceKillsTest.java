/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.zeromq;

import io.acequia.streaming.function.Function;
import io.acequia.streaming.testkit.ContainerTest;
import io.acequia.streaming.testkit.ExternalSystem;
import io.acequia.streaming.testkit.KillConformance;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Nothing is lost; what was not acknowledged comes again. */
@ContainerTest
class ZeroMqAckSourceKillsTest extends KillConformance<String> {
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
        return ZeroMqChannel.acknowledgedByBound(peers);
    }

    @Override
    protected Function<String, String> payload() {
        return text -> text;
    }
}
