/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import com.google.protobuf.ByteString;
import io.acequia.streaming.DStream;
import io.acequia.streaming.StreamingContext;
import io.acequia.streaming.data.Secret;
import io.acequia.streaming.kinesis.KinesisCredentials;
import io.acequia.streaming.kinesis.KinesisSource;
import io.acequia.streaming.testkit.RealServer;
import java.net.URI;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.LongAdder;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.cloudwatch.CloudWatchAsyncClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.Shard;
import software.amazon.awssdk.services.kinesis.model.StreamStatus;
import software.amazon.kinesis.common.ConfigsBuilder;
import software.amazon.kinesis.common.InitialPositionInStream;
import software.amazon.kinesis.common.InitialPositionInStreamExtended;
import software.amazon.kinesis.coordinator.CoordinatorConfig.ClientVersionConfig;
import software.amazon.kinesis.coordinator.Scheduler;
import software.amazon.kinesis.leases.LeaseManagementConfig;
import software.amazon.kinesis.lifecycle.events.InitializationInput;
import software.amazon.kinesis.lifecycle.events.LeaseLostInput;
import software.amazon.kinesis.lifecycle.events.ProcessRecordsInput;
import software.amazon.kinesis.lifecycle.events.ShardEndedInput;
import software.amazon.kinesis.lifecycle.events.ShutdownRequestedInput;
import software.amazon.kinesis.metrics.NullMetricsFactory;
import software.amazon.kinesis.processor.ShardRecordProcessor;
import software.amazon.kinesis.processor.SingleStreamTracker;
import software.amazon.kinesis.retrieval.kpl.Messages;
import software.amazon.kinesis.retrieval.polling.PollingConfig;

/**
 * A stream of two shards, made anew for each that reads, with messages of which each record of Kinesis has many, as producers pack
 * them. Both read by AWS's consumer library with the same settings, on a lease table that is there before, since the library takes half
 * a minute to make it. The client by hand writes its position after each answer, the source at most every 50 ms, when that is safe.
 */
final class KinesisPair implements ClientPair {
    private static final String REGION = "us-east-1";
    private static final KinesisCredentials LOGIN = KinesisCredentials.of("AKIDBENCH00000000000", Secret.of("bench"));
    private static final StaticCredentialsProvider CREDENTIALS =
            StaticCredentialsProvider.create(AwsBasicCredentials.create("AKIDBENCH00000000000", "bench"));
    private static final byte[] PACKED = {(byte) 0xF3, (byte) 0x89, (byte) 0x9A, (byte) 0xC2};
    private static final int SHARDS = 2;
    private static final int RECORD_BYTES = 50_000;
    private static final int FETCH_SIZE = 10;
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration FAILOVER = Duration.ofSeconds(10);
    private static final Duration LOOK = Duration.ofMillis(100);
    private static final Duration AFTER_SYNC = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final RealServer server;
    private final RealServer table;
    private final SdkAsyncHttpClient http = NettyNioAsyncHttpClient.create();
    private final KinesisAsyncClient kinesis;
    private final DynamoDbAsyncClient tables;
    private String stream = "";

    private KinesisPair(RealServer server, RealServer table) {
        this.server = server;
        this.table = table;
        kinesis = KinesisAsyncClient.builder()
                .endpointOverride(uri(server))
                .region(Region.of(REGION))
                .credentialsProvider(CREDENTIALS)
                .httpClient(http)
                .build();
        tables = DynamoDbAsyncClient.builder()
                .endpointOverride(uri(table))
                .region(Region.of(REGION))
                .credentialsProvider(CREDENTIALS)
                .httpClient(http)
                .build();
    }

    static KinesisPair start() throws Exception {
        RealServer server = RealServer.of("acequia/kinesis")
                .environment("PERSIST", "false")
                .port("PORT")
                .port("TLS_PORT")
                .start();
        return new KinesisPair(
                server, RealServer.of("acequia/dynamodb").port("PORT").start());
    }

    private static URI uri(RealServer of) {
        return URI.create("http://" + of.endpoint());
    }

    @Override
    public String name() {
        return "records of " + RECORD_BYTES + " B";
    }

    @Override
    public void fill(int messages, int bytes) throws Exception {
        if (!stream.isEmpty()) {
            kinesis.deleteStream(request -> request.streamName(stream)).get();
            tables.deleteTable(request -> request.tableName(stream)).get();
        }
        stream = "s-" + UUID.randomUUID();
        kinesis.createStream(request -> request.streamName(stream).shardCount(SHARDS))
                .get();
        while (kinesis.describeStreamSummary(request -> request.streamName(stream))
                        .get()
                        .streamDescriptionSummary()
                        .streamStatus()
                != StreamStatus.ACTIVE) {
            Thread.onSpinWait();
        }
        makeLeases();
        int inRecord = RECORD_BYTES / bytes;
        for (int from = 0; from < messages; from += inRecord) {
            String key = "p" + from;
            SdkBytes data = SdkBytes.fromByteArray(packed(key, Math.min(inRecord, messages - from), bytes));
            kinesis.putRecord(request ->
                            request.streamName(stream).partitionKey(key).data(data))
                    .get();
        }
    }

    /** With the key of the record: who unpacks it drops messages whose key belongs to another shard. */
    private static byte[] packed(String key, int messages, int bytes) throws Exception {
        Messages.AggregatedRecord.Builder all =
                Messages.AggregatedRecord.newBuilder().addPartitionKeyTable(key);
        ByteString data = ByteString.copyFrom(new byte[bytes]);
        for (int i = 0; i < messages; i++) {
            all.addRecords(Messages.Record.newBuilder().setPartitionKeyIndex(0).setData(data));
        }
        byte[] body = all.build().toByteArray();
        byte[] digest = MessageDigest.getInstance("MD5").digest(body);
        return ByteBuffer.allocate(PACKED.length + body.length + digest.length)
                .put(PACKED)
                .put(body)
                .put(digest)
                .array();
    }

    private void makeLeases() throws Exception {
        tables.createTable(request -> request.tableName(stream)
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
        for (Shard shard :
                kinesis.listShards(request -> request.streamName(stream)).get().shards()) {
            tables.putItem(request -> request.tableName(stream)
                            .item(Map.of(
                                    "leaseKey",
                                    AttributeValue.fromS(shard.shardId()),
                                    "leaseCounter",
                                    AttributeValue.fromN("0"),
                                    "ownerSwitchesSinceCheckpoint",
                                    AttributeValue.fromN("0"),
                                    "checkpoint",
                                    AttributeValue.fromS("TRIM_HORIZON"),
                                    "checkpointSubSequenceNumber",
                                    AttributeValue.fromN("0"),
                                    "startingHashKey",
                                    AttributeValue.fromS(shard.hashKeyRange().startingHashKey()),
                                    "endingHashKey",
                                    AttributeValue.fromS(shard.hashKeyRange().endingHashKey()))))
                    .get();
        }
    }

    @Override
    public DStream<Integer> lengths(StreamingContext context) {
        KinesisSource<Integer> source = KinesisSource.<Integer>builder(record -> record.data().length).stream(stream)
                .applicationName(stream)
                .region(REGION)
                .endpoint(uri(server))
                .leaseTableEndpoint(uri(table))
                .credentials(LOGIN)
                .startAt(KinesisSource.Start.TRIM_HORIZON)
                .checkpointInterval(Duration.ofMillis(50))
                .pollInterval(POLL)
                .failover(FAILOVER)
                .fetchSize(FETCH_SIZE)
                .build();
        return context.receiverStream(source);
    }

    @Override
    public Tally readByHand(int messages, Runnable all) throws Exception {
        CountDownLatch left = new CountDownLatch(messages);
        LongAdder length = new LongAdder();
        try (CloudWatchAsyncClient metrics = CloudWatchAsyncClient.builder()
                .region(Region.of(REGION))
                .credentialsProvider(CREDENTIALS)
                .httpClient(http)
                .build()) {
            InitialPositionInStreamExtended begin =
                    InitialPositionInStreamExtended.newInitialPosition(InitialPositionInStream.TRIM_HORIZON);
            ConfigsBuilder configs = new ConfigsBuilder(
                    new SingleStreamTracker(stream, begin),
                    stream,
                    kinesis,
                    tables,
                    metrics,
                    "by-hand",
                    () -> new Counting(left, length));
            LeaseManagementConfig leases = configs.leaseManagementConfig();
            leases.workerUtilizationAwareAssignmentConfig().disableWorkerMetrics(true);
            Scheduler scheduler = new Scheduler(
                    configs.checkpointConfig(),
                    configs.coordinatorConfig()
                            .clientVersionConfig(ClientVersionConfig.CLIENT_VERSION_CONFIG_COMPATIBLE_WITH_2X_PHASE1)
                            .shardConsumerDispatchPollIntervalMillis(LOOK.toMillis()),
                    leases.failoverTimeMillis(FAILOVER.toMillis())
                            .initialPositionInStream(begin)
                            .shardSyncIntervalMillis(AFTER_SYNC.toMillis()),
                    configs.lifecycleConfig(),
                    configs.metricsConfig().metricsFactory(new NullMetricsFactory()),
                    configs.processorConfig(),
                    configs.retrievalConfig()
                            .retrievalSpecificConfig(new PollingConfig(stream, kinesis)
                                    .maxRecords(FETCH_SIZE)
                                    .idleTimeBetweenReadsInMillis(POLL.toMillis())));
            Thread worker = new Thread(scheduler, "by-hand");
            worker.start();
            ClientThroughput.await(left, PATIENCE);
            all.run();
            scheduler.shutdown();
            worker.join();
        }
        return new Tally(messages, length.sum(), 0);
    }

    @Override
    public void close() {
        kinesis.close();
        tables.close();
        http.close();
        server.close();
        table.close();
    }

    /** Writes its position after each answer. */
    private static final class Counting implements ShardRecordProcessor {
        private final CountDownLatch left;
        private final LongAdder length;

        Counting(CountDownLatch left, LongAdder length) {
            this.left = left;
            this.length = length;
        }

        @Override
        public void initialize(InitializationInput input) {}

        @Override
        public void processRecords(ProcessRecordsInput input) {
            input.records().forEach(record -> {
                length.add(record.data().remaining());
                left.countDown();
            });
            if (!input.records().isEmpty()) {
                try {
                    input.checkpointer().checkpoint();
                } catch (Exception e) {
                    throw new IllegalStateException("a position could not be written", e);
                }
            }
        }

        @Override
        public void leaseLost(LeaseLostInput input) {}

        @Override
        public void shardEnded(ShardEndedInput input) {}

        @Override
        public void shutdownRequested(ShutdownRequestedInput input) {}
    }
}
