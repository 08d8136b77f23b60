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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;

/** Each test has a lane of its own. The source minds when its agent is silent, as the suite asks for. */
@ContainerTest
class FlumeReceiverConformanceTest extends ReliableReceiverConformance<FlumeEvent> {
    private static final int LANES = 50;
    private static final List<PushWay> WAYS = new ArrayList<>();
    private static Agent agent;
    private static int lanes;
    private Duration silence = Duration.ZERO;

    @BeforeAll
    static void start() throws Exception {
        List<Agent.Lane> all = new ArrayList<>();
        for (int i = 0; i < LANES; i++) {
            PushWay way = PushWay.free();
            WAYS.add(way);
            all.add(Agent.Lane.inMemory().quick(way.proxy().port()).sink("batch-size", 50));
        }
        agent = Agent.with(all);
    }

    @AfterAll
    static void stop() {
        agent.close();
        WAYS.forEach(way -> way.proxy().close());
    }

    /** One of the tests counts connections: a machine that is slow must not make more of them. */
    @BeforeEach
    void chooseSilence(TestInfo test) {
        silence = Duration.ofMillis(test.getDisplayName().startsWith("R22 ") ? 10_000 : 600);
    }

    @Override
    protected ExternalSystem.Reliable<FlumeEvent> system() throws Exception {
        PushWay way = WAYS.get(lanes);
        return AgentLane.pushed(agent, lanes++, way, way.source().agentTimeout(silence));
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
