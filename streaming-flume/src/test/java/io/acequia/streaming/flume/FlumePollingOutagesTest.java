/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.flume;

import io.acequia.streaming.testkit.BreakableSystem;
import io.acequia.streaming.testkit.ContainerTest;
import io.acequia.streaming.testkit.OutageConformance;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Channels in files, which outlive the agent. */
@ContainerTest
class FlumePollingOutagesTest extends OutageConformance<FlumeEvent> {
    private static final int LANES = 5;
    private static Agent agent;
    private static int lanes;

    @BeforeAll
    static void start() throws Exception {
        List<Agent.Lane> all = new ArrayList<>();
        for (int i = 0; i < LANES; i++) {
            all.add(Agent.Lane.inFiles().polled());
        }
        agent = Agent.with(all);
    }

    @AfterAll
    static void stop() {
        agent.close();
    }

    @Override
    protected BreakableSystem<FlumeEvent> system() throws Exception {
        return AgentLane.polled(agent, lanes++, port -> FlumePollingSource.builder()
                .sink("127.0.0.1", port)
                .timeout(Duration.ofSeconds(2))
                .build());
    }

    @Override
    protected Optional<BreakableSystem<FlumeEvent>> systemWithDefaults() throws Exception {
        return Optional.of(AgentLane.polled(agent, lanes++, port -> FlumePollingSource.builder()
                .sink("127.0.0.1", port)
                .build()));
    }

    @Override
    protected Duration boundWithDefaults() {
        return Duration.ofSeconds(11);
    }
}
