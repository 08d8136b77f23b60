/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.zeromq;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.function.Function;
import io.acequia.streaming.receiver.Records;
import io.acequia.streaming.receiver.UnreliableReceiver;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import zmq.ZMQ;

/** One socket that is subscribed or pulls. */
final class ZeroMqReceiver<T> implements UnreliableReceiver<T> {
    private final Wire wire;
    private final List<String> topics;
    private final Function<? super ZeroMqMessage, ? extends T> map;
    private final @Nullable Gaps gaps;

    ZeroMqReceiver(
            Endpoint endpoint,
            List<String> topics,
            Function<? super ZeroMqMessage, ? extends T> map,
            @Nullable Gaps gaps,
            StreamClock clock) {
        this.wire = new Wire(endpoint, clock);
        this.topics = topics;
        this.map = map;
        this.gaps = gaps;
    }

    @Override
    public void connect() throws Exception {
        wire.open(socket -> topics.forEach(topic -> socket.setSocketOpt(ZMQ.ZMQ_SUBSCRIBE, topic.getBytes(UTF_8))));
    }

    @Override
    public Records<T> read(int maxRecords, Duration maxWait) throws Exception {
        List<byte[][]> messages = wire.read(maxRecords, maxWait);
        if (messages.isEmpty()) {
            return Records.nothing();
        }
        Decoder<T> decoder = new Decoder<>(map);
        for (byte[][] frames : messages) {
            ZeroMqMessage message = ZeroMqMessage.of(frames);
            if (gaps == null || gaps.look(message, decoder)) {
                decoder.decode(message);
            }
        }
        return Records.of(decoder.records()).rejecting(decoder.rejected());
    }

    @Override
    public void wakeUp() {
        wire.wakeUp();
    }

    @Override
    public void close() {
        wire.close();
    }
}
