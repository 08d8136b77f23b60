/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.akka;

import io.acequia.streaming.testkit.BreakableSystem;
import io.acequia.streaming.testkit.ContainerTest;
import io.acequia.streaming.testkit.OutageConformance;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** A feeder that the source names, behind a proxy. */
@ContainerTest
class AkkaOutagesTest extends OutageConformance<String> {
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
    protected BreakableSystem<String> system() throws Exception {
        return new FeederChannel(feeder, Duration.ofSeconds(2));
    }

    @Override
    protected Optional<BreakableSystem<String>> systemWithDefaults() throws Exception {
        return Optional.of(new FeederChannel(feeder, Duration.ofSeconds(10)));
    }

    @Override
    protected Duration bound() {
        return Duration.ofMillis(2_500);
    }

    @Override
    protected Duration boundWithDefaults() {
        return Duration.ofSeconds(12);
    }
}
