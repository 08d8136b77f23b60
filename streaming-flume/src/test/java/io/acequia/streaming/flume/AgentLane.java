/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.flume;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.receiver.Source;
import io.acequia.streaming.testkit.BreakableSystem;
import io.acequia.streaming.testkit.ExternalSystem;
import io.acequia.streaming.testkit.FaultProxy;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.apache.flume.Event;
import org.apache.flume.EventDeliveryException;
import org.apache.flume.api.RpcClient;
import org.apache.flume.event.EventBuilder;
import org.jspecify.annotations.Nullable;

/** A channel of an agent with its sink, and a proxy between the sink and the source. */
final class AgentLane implements ExternalSystem.Reliable<FlumeEvent>, BreakableSystem<FlumeEvent> {
    /** Longer than the source of the suite bears silence. */
    private static final Duration STAND_IN = Duration.ofMillis(900);

    private static final Duration FULL = Duration.ofMillis(50);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final StreamClock clock = StreamClock.system();
    private final Agent agent;
    private final int lane;
    private final FaultProxy proxy;
    private final boolean pushed;
    private final Source<FlumeEvent> source;
    private @Nullable RpcClient client;
    private long stoodInAt = clock.nanoTime() - STAND_IN.toNanos();
    private long published;
    private long takenBefore;

    private AgentLane(Agent agent, int lane, FaultProxy proxy, boolean pushed, Source<FlumeEvent> source)
            throws Exception {
        this.agent = agent;
        this.lane = lane;
        this.proxy = proxy;
        this.pushed = pushed;
        this.source = source;
        this.takenBefore = agent.taken(lane);
    }

    /** A lane from which events are fetched, by a proxy of its own. */
    static AgentLane polled(Agent agent, int lane, IntFunction<Source<FlumeEvent>> source) throws Exception {
        FaultProxy proxy = FaultProxy.to("127.0.0.1", agent.port(lane));
        return new AgentLane(agent, lane, proxy, false, source.apply(proxy.port()));
    }

    /** A lane that sends events to a way that was there before. */
    static AgentLane pushed(Agent agent, int lane, PushWay way, FlumeSource.Builder source) throws Exception {
        return new AgentLane(agent, lane, way.proxy(), true, source.build());
    }

    @Override
    public Source<FlumeEvent> source() {
        return source;
    }

    /** Again and again while the channel is full. */
    @Override
    public synchronized void publish(List<String> payloads) throws Exception {
        List<Event> events = payloads.stream()
                .map(each -> EventBuilder.withBody(each, UTF_8, Map.of(Agent.LANE, String.valueOf(lane))))
                .toList();
        long began = clock.nanoTime();
        while (!isPublished(events, began)) {
            clock.awaitUntil(clock.now().plus(FULL));
        }
        published += payloads.size();
    }

    private boolean isPublished(List<Event> events, long began) throws EventDeliveryException {
        RpcClient open = client;
        if (open == null || !open.isActive()) {
            open = agent.client();
            client = open;
        }
        try {
            open.appendBatch(events);
            return true;
        } catch (EventDeliveryException e) {
            open.close();
            if (clock.nanoTime() - began > PATIENCE.toNanos()) {
                throw e;
            }
            return false;
        }
    }

    @Override
    public String payloadOf(FlumeEvent event) {
        return event.text();
    }

    /** An agent that has nothing to send is not missed by who listens for it: then somebody else stands in for it at times. */
    @Override
    public void cut() {
        if (pushed && proxy.openConnections() == 0 && clock.nanoTime() - stoodInAt > STAND_IN.toNanos()) {
            stoodInAt = clock.nanoTime();
            try (Socket standIn = new Socket(proxy.host(), proxy.port())) {
                standIn.getOutputStream().write(0);
                breakConnections();
            } catch (IOException e) {
                breakConnections(); // nobody listens just now
            }
        } else {
            breakConnections();
        }
    }

    private void breakConnections() {
        proxy.refuse();
        proxy.cut();
    }

    @Override
    public void heal() {
        proxy.heal();
    }

    @Override
    public FaultProxy proxy() {
        return proxy;
    }

    @Override
    public void kill() {
        agent.kill();
    }

    @Override
    public void restart() throws Exception {
        agent.restart();
        client = null;
    }

    @Override
    public synchronized long unacknowledged() throws Exception {
        return published - (agent.taken(lane) - takenBefore);
    }

    @Override
    public void close() {
        heal();
        proxy.close();
        RpcClient open = client;
        if (open != null) {
            open.close();
        }
    }
}
