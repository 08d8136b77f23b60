/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.examples;

import io.acequia.streaming.DStream;
import io.acequia.streaming.PairDStream;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.data.Durations;
import io.acequia.streaming.zeromq.ZeroMqAckSource;
import io.acequia.streaming.zeromq.ZeroMqMessage;
import io.acequia.streaming.zeromq.ZeroMqSource;
import java.util.Arrays;

/**
 * Counts the words in messages of ZeroMQ: {@code acequia run ZeroMqWordCount ADDRESS} waits at an address for senders that keep
 * each message until it is acknowledged, {@code acequia run ZeroMqWordCount ADDRESS TOPIC…} subscribes to topics of a publisher.
 */
public final class ZeroMqWordCount {
    private ZeroMqWordCount() {}

    // tag::zeromq
    static DStream<String> acknowledged(StreamingContext ssc, String address) {
        return ssc.receiverStream(
                ZeroMqAckSource.builder(ZeroMqMessage::text).bind(address).build());
    }

    static DStream<String> subscribed(StreamingContext ssc, String address, String... topics) {
        return ssc.receiverStream(ZeroMqSource.subscriber(ZeroMqMessage::text)
                .connect(address)
                .topics(topics)
                .build());
    }

    static PairDStream<String, Long> count(DStream<String> lines) {
        return lines.flatMap(line -> Arrays.asList(line.split(" ")).iterator()).countByValue();
    }

    public static void main(String[] args) throws Exception {
        if (args.length < 1) {
            throw new IllegalArgumentException("usage: ZeroMqWordCount ADDRESS [TOPIC…]");
        }
        StreamingConf conf = new StreamingConf().setAppName("ZeroMqWordCount");
        try (StreamingContext ssc = new StreamingContext(conf, Durations.seconds(1))) {
            String[] topics = Arrays.copyOfRange(args, 1, args.length);
            count(topics.length == 0 ? acknowledged(ssc, args[0]) : subscribed(ssc, args[0], topics))
                    .print();
            ssc.start();
            ssc.awaitTermination();
        }
    }
    // end::zeromq
}
