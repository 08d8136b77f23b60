/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.flume;

import io.acequia.streaming.testkit.Abilities;
import io.acequia.streaming.testkit.Ability;
import io.acequia.streaming.testkit.ContainerTest;
import io.acequia.streaming.testkit.ExternalSystem;
import io.acequia.streaming.testkit.ReliableReceiverConformance;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Each test has a lane of its own. */
@ContainerTest
class FlumePollingReceiverConformanceTest extends ReliableReceiverConformance<FlumeEvent> {
    private static final int LANES = 50;
    private static Agent agent;
    private static int lanes;

    @BeforeAll
    static void start() throws Exception {
        List<Agent.Lane> all = new ArrayList<>();
        for (int i = 0; i < LANES; i++) {
            all.add(Agent.Lane.inMemory().polled());
        }
        agent = Agent.with(all);
    }

    @AfterAll
    static void stop() {
        agent.close();
    }

    @Override
    protected ExternalSystem.Reliable<FlumeEvent> system() throws Exception {
        return AgentLane.polled(agent, lanes++, port -> FlumePollingSource.builder()
                .sink("127.0.0.1", port)
                .batchSize(4)
                .timeout(Duration.ofSeconds(2))
                .build());
    }

    @Override
    protected Abilities abilities() {
        return Abilities.all().without(Ability.REPLAYS_FROM_OFFSET, "events of Flume have no numbers");
    }

    @Override
    protected Set<Class<?>> recordClasses() {
        return Set.of(FlumeEvent.class);
    }

    @Override
    protected int restarts() {
        return Integer.getInteger("acequia.restarts", 10);
    }
}
