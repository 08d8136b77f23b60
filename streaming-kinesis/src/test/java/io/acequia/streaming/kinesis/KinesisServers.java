/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kinesis;

import io.acequia.streaming.data.Secret;
import io.acequia.streaming.testkit.FaultProxy;
import io.acequia.streaming.testkit.RealServer;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.Shard;
import software.amazon.awssdk.services.kinesis.model.StreamStatus;

/** What speaks Kinesis' and DynamoDB's protocols, in containers, with a proxy before each, and clients that do not come by those. */
final class KinesisServers implements AutoCloseable {
    static final KinesisCredentials LOGIN = KinesisCredentials.of("AKIDTEST000000000000", Secret.of("hidden"));
    static final String REGION = "us-east-1";

    private final RealServer kinesisServer;
    private final RealServer tableServer;
    private final FaultProxy kinesisProxy;
    private final FaultProxy tableProxy;
    private final SdkAsyncHttpClient http = NettyNioAsyncHttpClient.create();
    private final KinesisAsyncClient kinesis;
    private final DynamoDbAsyncClient tables;

    KinesisServers() throws IOException, InterruptedException {
        this(true);
    }

    /** @param persistent whether Kinesis keeps its records over a kill, which costs much when there are many */
    KinesisServers(boolean persistent) throws IOException, InterruptedException {
        kinesisServer = RealServer.of("acequia/kinesis")
                .environment("PERSIST", String.valueOf(persistent))
                .port("PORT")
                .port("TLS_PORT")
                .start();
        tableServer = RealServer.of("acequia/dynamodb").port("PORT").start();
        kinesisProxy = kinesisServer.proxy();
        tableProxy = tableServer.proxy();
        kinesis = KinesisAsyncClient.builder()
                .endpointOverride(kinesis())
                .region(Region.of(REGION))
                .credentialsProvider(LOGIN.provider())
                .httpClient(http)
                .build();
        tables = DynamoDbAsyncClient.builder()
                .endpointOverride(table())
                .region(Region.of(REGION))
                .credentialsProvider(LOGIN.provider())
                .httpClient(http)
                .build();
    }

    RealServer kinesisServer() {
        return kinesisServer;
    }

    RealServer tableServer() {
        return tableServer;
    }

    FaultProxy kinesisProxy() {
        return kinesisProxy;
    }

    FaultProxy tableProxy() {
        return tableProxy;
    }

    URI kinesis() {
        return URI.create("http://" + kinesisServer.endpoint());
    }

    URI table() {
        return URI.create("http://" + tableServer.endpoint());
    }

    KinesisAsyncClient client() {
        return kinesis;
    }

    DynamoDbAsyncClient tables() {
        return tables;
    }

    /** A source that comes by the proxies, with times as short as tests want them. */
    <T> KinesisSource.Builder<T> source(KinesisSource.Builder<T> builder, String stream) {
        return builder.stream(stream)
                .applicationName(stream)
                .region(REGION)
                .endpoint(URI.create("http://" + kinesisProxy.host() + ":" + kinesisProxy.port()))
                .leaseTableEndpoint(URI.create("http://" + tableProxy.host() + ":" + tableProxy.port()))
                .credentials(LOGIN)
                .startAt(KinesisSource.Start.TRIM_HORIZON)
                .checkpointInterval(Duration.ofMillis(50))
                .pollInterval(Duration.ofMillis(200))
                .requestTimeout(Duration.ofSeconds(2))
                .failover(Duration.ofSeconds(1));
    }

    void createStream(String stream, int shards) throws Exception {
        kinesis.createStream(request -> request.streamName(stream).shardCount(shards))
                .get();
        awaitActive(stream);
    }

    void awaitActive(String stream) throws Exception {
        while (kinesis.describeStreamSummary(request -> request.streamName(stream))
                        .get()
                        .streamDescriptionSummary()
                        .streamStatus()
                != StreamStatus.ACTIVE) {
            Thread.onSpinWait();
        }
    }

    List<Shard> shards(String stream) throws Exception {
        return kinesis.listShards(request -> request.streamName(stream)).get().shards();
    }

    /** Makes the lease table of an application and its rows, for which the library would take up to half a minute. */
    void createLeases(String application, String stream) throws Exception {
        createLeases(application, stream, "TRIM_HORIZON");
    }

    void createLeases(String application, String stream, String checkpoint) throws Exception {
        tables.createTable(request -> request.tableName(application)
                        .billingMode(BillingMode.PAY_PER_REQUEST)
                        .attributeDefinitions(AttributeDefinition.builder()
                                .attributeName("leaseKey")
                                .attributeType("S")
                                .build())
                        .keySchema(KeySchemaElement.builder()
                                .attributeName("leaseKey")
                                .keyType(KeyType.HASH)
                                .build()))
                .get();
        for (Shard shard : shards(stream)) {
            tables.putItem(request -> request.tableName(application)
                            .item(Map.of(
                                    "leaseKey",
                                    AttributeValue.fromS(shard.shardId()),
                                    "leaseCounter",
                                    AttributeValue.fromN("0"),
                                    "ownerSwitchesSinceCheckpoint",
                                    AttributeValue.fromN("0"),
                                    "checkpoint",
                                    AttributeValue.fromS(checkpoint),
                                    "checkpointSubSequenceNumber",
                                    AttributeValue.fromN("0"),
                                    "startingHashKey",
                                    AttributeValue.fromS(shard.hashKeyRange().startingHashKey()),
                                    "endingHashKey",
                                    AttributeValue.fromS(shard.hashKeyRange().endingHashKey()))))
                    .get();
        }
    }

    /** The lease of a shard as it is in the table; nothing when there is none. */
    Map<String, AttributeValue> lease(String application, String shardId) throws Exception {
        return tables.getItem(request -> request.tableName(application)
                        .consistentRead(true)
                        .key(Map.of("leaseKey", AttributeValue.fromS(shardId))))
                .get()
                .item();
    }

    @Override
    public void close() {
        kinesis.close();
        tables.close();
        http.close();
        kinesisProxy.close();
        tableProxy.close();
        kinesisServer.close();
        tableServer.close();
    }
}
