/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.StreamingConf;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.data.Secret;
import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.kinesis.KinesisCredentials;
import io.acequia.streaming.kinesis.KinesisSource;
import io.acequia.streaming.testkit.ContainerTest;
import io.acequia.streaming.testkit.RealServer;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.StreamStatus;

/** The example that reads from Kinesis, against what speaks its protocol. It has no lease table yet, which takes up to half a minute. */
@ContainerTest
@Timeout(120)
class KinesisExamplesTest {
    private static final String KEY = "AKIDTEST000000000000";
    private static final Duration SHORT = Duration.ofMillis(100);
    private static RealServer kinesis;
    private static RealServer dynamoDb;

    @BeforeAll
    static void start() throws Exception {
        kinesis = RealServer.of("acequia/kinesis").port("PORT").port("TLS_PORT").start();
        dynamoDb = RealServer.of("acequia/dynamodb").port("PORT").start();
    }

    @AfterAll
    static void stop() {
        kinesis.close();
        dynamoDb.close();
    }

    private static URI at(RealServer server) {
        return URI.create("http://" + server.endpoint());
    }

    private static void send(String stream, String... lines) throws Exception {
        try (KinesisAsyncClient client = KinesisAsyncClient.builder()
                .endpointOverride(at(kinesis))
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create(KEY, "hidden")))
                .build()) {
            client.createStream(request -> request.streamName(stream).shardCount(2))
                    .get();
            while (client.describeStreamSummary(request -> request.streamName(stream))
                            .get()
                            .streamDescriptionSummary()
                            .streamStatus()
                    != StreamStatus.ACTIVE) {
                Thread.onSpinWait();
            }
            for (String line : lines) {
                client.putRecord(request ->
                                request.streamName(stream).partitionKey(line).data(SdkBytes.fromUtf8String(line)))
                        .get();
            }
        }
    }

    @Test
    void wordsOfAStreamAreCounted() throws Exception {
        send("lines", "to be or", "not to be");
        KinesisSource<String> source = KinesisWordCount.lines("words", "lines", "us-east-1")
                .endpoint(at(kinesis))
                .leaseTableEndpoint(at(dynamoDb))
                .credentials(KinesisCredentials.of(KEY, Secret.of("hidden")))
                .build();
        StreamingConf conf =
                StreamingConf.withoutDefaults().setMaster("local[2]").setAppName("kinesis");
        Map<String, Long> counts = new ConcurrentHashMap<>();
        StreamClock clock = StreamClock.system();
        try (StreamingContext ssc = new StreamingContext(conf, SHORT)) {
            KinesisWordCount.count(ssc, source)
                    .foreachRDD(rdd -> rdd.collect().forEach(each -> counts.merge(each._1(), each._2(), Long::sum)));
            ssc.start();
            while (counts.values().stream().mapToLong(Long::longValue).sum() < 6) {
                clock.awaitUntil(clock.now().plus(SHORT));
            }
        }
        assertThat(counts).isEqualTo(Map.of("to", 2L, "be", 2L, "or", 1L, "not", 1L));
    }

    @Test
    void theExampleRunsFromItsUberJar() throws Exception {
        send("all", "to be or", "not to be");
        try (JarProgram program = JarProgram.fromUberJar(
                "kinesis",
                KinesisWordCountHere.class,
                "words-from-all",
                "all",
                at(kinesis).toString(),
                at(dynamoDb).toString(),
                KEY)) {
            assertThat(program.awaitCounts(6)).isEqualTo(Map.of("to", 2L, "be", 2L, "or", 1L, "not", 1L));
        }
    }
}
