/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.spark;

import io.acequia.streaming.engine.DriverChannel.Reply;
import io.acequia.streaming.engine.DriverChannel.Want;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The receivers that the driver in this JVM has launched, by number: where their letters go. Any thread. */
final class Launches {
    private static final Reply UNKNOWN = new Reply(false, 0, Want.END, 0, 0, List.of(), 0, 0);
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

    /** The answer to a letter; a receiver that was closed, or never launched here, is to end. */
    static byte[] answer(byte[] bytes) throws IOException {
        Letter letter = Letter.read(bytes);
        SparkReceiver<?> receiver = RUNNING.get(letter.launch());
        return receiver == null ? Letter.written(UNKNOWN) : receiver.answer(letter);
    }
}
