/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.examples;

import io.acequia.streaming.DStream;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.data.Durations;
import io.acequia.streaming.flume.FlumeEvent;
import io.acequia.streaming.flume.FlumePollingSource;
import io.acequia.streaming.flume.FlumeSource;
import io.acequia.streaming.receiver.Source;

/**
 * Counts the events of an agent of Flume: {@code acequia run FlumeEventCount listen HOST PORT} for an Avro sink that sends them there,
 * {@code acequia run FlumeEventCount poll HOST PORT} for a polling sink that gives them there.
 */
public final class FlumeEventCount {
    private FlumeEventCount() {}

    // tag::flume
    static DStream<String> count(StreamingContext ssc, Source<FlumeEvent> source) {
        return ssc.receiverStream(source).count().map(events -> "Received " + events + " flume events.");
    }

    static Source<FlumeEvent> source(String way, String host, int port) {
        return switch (way) {
            case "listen" -> FlumeSource.builder(host, port).build();
            case "poll" -> FlumePollingSource.builder().sink(host, port).build();
            default -> throw new IllegalArgumentException("usage: FlumeEventCount listen|poll HOST PORT");
        };
    }

    public static void main(String[] args) throws Exception {
        if (args.length != 3) {
            throw new IllegalArgumentException("usage: FlumeEventCount listen|poll HOST PORT");
        }
        StreamingConf conf = new StreamingConf().setAppName("FlumeEventCount");
        try (StreamingContext ssc = new StreamingContext(conf, Durations.seconds(1))) {
            count(ssc, source(args[0], args[1], Integer.parseInt(args[2]))).print();
            ssc.start();
            ssc.awaitTermination();
        }
    }
    // end::flume
}
