/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kinesis;

import io.acequia.streaming.testkit.BreakableSystem;
import io.acequia.streaming.testkit.ContainerTest;
import io.acequia.streaming.testkit.OutageConformance;
import java.time.Duration;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** A shard is asked five times a second here, so that an outage is noticed by the next question, when that was not answered in 2 s. */
@ContainerTest
class KinesisSourceOutagesTest extends OutageConformance<String> {
    private static KinesisServers servers;

    @BeforeAll
    static void start() throws Exception {
        servers = new KinesisServers();
    }

    @AfterAll
    static void stop() {
        servers.close();
    }

    @Override
    protected BreakableSystem<String> system() throws Exception {
        return new KinesisChannel(servers, UnaryOperator.identity());
    }

    @Override
    protected Optional<BreakableSystem<String>> systemWithDefaults() throws Exception {
        return Optional.of(new KinesisChannel(servers, source -> source.requestTimeout(Duration.ofSeconds(10))
                .pollInterval(Duration.ofSeconds(1))
                .failover(Duration.ofSeconds(10))));
    }

    @Override
    protected Duration boundWithDefaults() {
        return Duration.ofSeconds(13);
    }
}
