/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.akka;

import io.acequia.streaming.receiver.Source;
import io.acequia.streaming.testkit.BreakableSystem;
import io.acequia.streaming.testkit.ExternalSystem;
import io.acequia.streaming.testkit.FaultProxy;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A channel of its own of a feeder, and sources that reach it by its proxy. */
public final class FeederChannel implements ExternalSystem.Reliable<String>, BreakableSystem<String> {
    private final Feeder feeder;
    private final Duration timeout;
    private final String channel = "c-" + UUID.randomUUID();
    private final Map<String, String> settings;

    /** @param timeout within which a receiver notices that the feeder is gone */
    FeederChannel(Feeder feeder, Duration timeout) throws IOException {
        this(feeder, timeout, Map.of());
    }

    /** @param settings of the receiver's actor system */
    FeederChannel(Feeder feeder, Duration timeout, Map<String, String> settings) throws IOException {
        this.settings = settings;
        this.feeder = feeder;
        this.timeout = timeout;
        feeder.tell("open " + channel);
    }

    AkkaSource.Builder<String> builder() {
        AkkaSource.Builder<String> builder = AkkaSource.<String>builder("fed", FedActor::props)
                .remote("127.0.0.1", 0)
                .feeder(feeder.path(channel))
                .feederTimeout(timeout);
        settings.forEach(builder::set);
        return builder;
    }

    String channel() {
        return channel;
    }

    @Override
    public Source<String> source() {
        return builder().build();
    }

    @Override
    public void publish(List<String> payloads) throws IOException {
        feeder.tell("publish " + channel + " " + String.join(" ", payloads));
    }

    @Override
    public String payloadOf(String record) {
        return record;
    }

    /**
     * The actor of the feeder stops, which is noticed at once, and the network is cut. Waits a moment until the receiver has ended, so
     * that the next one is not cut in its place; it cannot end when this comes on its own thread.
     */
    @Override
    public void cut() throws Exception {
        Future<?> end = FedActor.endOf(feeder.path(channel));
        feeder.tell("end " + channel);
        feeder.proxy().refuse();
        feeder.proxy().cut();
        try {
            end.get(500, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            // On the receiver's own thread.
        }
    }

    @Override
    public void heal() throws IOException {
        feeder.healed();
        feeder.tell("open " + channel);
    }

    @Override
    public FaultProxy proxy() {
        return feeder.proxy();
    }

    @Override
    public void kill() {
        feeder.server().kill();
    }

    @Override
    public void restart() throws InterruptedException {
        feeder.server().restart();
    }

    @Override
    public long unacknowledged() throws IOException {
        return Long.parseLong(feeder.tell("unacked " + channel));
    }

    @Override
    public void close() throws IOException {
        feeder.healed();
        feeder.tell("end " + channel);
    }
}
