/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.flume;

import io.acequia.streaming.function.Function;
import io.acequia.streaming.testkit.ContainerTest;
import io.acequia.streaming.testkit.ExternalSystem;
import io.acequia.streaming.testkit.KillConformance;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

@ContainerTest
class FlumePollingKillsTest extends KillConformance<FlumeEvent> {
    private static Agent agent;

    @BeforeAll
    static void start() throws Exception {
        agent = Agent.with(List.of(Agent.Lane.inMemory().polled()));
    }

    @AfterAll
    static void stop() {
        agent.close();
    }

    @Override
    protected ExternalSystem<FlumeEvent> system() throws Exception {
        return AgentLane.polled(agent, 0, port -> FlumePollingSource.builder()
                .sink("127.0.0.1", port)
                .timeout(Duration.ofSeconds(2))
                .build());
    }

    @Override
    protected Function<FlumeEvent, String> payload() {
        return FlumeEvent::text;
    }

    @Override
    protected Set<Class<?>> recordClasses() {
        return Set.of(FlumeEvent.class);
    }
}
