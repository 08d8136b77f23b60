/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.flume;

import io.acequia.streaming.testkit.BreakableSystem;
import io.acequia.streaming.testkit.ContainerTest;
import io.acequia.streaming.testkit.OutageConformance;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Channels in files, which outlive the agent. By default a source does not mind silent agents, so there is no default to try. */
@ContainerTest
class FlumeOutagesTest extends OutageConformance<FlumeEvent> {
    private static final int LANES = 4;
    private static final List<PushWay> WAYS = new ArrayList<>();
    private static Agent agent;
    private static int lanes;

    @BeforeAll
    static void start() throws Exception {
        List<Agent.Lane> all = new ArrayList<>();
        for (int i = 0; i < LANES; i++) {
            PushWay way = PushWay.free();
            WAYS.add(way);
            all.add(Agent.Lane.inFiles().quick(way.proxy().port()).sink("request-timeout", 2_000));
        }
        agent = Agent.with(all);
    }

    @AfterAll
    static void stop() {
        agent.close();
        WAYS.forEach(way -> way.proxy().close());
    }

    @Override
    protected BreakableSystem<FlumeEvent> system() throws Exception {
        PushWay way = WAYS.get(lanes);
        return AgentLane.pushed(agent, lanes++, way, way.source().agentTimeout(Duration.ofSeconds(2)));
    }
}
