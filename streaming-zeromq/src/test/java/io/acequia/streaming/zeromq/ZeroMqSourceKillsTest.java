/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.zeromq;

import io.acequia.streaming.function.Function;
import io.acequia.streaming.testkit.ContainerTest;
import io.acequia.streaming.testkit.ExternalSystem;
import io.acequia.streaming.testkit.KillConformance;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** What a publisher sends while nobody listens is lost. */
@ContainerTest
class ZeroMqSourceKillsTest extends KillConformance<ZeroMqMessage> {
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
    protected Function<ZeroMqMessage, String> payload() {
        return ZeroMqMessage::text;
    }

    @Override
    protected Set<Class<?>> recordClasses() {
        return Set.of(ZeroMqMessage.class);
    }
}
