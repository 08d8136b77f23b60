/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kinesis;

import io.acequia.streaming.testkit.Abilities;
import io.acequia.streaming.testkit.Ability;
import io.acequia.streaming.testkit.ContainerTest;
import io.acequia.streaming.testkit.ExternalSystem;
import io.acequia.streaming.testkit.ReliableReceiverConformance;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** One shard, which has an order. */
@ContainerTest
class KinesisReceiverConformanceTest extends ReliableReceiverConformance<String> {
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
    protected ExternalSystem.Reliable<String> system() throws Exception {
        return new KinesisChannel(servers, UnaryOperator.identity());
    }

    @Override
    protected Abilities abilities() {
        return Abilities.all()
                .without(
                        Ability.REPLAYS_FROM_OFFSET,
                        "a place in a shard is a number of up to 128 digits and another one, not one that fits a"
                                + " position");
    }

    @Override
    protected int restarts() {
        return Integer.getInteger("acequia.restarts", 1);
    }
}
