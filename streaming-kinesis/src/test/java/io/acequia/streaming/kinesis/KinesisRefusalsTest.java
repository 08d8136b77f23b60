/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kinesis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.data.Secret;
import io.acequia.streaming.receiver.ReceiverDisconnectedException;
import io.acequia.streaming.testkit.ContainerTest;
import io.acequia.streaming.testkit.ReceiverReader;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.http.SdkHttpConfigurationOption;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamSummaryRequest;
import software.amazon.awssdk.services.kinesis.model.GetRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.GetShardIteratorRequest;
import software.amazon.awssdk.utils.AttributeMap;
import software.amazon.kinesis.metrics.MetricsLevel;

/** What a source makes of answers that are none, and of none. */
@ContainerTest
@Timeout(120)
class KinesisRefusalsTest extends OnStream {
    private KinesisSource<String> refusing(Answers answers) {
        return texts().factory(answers).build();
    }

    @Test
    void throttlingIsWaitedForAndEndsNoConnection() throws Exception {
        create(1);
        put(texts("text", 10));
        Answers answers = new Answers(GetRecordsRequest.class, 400, "ProvisionedThroughputExceededException", 8);
        try (ReceiverReader<String> reader = new ReceiverReader<>(refusing(answers))) {
            assertThat(reader.readAll(10)).isEqualTo(texts("text", 10));
            assertThat(answers.left()).isZero();
        }
    }

    @Test
    void anIteratorThatExpiredIsReplaced() throws Exception {
        create(1);
        put(texts("text", 10));
        Answers answers = new Answers(GetRecordsRequest.class, 400, "ExpiredIteratorException", 2);
        try (ReceiverReader<String> reader = new ReceiverReader<>(refusing(answers))) {
            assertThat(reader.readAll(10)).isEqualTo(texts("text", 10));
            assertThat(answers.left()).isZero();
        }
    }

    @Test
    void aServiceThatFailsIsAskedThreeTimesAndThenTheConnectionEnds() throws Exception {
        create(1);
        put(texts("text", 10));
        try (ReceiverReader<String> reader =
                new ReceiverReader<>(refusing(new Answers(GetRecordsRequest.class, 500, "InternalFailure", 2)))) {
            reader.readAll(10);
        }
        try (ReceiverReader<String> reader =
                new ReceiverReader<>(refusing(new Answers(GetRecordsRequest.class, 500, "InternalFailure", 3)))) {
            assertThatThrownBy(() -> reader.readUntil(() -> false))
                    .isInstanceOf(ReceiverDisconnectedException.class)
                    .hasMessageStartingWith("ACQ-2641 Kinesis at ")
                    .hasMessageContaining(" does not answer kinesis:" + stream);
        }
    }

    @Test
    void aStreamThatDoesNotExistIsNamed() {
        assertThatThrownBy(() -> new ReceiverReader<>(texts().build()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("ACQ-2642 Kinesis at http://127.0.0.1:")
                .hasMessageContaining(" has no stream '" + stream + "'")
                .hasMessageContaining("check the name, the region and the account");
    }

    @Test
    void aStreamThatIsDeletedIsNotTakenForOneThatEnded() throws Exception {
        create(1);
        put(texts("text", 10));
        try (ReceiverReader<String> reader = new ReceiverReader<>(texts().build())) {
            reader.readAll(10);
            reader.ack();
            servers.client().deleteStream(request -> request.streamName(stream)).get();
            assertThatThrownBy(() -> reader.readUntil(() -> false))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageStartingWith("ACQ-2642 ");
        }
        assertThat(checkpoint(FIRST_SHARD)).isNotEqualTo("SHARD_END");
    }

    @Test
    void aLoginThatIsRefusedIsTold() throws Exception {
        create(1);
        assertRefused(DescribeStreamSummaryRequest.class, "UnrecognizedClientException");
        try (ReceiverReader<String> reader =
                new ReceiverReader<>(refusing(new Answers(GetRecordsRequest.class, 400, "AccessDeniedException", 1)))) {
            assertThatThrownBy(() -> reader.readUntil(() -> false)).hasMessageStartingWith("ACQ-2643 ");
        }
    }

    private void assertRefused(Class<? extends SdkRequest> request, String code) {
        assertThatThrownBy(() -> new ReceiverReader<>(refusing(new Answers(request, 400, code, 1))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("ACQ-2643 Kinesis at http://127.0.0.1:")
                .hasMessageContaining(" refuses the login of kinesis:" + stream)
                .hasMessageContaining("check the credentials");
    }

    @Test
    void aProfileThatIsNotThereIsTold() throws Exception {
        create(1);
        KinesisSource<String> source = texts().credentials(KinesisCredentials.profile("no-such-profile"))
                .leaseTableCredentials(KinesisCredentials.of("id", Secret.of("hidden")))
                .build();
        assertThatThrownBy(() -> new ReceiverReader<>(source))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith(
                        "ACQ-2644 there are no credentials by which kinesis:" + stream + " can log in to Kinesis at ")
                .hasMessageContaining("profile no-such-profile has none");
    }

    @Test
    void anythingElseThatKinesisRefusesIsTold() throws Exception {
        create(1);
        Answers answers = new Answers(GetShardIteratorRequest.class, 400, "InvalidArgumentException", 1);
        try (ReceiverReader<String> reader = new ReceiverReader<>(refusing(answers))) {
            assertThatThrownBy(() -> reader.readUntil(() -> false))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageStartingWith("ACQ-2645 Kinesis at ");
        }
    }

    @Test
    void aConnectionThatIsResetIsNoticedAlsoWhenNothingIsAsked() throws Exception {
        create(1);
        put(List.of("text"));
        try (ReceiverReader<String> reader =
                new ReceiverReader<>(texts().pollInterval(Duration.ofMinutes(4)).build())) {
            reader.readAll(1);
            servers.kinesisProxy().reset();
            assertThatThrownBy(() -> reader.readUntil(() -> false))
                    .isInstanceOf(ReceiverDisconnectedException.class)
                    .hasMessageStartingWith("ACQ-2646 the connection of kinesis:" + stream + " to /127.0.0.1:");
        }
    }

    @Test
    void metricsThatNobodyTakesEndNoConnection() throws Exception {
        create(1);
        KinesisSource<String> source = texts().metricsLevel(MetricsLevel.SUMMARY)
                .metricsEndpoint(URI.create("http://127.0.0.1:1"))
                .build();
        try (ReceiverReader<String> reader = new ReceiverReader<>(source)) {
            for (int lot = 1; lot <= 5; lot++) {
                put(texts("text-" + lot, 10));
                int so = lot * 10;
                reader.readAndAckUntil(() -> reader.records().size() >= so);
            }
        }
    }

    @Test
    void aLeaseTableThatIsAwayEndsTheConnectionAndNothingIsLost() throws Exception {
        create(1);
        put(texts("text", 10));
        try (ReceiverReader<String> reader = new ReceiverReader<>(texts().build())) {
            reader.readAll(10);
            servers.tableServer().kill();
            assertThatThrownBy(() -> reader.readAndAckUntil(() -> false))
                    .isInstanceOf(ReceiverDisconnectedException.class);
        }
        servers.tableServer().restart();
        try (ReceiverReader<String> reader = new ReceiverReader<>(texts().build())) {
            assertThat(reader.readAll(10)).isEqualTo(texts("text", 10));
        }
    }

    @Test
    void aLeaseTableThatWasDeletedIsTold() throws Exception {
        create(1);
        put(texts("text", 10));
        try (ReceiverReader<String> reader = new ReceiverReader<>(texts().build())) {
            reader.readAll(10);
            servers.tables().deleteTable(request -> request.tableName(stream)).get();
            assertThatThrownBy(() -> reader.readAndAckUntil(() -> false))
                    .isInstanceOf(ReceiverDisconnectedException.class)
                    .hasMessageStartingWith("ACQ-2648 the consumer library of kinesis:" + stream + " ended: ");
        }
    }

    @Test
    void aLeaseTableThatIsAnotherTableKeepsTheConsumerLibraryFromStarting() throws Exception {
        servers.createStream(stream, 1);
        servers.tables()
                .createTable(request -> request.tableName(stream)
                        .billingMode(BillingMode.PAY_PER_REQUEST)
                        .attributeDefinitions(AttributeDefinition.builder()
                                .attributeName("other")
                                .attributeType("S")
                                .build())
                        .keySchema(KeySchemaElement.builder()
                                .attributeName("other")
                                .keyType(KeyType.HASH)
                                .build()))
                .get();
        try (ReceiverReader<String> reader = new ReceiverReader<>(texts().build())) {
            assertThatThrownBy(() -> reader.readUntil(() -> false))
                    .isInstanceOf(ReceiverDisconnectedException.class)
                    .hasMessageStartingWith(
                            "ACQ-2648 the consumer library of kinesis:" + stream + " ended: it could not start: ");
        }
    }

    // ---- TLS

    /** Trusts the certificate that the server made itself. */
    private static final class Trusting extends Clients.Factory {
        @Override
        AttributeMap connections() {
            return AttributeMap.builder()
                    .put(SdkHttpConfigurationOption.TRUST_ALL_CERTIFICATES, true)
                    .build();
        }
    }

    private static URI tls() {
        return URI.create("https://127.0.0.1:" + servers.kinesisServer().port("TLS_PORT"));
    }

    @Test
    void recordsComeOverTls() throws Exception {
        create(1);
        put(texts("text", 10));
        try (ReceiverReader<String> reader = new ReceiverReader<>(
                texts().endpoint(tls()).factory(new Trusting()).build())) {
            assertThat(reader.readAll(10)).isEqualTo(texts("text", 10));
        }
    }

    @Test
    void aCertificateThatNobodySignedIsRefused() throws Exception {
        create(1);
        assertThatThrownBy(() -> new ReceiverReader<>(texts().endpoint(tls()).build()))
                .isInstanceOf(ReceiverDisconnectedException.class)
                .hasMessageStartingWith("ACQ-2641 Kinesis at https://127.0.0.1:")
                .hasStackTraceContaining("PKIX");
    }
}
