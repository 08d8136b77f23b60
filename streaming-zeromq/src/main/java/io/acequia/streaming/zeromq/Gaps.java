/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.zeromq;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.acequia.streaming.receiver.Rejected;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Finds messages that did not come, by the numbers that a sender gives them: rising by one in each sequence, which the frames
 * before the number name. A number that does not rise begins its sequence anew. Outlives receivers, so that what is lost
 * between two of them is found, too.
 */
final class Gaps {
    /** When there are more, all are forgotten, and begin anew. */
    private static final int MOST_SEQUENCES = 10_000;

    private final int numberFrame;
    private final Map<String, Long> last = new HashMap<>();
    private long missing;

    Gaps(int numberFrame) {
        this.numberFrame = numberFrame;
    }

    /** Rejects what is missing before a message, and the message itself when it has no number; whether it has one. */
    synchronized boolean look(ZeroMqMessage message, Decoder<?> decoder) {
        if (message.size() <= numberFrame || message.frame(numberFrame).length != Long.BYTES) {
            decoder.reject(
                    message,
                    new IllegalArgumentException(
                            "ACQ-2589 a message of " + message.size() + " frames has no number in frame " + numberFrame
                                    + ": the sender must put 8 bytes there, the highest first"));
            return false;
        }
        String sequence =
                IntStream.range(0, numberFrame).mapToObj(message::text).collect(Collectors.joining(" "));
        if (last.size() >= MOST_SEQUENCES && !last.containsKey(sequence)) {
            last.clear();
        }
        long number = ByteBuffer.wrap(message.frame(numberFrame)).getLong();
        Long before = last.put(sequence, number);
        if (before != null && number > before + 1) {
            missing += number - before - 1;
            String range = (before + 1) + " to " + (number - 1);
            decoder.rejected()
                    .add(new Rejected(
                            range.getBytes(UTF_8),
                            "numbers " + range + " of '" + sequence + "'",
                            new IllegalStateException("ACQ-2590 " + (number - before - 1) + " messages have not come, "
                                    + missing + " since the start: the sender or the network has dropped them")));
        }
        return true;
    }
}
