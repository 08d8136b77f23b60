/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.zeromq;

import io.acequia.streaming.testkit.BreakableSystem;
import io.acequia.streaming.testkit.ContainerTest;
import io.acequia.streaming.testkit.OutageConformance;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** A subscriber that connects. */
@ContainerTest
class ZeroMqSourceOutagesTest extends OutageConformance<ZeroMqMessage> {
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
    protected BreakableSystem<ZeroMqMessage> system() throws Exception {
        return ZeroMqChannel.published(peers, ZeroMqChannel.TIMEOUT);
    }

    @Override
    protected Optional<BreakableSystem<ZeroMqMessage>> systemWithDefaults() throws Exception {
        return Optional.of(ZeroMqChannel.published(peers, null));
    }

    @Override
    protected Duration boundWithDefaults() {
        return Duration.ofSeconds(11);
    }
}
