/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.kinesis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.acequia.streaming.data.Secret;
import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.kinesis.KinesisSource.Start;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import software.amazon.kinesis.common.InitialPositionInStream;
import software.amazon.kinesis.metrics.MetricsLevel;

class KinesisSourceConfigTest {
    private static KinesisSource.Builder<KinesisRecord> builder() {
        return KinesisSource.builder().stream("clicks")
                .applicationName("click-count")
                .region("eu-central-1");
    }

    @Test
    void allProblemsAreToldAtOnce() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> KinesisSource.builder().stream("a b")
                        .region(" ")
                        .endpoint(URI.create("http://kinesis.example.com"))
                        .leaseTableEndpoint(URI.create("dynamodb"))
                        .metricsEndpoint(URI.create("ftp://localhost"))
                        .credentials(KinesisCredentials.profile(" "))
                        .leaseTableCredentials(KinesisCredentials.of("", Secret.of("hidden")))
                        .metricsCredentials(KinesisCredentials.of(" ", Secret.of("hidden"), Secret.of("hidden")))
                        .startAt(Start.TIMESTAMP)
                        .worker("")
                        .checkpointInterval(Duration.ofMillis(-1))
                        .pollInterval(Duration.ofMillis(199))
                        .requestTimeout(Duration.ZERO)
                        .failover(Duration.ofMillis(999))
                        .fetchSize(0)
                        .build())
                .withMessage(
                        """
                        ACQ-2640 invalid Kinesis source 'kinesis:a b' (16 problems):
                          stream = a b: must match [a-zA-Z0-9_.-]{1,128}
                          applicationName: must be given
                          region: must be given
                          endpoint = http://kinesis.example.com: must begin with https://, unless the host is this machine
                          leaseTableEndpoint = dynamodb: must be like https://host:port
                          metricsEndpoint = ftp://localhost: must begin with https://, unless the host is this machine
                          credentials: the name of the profile or key must not be blank
                          leaseTableCredentials: the name of the profile or key must not be blank
                          metricsCredentials: the name of the profile or key must not be blank
                          startAt = TIMESTAMP: needs startTime(..)
                          worker: must not be blank
                          checkpointInterval = PT-0.001S: must be from PT0S to PT1H
                          pollInterval = PT0.199S: must be from PT0.2S to PT4M
                          requestTimeout = PT0S: must be from PT0.1S to PT1H
                          failover = PT0.999S: must be from PT1S to PT1H
                          fetchSize = 0: must be from 1 to 10000""");
    }

    @Test
    void oneProblemIsOne() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().fetchSize(10_001).name("clicks").build())
                .withMessage(
                        """
                        ACQ-2640 invalid Kinesis source 'clicks' (1 problem):
                          fetchSize = 10001: must be from 1 to 10000""");
    }

    @Test
    void defaults() {
        Instant before = StreamClock.system().now().minusSeconds(1);
        KinesisSource<KinesisRecord> source = builder().build();

        assertThat(source.name()).isEqualTo("kinesis:clicks");
        KinesisSource.Settings settings = source.settings();
        assertThat(settings.from()).isAfter(before);
        assertThat(settings.checkpointInterval()).isEqualTo(Duration.ofSeconds(1));
        assertThat(settings.pollInterval()).isEqualTo(Duration.ofSeconds(1));
        assertThat(settings.requestTimeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(settings.failover()).isEqualTo(Duration.ofSeconds(10));
        assertThat(settings.fetchSize()).isEqualTo(10_000);
        assertThat(settings.metricsLevel()).isEqualTo(MetricsLevel.NONE);
        assertThat(settings.leaseTable().credentials())
                .isSameAs(settings.kinesis().credentials());
        assertThat(settings.metrics().credentials()).isSameAs(settings.kinesis().credentials());
    }

    @Test
    void eachServiceHasItsOwnLoginAndPlace() {
        KinesisCredentials login = KinesisCredentials.of("id", Secret.of("hidden"), Secret.of("hidden"));
        KinesisSource.Settings settings = builder()
                .startAt(Start.TRIM_HORIZON)
                .metricsLevel(MetricsLevel.SUMMARY)
                .credentials(KinesisCredentials.defaultChain())
                .leaseTableCredentials(KinesisCredentials.profile("table"))
                .metricsCredentials(login)
                .endpoint(URI.create("http://[::1]:1"))
                .leaseTableEndpoint(URI.create("http://localhost:2"))
                .metricsEndpoint(URI.create("https://metrics.example.com"))
                .build()
                .settings();

        assertThat(settings.kinesis()).hasToString("Kinesis at http://[::1]:1");
        assertThat(settings.kinesis().credentials()).hasToString("the default chain");
        assertThat(settings.leaseTable()).hasToString("DynamoDB at http://localhost:2");
        assertThat(settings.leaseTable().credentials()).hasToString("profile table");
        assertThat(settings.metrics()).hasToString("CloudWatch at https://metrics.example.com");
        assertThat(settings.metrics().credentials()).isSameAs(login);
        assertThat(settings.metricsLevel()).isEqualTo(MetricsLevel.SUMMARY);
        assertThat(settings.initialPosition().getInitialPositionInStream())
                .isEqualTo(InitialPositionInStream.TRIM_HORIZON);
    }

    @Test
    void noSecretIsPrinted() {
        KinesisSource<KinesisRecord> source = builder()
                .credentials(KinesisCredentials.of("AKID", Secret.of("hidden"), Secret.of("hidden")))
                .build();

        assertThat(source).hasToString("kinesis:clicks of application click-count from Kinesis by access key AKID");
        assertThat(source.settings().toString()).doesNotContain("hidden");
    }

    @Test
    void recordsAreEqualByPlaceAndContent() {
        KinesisRecord one = new KinesisRecord("s", "1", 2, "key", new byte[] {3}, Instant.EPOCH);

        assertThat(one)
                .isEqualTo(new KinesisRecord("s", "1", 2, "key", new byte[] {3}, Instant.EPOCH))
                .hasSameHashCodeAs(new KinesisRecord("s", "1", 2, "key", new byte[] {3}, Instant.EPOCH))
                .isNotEqualTo(new KinesisRecord("s", "1", 2, "key", new byte[] {4}, Instant.EPOCH));
    }

    @Test
    void aRangeNeedsNumbersInOrder() {
        assertThat(new KinesisRange("s", "7", "7")).hasToString("s [7, 7]");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new KinesisRange("s", "9", "8"))
                .withMessage("ACQ-2651 range of s from 9 to 8: the first number must not be above the last");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new KinesisRange("s", "-1", "8"))
                .withMessage("ACQ-2649 fromSequenceNumber = -1: must be a sequence number, up to 128 digits");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new KinesisRange("s", "1", "LATEST"))
                .withMessageStartingWith("ACQ-2649 toSequenceNumber = LATEST");
    }

    @Test
    void namesOfWorkersAreFreeAgain() {
        Workers.Group group = new Workers.Group("r", "a", "w");
        Workers.Worker one = Workers.take(group);
        Workers.Worker two = Workers.take(group);
        one.giveBack();

        assertThat(two.name()).isEqualTo("w-2");
        assertThat(Workers.take(group).name()).isEqualTo("w-1");
    }
}
