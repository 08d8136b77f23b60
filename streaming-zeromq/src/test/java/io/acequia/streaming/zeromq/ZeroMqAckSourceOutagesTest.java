/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.zeromq;

import io.acequia.streaming.testkit.BreakableSystem;
import io.acequia.streaming.testkit.ContainerTest;
import io.acequia.streaming.testkit.OutageConformance;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** A receiver that connects to its sender. */
@ContainerTest
class ZeroMqAckSourceOutagesTest extends OutageConformance<String> {
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
    protected BreakableSystem<String> system() throws Exception {
        return ZeroMqChannel.acknowledged(peers, ZeroMqChannel.TIMEOUT);
    }

    @Override
    protected Optional<BreakableSystem<String>> systemWithDefaults() throws Exception {
        return Optional.of(ZeroMqChannel.acknowledged(peers, null));
    }

    @Override
    protected Duration boundWithDefaults() {
        return Duration.ofSeconds(11);
    }
}
