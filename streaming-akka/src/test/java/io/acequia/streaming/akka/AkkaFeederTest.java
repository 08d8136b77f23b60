/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.akka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.actor.ActorRef;
import akka.pattern.Patterns;
import io.acequia.streaming.data.Secret;
import io.acequia.streaming.receiver.ReceiverDisconnectedException;
import io.acequia.streaming.testkit.ContainerTest;
import io.acequia.streaming.testkit.FaultProxy;
import io.acequia.streaming.testkit.ReceiverReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What happens between a receiver and a feeder in another process, beyond the contract. */
@ContainerTest
@Timeout(120)
class AkkaFeederTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static Feeder feeder;

    @TempDir
    Path directory;

    @BeforeAll
    static void start() throws Exception {
        feeder = Feeder.withProxy();
    }

    @AfterAll
    static void stop() {
        feeder.close();
    }

    private static List<String> texts(String prefix, int count) {
        return IntStream.range(0, count).mapToObj(i -> prefix + "-" + i).toList();
    }

    /** Reads and acknowledges until all of these came. */
    private static void readAndAck(ReceiverReader<String> reader, List<String> texts) throws Exception {
        Set<String> left = new HashSet<>(texts);
        reader.readUntil(() -> {
            reader.ack();
            left.removeAll(reader.records());
            return left.isEmpty();
        });
    }

    /** Tries again, as the runtime does: Akka may take a while to find back to an address. */
    private static ReceiverReader<String> connected(AkkaSource<String> source) throws Exception {
        while (true) {
            try {
                return new ReceiverReader<>(source);
            } catch (ReceiverDisconnectedException e) {
                assertThat(e).hasMessageStartingWith("ACQ-2605 ");
            }
        }
    }

    private static void awaitNothingUnacknowledged(FeederChannel channel) throws Exception {
        while (channel.unacknowledged() > 0) {
            Thread.onSpinWait();
        }
    }

    // ---- the feeder

    @Test
    void whatIsFedComesOnceAndInOrder() throws Exception {
        try (FeederChannel channel = new FeederChannel(feeder, TIMEOUT);
                ReceiverReader<String> reader =
                        new ReceiverReader<>(channel.builder().build())) {
            feeder.tell("generate " + channel.channel() + " 10000 text");
            readAndAck(reader, texts("text", 10_000));
            assertThat(reader.records()).isEqualTo(texts("text", 10_000));
            awaitNothingUnacknowledged(channel);
        }
    }

    @Test
    void aFeederThatIsKilledIsNoticedAndGoesOnWhereItWas() throws Exception {
        try (FeederChannel channel = new FeederChannel(feeder, TIMEOUT)) {
            feeder.tell("generate " + channel.channel() + " 500 killed");
            Set<String> safe = new HashSet<>();
            try (ReceiverReader<String> reader =
                    new ReceiverReader<>(channel.builder().build())) {
                reader.readAll(100);
                reader.ack();
                safe.addAll(reader.records());
                channel.kill();
                assertThat(reader.readToTheEnd())
                        .isInstanceOf(ReceiverDisconnectedException.class)
                        .hasMessageStartingWith(
                                "ACQ-2614 the feeder of source 'fed', " + feeder.path(channel.channel()));
            }
            assertThatThrownBy(() -> new ReceiverReader<>(channel.builder().build()))
                    .isInstanceOf(ReceiverDisconnectedException.class)
                    .hasMessageStartingWith("ACQ-2605 source 'fed' finds no feeder");
            channel.restart();
            try (ReceiverReader<String> reader = connected(channel.builder().build())) {
                reader.readUntil(() -> {
                    reader.ack();
                    safe.addAll(reader.records());
                    return safe.containsAll(texts("killed", 500));
                });
                awaitNothingUnacknowledged(channel);
            }
        }
    }

    @Test
    void aFeederThatStopsIsNoticedAtOnce() throws Exception {
        try (FeederChannel channel = new FeederChannel(feeder, Duration.ofMinutes(5));
                ReceiverReader<String> reader =
                        new ReceiverReader<>(channel.builder().build())) {
            feeder.tell("end " + channel.channel());
            assertThat(reader.readToTheEnd()).hasMessageStartingWith("ACQ-2614 ");
        }
    }

    @Test
    void aFeederThatIsNotThereIsTold() {
        AkkaSource<String> source = AkkaSource.<String>builder("fed", FedActor::props)
                .remote("127.0.0.1", 0)
                .feeder(feeder.path("nobody"))
                .build();
        assertThatThrownBy(() -> new ReceiverReader<>(source))
                .isInstanceOf(ReceiverDisconnectedException.class)
                .hasMessage("ACQ-2605 source 'fed' finds no feeder " + feeder.path("nobody")
                        + ": it is not there, or did not answer within PT10S");
    }

    // ---- the network

    @Test
    void bothDirectionsCanGoByAProxyAndABlackHoleOfBothIsNoticed() throws Exception {
        int bound = Feeder.freePort();
        try (FeederChannel channel = new FeederChannel(feeder, TIMEOUT);
                FaultProxy back = FaultProxy.to("127.0.0.1", bound)) {
            AkkaSource<String> source = channel.builder()
                    .remote("127.0.0.1", back.port())
                    .set("akka.remote.artery.bind.hostname", "127.0.0.1")
                    .set("akka.remote.artery.bind.port", bound)
                    .build();
            feeder.tell("generate " + channel.channel() + " 100 first");
            try (ReceiverReader<String> reader = new ReceiverReader<>(source)) {
                reader.readAll(100);
                assertThat(back.downBytes() + back.upBytes()).isPositive();
                feeder.proxy().blackHole();
                back.blackHole();
                assertThat(reader.readToTheEnd()).hasMessageStartingWith("ACQ-2614 ");
                feeder.proxy().heal();
                back.heal();
            }
            try (ReceiverReader<String> reader = connected(source)) {
                readAndAck(reader, texts("first", 100));
                awaitNothingUnacknowledged(channel);
            }
        }
    }

    @Test
    void aFeederThatHangsIsNoticed() throws Exception {
        try (FeederChannel channel = new FeederChannel(feeder, TIMEOUT)) {
            try (ReceiverReader<String> reader =
                    new ReceiverReader<>(channel.builder().build())) {
                feeder.server().pause();
                assertThat(reader.readToTheEnd()).hasMessageStartingWith("ACQ-2614 ");
            } finally {
                feeder.server().resume();
            }
            channel.publish(List.of("after"));
            try (ReceiverReader<String> reader = connected(channel.builder().build())) {
                readAndAck(reader, List.of("after"));
            }
        }
    }

    // ---- messages from outside

    @Test
    void aMessageOfAnUnexpectedClassIsRejectedAndTheOthersCome() throws Exception {
        try (FeederChannel channel = new FeederChannel(feeder, TIMEOUT);
                ReceiverReader<String> reader =
                        new ReceiverReader<>(channel.builder().build())) {
            channel.publish(List.of("before"));
            readAndAck(reader, List.of("before"));
            feeder.tell("number " + channel.channel() + " 17");
            reader.readUntil(() -> !reader.rejected().isEmpty());
            assertThat(new String(reader.rejected().get(0).raw(), UTF_8)).isEqualTo("17");
            assertThat(reader.rejected().get(0).where()).contains("akka://feeds@127.0.0.1");
            assertThat(reader.rejected().get(0).cause()).hasMessageContaining("was sent class java.lang.Long");
            channel.publish(List.of("after"));
            readAndAck(reader, List.of("after"));
        }
    }

    @Test
    void anybodyWhoReachesThePortCanStopTheActorUnlessTheModeIsUntrusted() throws Exception {
        try (FeederChannel channel = new FeederChannel(feeder, TIMEOUT)) {
            try (ReceiverReader<String> reader =
                    new ReceiverReader<>(channel.builder().build())) {
                channel.publish(List.of("trusted"));
                readAndAck(reader, List.of("trusted"));
                feeder.tell("poison " + channel.channel());
                assertThat(reader.readToTheEnd()).hasMessageStartingWith("ACQ-2612 ");
            }
            AkkaSource<String> untrusting = channel.builder()
                    .set("akka.remote.artery.untrusted-mode", "on")
                    .build();
            try (ReceiverReader<String> reader = new ReceiverReader<>(untrusting)) {
                channel.publish(List.of("untrusted"));
                readAndAck(reader, List.of("untrusted"));
                feeder.tell("poison " + channel.channel());
                channel.publish(List.of("after"));
                readAndAck(reader, List.of("after"));
                channel.kill();
                assertThat(reader.readToTheEnd()).hasMessageStartingWith("ACQ-2614 ");
            } finally {
                channel.restart();
            }
        }
    }

    @Test
    void aFeederThatDoesNotWaitLosesWhatTheQueuesCannotHold() throws Exception {
        try (Feeder small =
                        Feeder.start(Map.of("CONFIG", "akka.remote.artery.advanced.outbound-message-queue-size = 16"));
                FeederChannel channel = new FeederChannel(small, TIMEOUT)) {
            try (ReceiverReader<String> reader =
                    new ReceiverReader<>(channel.builder().build())) {
                channel.publish(List.of("before"));
                readAndAck(reader, List.of("before"));
                small.tell("flood " + channel.channel() + " 20000");
                small.tell("window " + channel.channel() + " 8");
                small.tell("patience " + channel.channel() + " 200");
                List<String> waited = texts("after", 1_000);
                channel.publish(waited);
                readAndAck(reader, waited);
                assertThat(reader.records().stream().filter(text -> text.startsWith("flood")))
                        .as("of 20,000 that nobody waited for")
                        .hasSizeLessThan(20_000);
            }
        }
    }

    @Test
    void aFullStoreHoldsAFeederThatWaits() throws Exception {
        try (FeederChannel channel = new FeederChannel(feeder, TIMEOUT)) {
            AkkaSource<String> source = channel.builder()
                    .capacity(10)
                    .storeTimeout(Duration.ofMillis(300))
                    .build();
            feeder.tell("generate " + channel.channel() + " 2000 held");
            try (ReceiverReader<String> reader = new ReceiverReader<>(source)) {
                while (reader.records().size() < 200) {
                    reader.read(1);
                    reader.ack();
                }
                readAndAck(reader, texts("held", 2_000));
                awaitNothingUnacknowledged(channel);
            }
        }
    }

    @Test
    void anActorThatIsHeldDoesNotKeepHeartbeatsFromGoing() throws Exception {
        try (FeederChannel channel = new FeederChannel(feeder, TIMEOUT)) {
            AkkaSource<String> source = ToldActor.builder("heartbeats")
                    .remote("127.0.0.1", 0)
                    .feeder(feeder.path(channel.channel()))
                    .feederTimeout(Duration.ofSeconds(1))
                    .capacity(1)
                    .storeTimeout(Duration.ofSeconds(3))
                    .build();
            try (ReceiverReader<String> reader = new ReceiverReader<>(source)) {
                ActorRef actor = ToldActor.of("heartbeats", reader);
                Patterns.ask(actor, "first", PATIENCE);
                assertThatThrownBy(() -> Patterns.ask(actor, "second", PATIENCE)
                                .toCompletableFuture()
                                .get())
                        .cause()
                        .hasMessageContaining("ACQ-2609 ");
                Patterns.ask(actor, "third", PATIENCE);
                assertThat(reader.readAll(2)).containsExactly("first", "third");
            }
        }
    }

    // ---- TLS

    /** Keys for 127.0.0.1, signed by themselves, and as what is trusted. */
    private Path keys(String name) throws Exception {
        Path store = directory.resolve(name + ".p12");
        keytool(
                "-genkeypair -alias " + name + " -keyalg EC -dname CN=" + name + " -ext san=ip:127.0.0.1 -validity 2",
                store);
        return store;
    }

    private void trust(Path keys, String name, Path store) throws Exception {
        Path certificate = directory.resolve(name + ".crt");
        Files.deleteIfExists(certificate);
        keytool("-exportcert -alias " + name + " -file " + certificate, keys);
        keytool("-importcert -noprompt -alias " + name + " -file " + certificate, store);
    }

    private static void keytool(String command, Path store) throws Exception {
        List<String> words = new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/keytool"));
        words.addAll(List.of(command.split(" ")));
        words.addAll(List.of("-keystore", store.toString(), "-storetype", "PKCS12", "-storepass", "hidden-word"));
        Process keytool = new ProcessBuilder(words).redirectErrorStream(true).start();
        String said = new String(keytool.getInputStream().readAllBytes(), UTF_8);
        assertThat(keytool.waitFor()).as(said).isZero();
    }

    private static String tls(String keys, String trusted) {
        return """
                akka.remote.artery {
                  transport = tls-tcp
                  ssl.config-ssl-engine {
                    key-store = "%s"
                    trust-store = "%s"
                    protocol = TLSv1.3
                    enabled-algorithms = [TLS_AES_256_GCM_SHA384]
                    hostname-verification = on
                  }
                }
                """
                .formatted(keys, trusted);
    }

    private static AkkaSource.Builder<String> secured(FeederChannel channel, Path keys, Path trusted) {
        String engine = "akka.remote.artery.ssl.config-ssl-engine.";
        return channel.builder()
                .config(tls(keys.toString(), trusted.toString()))
                .set(engine + "key-store-password", Secret.of("hidden-word"))
                .set(engine + "key-password", Secret.of("hidden-word"))
                .set(engine + "trust-store-password", Secret.of("hidden-word"));
    }

    private static String base64(Path file) throws Exception {
        return Base64.getEncoder().encodeToString(Files.readAllBytes(file));
    }

    @Test
    void bothSidesShowTheirCertificatesAndStrangersAreRefused() throws Exception {
        Path feeders = keys("feeders");
        Path ours = keys("ours");
        Path strangers = keys("strangers");
        Path trusted = directory.resolve("trusted.p12");
        trust(feeders, "feeders", trusted);
        trust(ours, "ours", trusted);
        String passwords = String.join(
                "\n",
                "",
                "akka.remote.artery.ssl.config-ssl-engine.key-store-password = hidden-word",
                "akka.remote.artery.ssl.config-ssl-engine.key-password = hidden-word",
                "akka.remote.artery.ssl.config-ssl-engine.trust-store-password = hidden-word");
        try (Feeder secured = Feeder.start(Map.of(
                        "CONFIG",
                        tls("/opt/feeder/keystore.p12", "/opt/feeder/truststore.p12") + passwords,
                        "KEYSTORE",
                        base64(feeders),
                        "TRUSTSTORE",
                        base64(trusted)));
                FeederChannel channel = new FeederChannel(secured, TIMEOUT)) {
            channel.publish(texts("secret", 10));
            try (ReceiverReader<String> reader = new ReceiverReader<>(
                    secured(channel, ours, trusted).feederTimeout(PATIENCE).build())) {
                readAndAck(reader, texts("secret", 10));
                awaitNothingUnacknowledged(channel);
            }
            assertThatThrownBy(() -> new ReceiverReader<>(
                            secured(channel, strangers, trusted).build()))
                    .as("not trusted by the feeder")
                    .hasMessageStartingWith("ACQ-2605 ");
            assertThatThrownBy(() -> new ReceiverReader<>(channel.builder().build()))
                    .as("without TLS")
                    .hasMessageStartingWith("ACQ-2605 ");
        }
    }

    @Test
    void keysThatCannotBeUsedAreToldAndLeaveNoSystemBehind() throws Exception {
        Path ours = keys("ours");
        try (FeederChannel channel = new FeederChannel(feeder, TIMEOUT);
                LoggedLines log = new LoggedLines()) {
            assertThatThrownBy(() -> new ReceiverReader<>(secured(channel, ours, ours)
                            .set(
                                    "akka.remote.artery.ssl.config-ssl-engine.key-store-password",
                                    Secret.of("another-word"))
                            .build()))
                    .hasMessageStartingWith("ACQ-2604 ")
                    .hasMessageContaining("keystore password was incorrect")
                    .satisfies(e -> assertThat(e.toString()).doesNotContain("another-word", "hidden-word"));
            assertThat(log.text()).doesNotContain("ACQ-2618", "another-word", "hidden-word");
        }
    }

    @Test
    void noActorOfTheReceiverIsNeededToTellThatItsFeederIsGone() throws Exception {
        try (FeederChannel channel = new FeederChannel(feeder, TIMEOUT)) {
            AkkaSource<String> deaf = ToldActor.builder("deaf")
                    .remote("127.0.0.1", 0)
                    .feeder(feeder.path(channel.channel()))
                    .build();
            try (ReceiverReader<String> reader = new ReceiverReader<>(deaf)) {
                ToldActor.tell(ToldActor.of("deaf", reader), told -> assertThat(told.feeder())
                        .isNotEqualTo(ActorRef.noSender()));
                feeder.tell("end " + channel.channel());
                assertThat(reader.readToTheEnd()).hasMessageStartingWith("ACQ-2614 ");
            }
        }
    }
}
