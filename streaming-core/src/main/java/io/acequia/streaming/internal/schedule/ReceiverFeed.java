/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.schedule;

import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.data.Time;
import io.acequia.streaming.engine.Block;
import io.acequia.streaming.internal.graph.InputNode;
import io.acequia.streaming.internal.ingest.ReceiverLoop;
import io.acequia.streaming.internal.ingest.ReceiverSettings;
import io.acequia.streaming.internal.ingest.Taken;
import io.acequia.streaming.internal.rdd.RddScope;
import io.acequia.streaming.internal.rdd.Rdds;
import io.acequia.streaming.listener.ContextStatus;
import io.acequia.streaming.listener.ReceiverEvent;
import io.acequia.streaming.listener.ReceiverState;
import io.acequia.streaming.receiver.Source;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A source that is received: a loop reads it, and each batch takes what the loop has read so far. */
final class ReceiverFeed<T> implements Feed {
    private static final Logger LOG = LoggerFactory.getLogger(ReceiverFeed.class);

    private final InputNode node;
    private final Rdds rdds;
    private final ListenerBus bus;
    private final ReceiverLoop<T> loop;
    private final Map<Time, Taken<T>> unsettled = new ConcurrentHashMap<>();

    ReceiverFeed(InputNode node, Source<T> source, Rdds rdds, StreamClock clock, ListenerBus bus) {
        this.node = node;
        this.rdds = rdds;
        this.bus = bus;
        this.loop = new ReceiverLoop<>(
                node.streamId(),
                source,
                settings(node, rdds.conf()),
                clock,
                new Random(node.streamId()),
                body -> Threads.named("acequia-receiver-" + node.streamId(), body),
                this::tell);
    }

    private static ReceiverSettings settings(InputNode node, StreamingConf conf) {
        return new ReceiverSettings(
                conf.get(StreamingConf.RECEIVER_RETRY_FIRST),
                conf.get(StreamingConf.RECEIVER_RETRY_MOST),
                node.retries(),
                node.maxRate(),
                node.idleAlarm().orElse(Duration.ZERO),
                conf.get(StreamingConf.SOURCE_BUFFER),
                conf.get(StreamingConf.BLOCK_INTERVAL));
    }

    private void tell(ReceiverEvent event) {
        bus.post(listener -> {
            if (event.state() == ReceiverState.ACTIVE && event.attempt() == 1) {
                listener.onReceiverStarted(event);
            }
            if (event.error().isPresent()) {
                listener.onReceiverError(event);
            }
            listener.onReceiverStateChanged(event);
            if (event.state() == ReceiverState.STOPPED || event.state() == ReceiverState.FAILED) {
                listener.onReceiverStopped(event);
            }
        });
    }

    @Override
    public InputNode node() {
        return node;
    }

    @Override
    public void start(Time zero) {
        loop.start();
    }

    @Override
    public Intake plan(Time time) {
        Taken<T> taken = loop.take();
        unsettled.put(time, taken);
        List<List<Block<T>>> groups = Groups.of(taken.blocks(), rdds.defaultParallelism(), Block::count);
        return new Intake(
                rdds.of(rdds.engine().fromBlocks(groups), RddScope.of(time)),
                taken.records(),
                "",
                taken.rejected(),
                () -> taken.release("RDD of batch " + time));
    }

    /** Without a checkpoint, a delivery is safe when the outputs of its batch are done. */
    @Override
    public void completed(Time time) {
        Taken<T> taken = unsettled.remove(time);
        if (taken != null) {
            taken.ack();
        }
    }

    @Override
    public void stopReading(Duration atMost) {
        loop.stopReading();
        try {
            if (!loop.awaitReadingEnded(atMost)) {
                LOG.warn("{} did not stop reading in {}", node, atMost);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void stop(Duration atMost) {
        unsettled.values().forEach(taken -> taken.nack(new CancellationException("the batch was given up")));
        unsettled.clear();
        loop.stop(atMost);
    }

    @Override
    public Waiting waiting() {
        long records = loop.status().waiting();
        return new Waiting(records == 0 ? 0 : 1, records);
    }

    @Override
    public Optional<ContextStatus.SourceStatus> status() {
        return Optional.of(loop.status());
    }
}
