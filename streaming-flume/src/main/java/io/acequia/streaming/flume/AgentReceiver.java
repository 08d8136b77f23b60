/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.flume;

import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.receiver.Delivery;
import io.acequia.streaming.receiver.Handoff;
import io.acequia.streaming.receiver.ReceiverDisconnectedException;
import io.acequia.streaming.receiver.ReliableReceiver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flume.source.avro.AvroFlumeEvent;
import org.apache.flume.source.avro.AvroSourceProtocol;
import org.apache.flume.source.avro.Status;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server that agents send to.
 *
 * <p><b>Threads.</b> Each batch of an agent has a thread of the {@link AgentServer}, which puts it into the handoff and waits there
 * for the settlement, to answer it. The receiver's thread reads and settles.
 *
 * <p><b>Waiting.</b> Agents that wait send nothing, so a read that follows one with events does not wait for more: the sooner it
 * returns, the sooner these are safe. What comes meanwhile is taken together.
 */
final class AgentReceiver implements ReliableReceiver<FlumeEvent>, AvroSourceProtocol {
    private static final Logger LOG = LoggerFactory.getLogger(AgentReceiver.class);

    private final FlumeSource.Settings settings;
    private final Handoff<FlumeEvent> handoff;
    private final StreamClock clock;
    private final AtomicInteger calls = new AtomicInteger();
    private volatile long heardAt;
    private volatile boolean heard;
    private @Nullable AgentServer server;
    private boolean gave;

    AgentReceiver(FlumeSource.Settings settings, StreamClock clock) {
        this.settings = settings;
        this.clock = clock;
        this.handoff = new Handoff<>(settings.capacity());
    }

    @Override
    public void connect() throws Exception {
        AgentServer made = new AgentServer(settings, this::hear);
        server = made;
        made.start(this);
    }

    private void hear() {
        heardAt = clock.nanoTime();
        heard = true;
    }

    @Override
    public Delivery<FlumeEvent> read(int maxRecords, Duration maxWait) throws Exception {
        Duration silence = settings.agentTimeout();
        if (silence != null && heard && calls.get() == 0 && clock.nanoTime() - heardAt > silence.toNanos()) {
            throw new ReceiverDisconnectedException(
                    "ACQ-2623 the agents of source '" + settings.name() + "' are gone, or silent for " + silence);
        }
        Delivery<FlumeEvent> read = handoff.poll(maxRecords, gave ? Duration.ZERO : maxWait);
        gave = !read.records().isEmpty();
        return read;
    }

    @Override
    public void wakeUp() {
        handoff.wakeUp();
    }

    @Override
    public void close() {
        handoff.close();
        if (server != null) {
            server.close();
        }
    }

    // ---- what agents call

    @Override
    public Status append(AvroFlumeEvent event) {
        return answer(List.of(event));
    }

    @Override
    public Status appendBatch(List<AvroFlumeEvent> events) {
        return events.isEmpty() ? Status.OK : answer(events);
    }

    private Status answer(List<AvroFlumeEvent> sent) {
        calls.incrementAndGet();
        try {
            List<FlumeEvent> events = new ArrayList<>(sent.size());
            for (AvroFlumeEvent each : sent) {
                events.add(event(each));
            }
            Handoff.Settled settled = handoff.putAndAwait(events, settings.answerTimeout());
            if (settled == Handoff.Settled.TIMED_OUT) {
                LOG.warn(
                        "ACQ-2624 source '{}': {} events were not safe within {}, and their agent is told to send them"
                                + " again, so that they may come twice. Raise answerTimeout, and request-timeout of the"
                                + " agent's sink above it, or shorten the batch interval",
                        settings.name(),
                        events.size(),
                        settings.answerTimeout());
            }
            return settled == Handoff.Settled.ACKED ? Status.OK : Status.FAILED;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Status.FAILED;
        } finally {
            hear();
            calls.decrementAndGet();
        }
    }

    private static FlumeEvent event(AvroFlumeEvent sent) {
        Map<String, String> headers = new HashMap<>();
        sent.getHeaders().forEach((key, value) -> headers.put(key.toString(), value.toString()));
        byte[] body = new byte[sent.getBody().remaining()];
        sent.getBody().duplicate().get(body);
        return new FlumeEvent(headers, body);
    }
}
