/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import io.acequia.streaming.engine.DriverChannel;
import io.acequia.streaming.engine.DriverChannel.Reply;
import io.acequia.streaming.engine.DriverChannel.Settled;
import io.acequia.streaming.internal.store.JavaSerialization;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The receivers that the driver in this JVM has launched, by number: where their messages go. Any thread. */
final class Launches {
    private static final Map<String, SparkReceiver<?>> RUNNING = new ConcurrentHashMap<>();

    private Launches() {}

    static void add(SparkReceiver<?> receiver) {
        RUNNING.put(receiver.number(), receiver);
    }

    static void remove(SparkReceiver<?> receiver) {
        RUNNING.remove(receiver.number());
    }

    /** The launch, where the task runs in the JVM of its driver. */
    static @Nullable SparkReceiver<?> here(String number) {
        return RUNNING.get(number);
    }

    static @Nullable Reply answer(ReceiverPlugin.Letter letter) {
        SparkReceiver<?> receiver = RUNNING.get(letter.launch());
        if (receiver == null) {
            return null;
        }
        try {
            return sendable(receiver.driver().ask(letter.message()));
        } catch (IOException e) {
            return null;
        }
    }

    /** The same answer, with plain errors in the place of those that cannot travel. */
    private static Reply sendable(Reply reply) {
        List<Settled> settled = new ArrayList<>(reply.settled().size());
        for (Settled each : reply.settled()) {
            Throwable failure = each.failure();
            settled.add(
                    failure == null || canTravel(failure)
                            ? each
                            : new Settled(each.block(), new IllegalStateException(failure.toString())));
        }
        return new Reply(
                reply.accepted(),
                reply.epoch(),
                reply.want(),
                reply.rate(),
                reply.waitingBytes(),
                settled,
                reply.neededFrom(),
                reply.knownUntil());
    }

    /** Whether an error can be sent. */
    static boolean canTravel(Throwable error) {
        try {
            JavaSerialization.write(error, part -> part);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** A way to the driver from wherever a receiver runs. */
    record Channel(String launch) implements DriverChannel, java.io.Serializable {
        @Override
        public Reply ask(Message message) throws IOException {
            return ReceiverPlugin.ask(new ReceiverPlugin.Letter(launch, plain(message)));
        }

        private static Message plain(Message message) {
            if (message instanceof Report report && report.change() != null) {
                Throwable error = report.change().error();
                if (error != null && !canTravel(error)) {
                    return new Report(
                            report.streamId(),
                            report.epoch(),
                            report.counts(),
                            report.change().withPlainError());
                }
            }
            return message;
        }
    }
}
