/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.flume;

import io.acequia.streaming.function.Function;
import io.acequia.streaming.testkit.ContainerTest;
import io.acequia.streaming.testkit.ExternalSystem;
import io.acequia.streaming.testkit.KillConformance;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

@ContainerTest
class FlumeKillsTest extends KillConformance<FlumeEvent> {
    private static PushWay way;
    private static Agent agent;

    @BeforeAll
    static void start() throws Exception {
        way = PushWay.free();
        agent = Agent.with(List.of(Agent.Lane.inMemory().quick(way.proxy().port())));
    }

    @AfterAll
    static void stop() {
        agent.close();
        way.proxy().close();
    }

    @Override
    protected ExternalSystem<FlumeEvent> system() throws Exception {
        return AgentLane.pushed(agent, 0, way, way.source());
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
