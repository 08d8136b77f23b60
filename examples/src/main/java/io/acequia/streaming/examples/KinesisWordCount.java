/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.acequia.streaming.PairDStream;
import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.data.Durations;
import io.acequia.streaming.kinesis.KinesisSource;
import java.util.Arrays;

/** Counts the words in a stream of Kinesis: {@code acequia run KinesisWordCount APPLICATION STREAM REGION}. */
public final class KinesisWordCount {
    private KinesisWordCount() {}

    // tag::kinesis
    static KinesisSource.Builder<String> lines(String application, String stream, String region) {
        return KinesisSource.builder(record -> new String(record.data(), UTF_8)).applicationName(application).stream(
                        stream)
                .region(region)
                .startAt(KinesisSource.Start.TRIM_HORIZON);
    }

    static PairDStream<String, Long> count(StreamingContext ssc, KinesisSource<String> lines) {
        return ssc.receiverStream(lines)
                .flatMap(line -> Arrays.asList(line.split(" ")).iterator())
                .countByValue();
    }

    public static void main(String[] args) throws Exception {
        if (args.length != 3) {
            throw new IllegalArgumentException("usage: KinesisWordCount APPLICATION STREAM REGION");
        }
        StreamingConf conf = new StreamingConf().setAppName("KinesisWordCount");
        try (StreamingContext ssc = new StreamingContext(conf, Durations.seconds(1))) {
            count(ssc, lines(args[0], args[1], args[2]).build()).print();
            ssc.start();
            ssc.awaitTermination();
        }
    }
    // end::kinesis
}
