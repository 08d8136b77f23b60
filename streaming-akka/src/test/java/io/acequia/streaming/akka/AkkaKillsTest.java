/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.akka;

import io.acequia.streaming.function.Function;
import io.acequia.streaming.testkit.ContainerTest;
import io.acequia.streaming.testkit.ExternalSystem;
import io.acequia.streaming.testkit.KillConformance;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** A feeder that sends again what was not answered. */
@ContainerTest
class AkkaKillsTest extends KillConformance<String> {
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
    protected ExternalSystem<String> system() throws Exception {
        return new FeederChannel(feeder, Duration.ofSeconds(2));
    }

    @Override
    protected Function<String, String> payload() {
        return text -> text;
    }
}
