/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.examples;

import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.data.Secret;
import io.acequia.streaming.kinesis.KinesisCredentials;
import java.net.URI;
import java.time.Duration;

/** The example for Kinesis as a program that reads from servers of this machine. */
final class KinesisWordCountHere {
    private KinesisWordCountHere() {}

    /** Takes the name of the application, the stream, the addresses of Kinesis and DynamoDB, and a key. */
    public static void main(String[] args) throws Exception {
        StreamingConf conf = new StreamingConf().setAppName("KinesisWordCountHere");
        try (StreamingContext ssc = new StreamingContext(conf, Duration.ofMillis(100))) {
            KinesisWordCount.count(
                            ssc,
                            KinesisWordCount.lines(args[0], args[1], "us-east-1")
                                    .endpoint(URI.create(args[2]))
                                    .leaseTableEndpoint(URI.create(args[3]))
                                    .credentials(KinesisCredentials.of(args[4], Secret.of("hidden")))
                                    .build())
                    .print();
            ssc.start();
            ssc.awaitTermination();
        }
    }
}
