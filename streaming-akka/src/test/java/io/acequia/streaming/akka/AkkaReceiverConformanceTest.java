/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.akka;

import io.acequia.streaming.testkit.Abilities;
import io.acequia.streaming.testkit.Ability;
import io.acequia.streaming.testkit.ContainerTest;
import io.acequia.streaming.testkit.ExternalSystem;
import io.acequia.streaming.testkit.ReliableReceiverConformance;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** A feeder that waits for answers, behind a proxy. */
@ContainerTest
class AkkaReceiverConformanceTest extends ReliableReceiverConformance<String> {
    private static Feeder feeder;

    @BeforeAll
    static void start() throws Exception {
        feeder = Feeder.withProxy();
    }

    @AfterAll
    static void stop() {
        feeder.close();
    }

    @Override
    protected ExternalSystem.Reliable<String> system() throws Exception {
        return new FeederChannel(
                feeder, Duration.ofSeconds(5), Map.of("akka.remote.artery.advanced.shutdown-flush-timeout", "500 ms"));
    }

    @Override
    protected Abilities abilities() {
        return Abilities.all()
                .without(
                        Ability.REPLAYS_FROM_OFFSET,
                        "messages have no place of which Akka knows; the feeder sends again");
    }

    @Override
    protected int restarts() {
        return Integer.getInteger("acequia.restarts", 10);
    }
}
