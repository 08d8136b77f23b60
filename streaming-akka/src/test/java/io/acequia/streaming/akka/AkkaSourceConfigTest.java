/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.akka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import io.acequia.streaming.data.Secret;
import io.acequia.streaming.testkit.ReceiverReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class AkkaSourceConfigTest {
    @Test
    void allProblemsAreToldAtOnce() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ToldActor.builder("a b")
                        .remote("", 70_000)
                        .feeder("/user/feeder")
                        .feederTimeout(Duration.ofMillis(9))
                        .config("akka { actor { provider = cluster, allow-java-serialization = on } }")
                        .set("akka..loglevel", "INFO")
                        .set("akka.log-config-on-start", "on")
                        .set("akka.color", URI.create("sky:blue"))
                        .capacity(0)
                        .storeTimeout(Duration.ofSeconds(-1))
                        .build())
                .withMessage(
                        """
                        ACQ-2600 invalid Akka source 'a b' (12 problems):
                          name = a b: must be letters, digits, - and _, as that of an actor
                          remote host = : must be a name or an address
                          remote port = 70000: must be from 0 to 65535
                          feeder = /user/feeder: must be as akka://system@host:port/user/name
                          feederTimeout = PT0.009S: must be at least 10 ms
                          capacity = 0: must be at least 1
                          storeTimeout = PT-1S: must not be negative
                          config = akka.actor.allow-java-serialization: must not be set; it is off, as what is read could run code otherwise
                          config = akka.actor.provider: must not be set; remote(..) chooses it
                          set = akka..loglevel: must be a path of a configuration, with a value for it
                          set = akka.color: must be a path of a configuration, with a value for it
                          config = akka.log-config-on-start: must not be set; it would log passwords""");
    }

    @Test
    void aFeederNeedsRemoting() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ToldActor.builder("a")
                        .feeder("akka://feeds@one:1/user/a")
                        .build())
                .withMessage(
                        """
                        ACQ-2600 invalid Akka source 'a' (1 problem):
                          feeder = akka://feeds@one:1/user/a: must have remote(host, port), too""");
    }

    @Test
    void aConfigurationThatCannotBeReadIsNotQuoted() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ToldActor.builder("a")
                        .config("akka {\n password = \"hidden\" \"\n}")
                        .build())
                .withMessageContaining("config, line = 2: must be HOCON")
                .withMessageNotContaining("hidden");
    }

    @Test
    void anythingElseOfTheConfigurationPassesThrough() {
        AkkaSource<String> source = ToldActor.builder("a")
                .config("akka.loglevel = DEBUG\n akka.remote.artery.bind.port = 7")
                .set("akka.loglevel", "INFO")
                .set("akka.remote.artery.ssl.config-ssl-engine.key-store-password", Secret.of("hidden"))
                .remote("one", 1)
                .feederTimeout(Duration.ofSeconds(2))
                .build();

        Config all = SystemConfig.of(source.settings(), getClass().getClassLoader());

        assertThat(all.getString("akka.loglevel")).isEqualTo("INFO");
        assertThat(all.getInt("akka.remote.artery.bind.port")).isEqualTo(7);
        assertThat(all.getString("akka.remote.artery.canonical.hostname")).isEqualTo("one");
        assertThat(all.getInt("akka.remote.artery.canonical.port")).isEqualTo(1);
        assertThat(all.getString("akka.actor.provider")).isEqualTo("remote");
        assertThat(all.getBoolean("akka.actor.allow-java-serialization")).isFalse();
        assertThat(all.getString("akka.remote.artery.ssl.config-ssl-engine.key-store-password"))
                .isEqualTo("hidden");
        assertThat(all.getDuration("akka.remote.watch-failure-detector.heartbeat-interval"))
                .isEqualTo(Duration.ofMillis(200));
        assertThat(source).hasToString("source 'a' in akka://acequia@one:1");
    }

    @Test
    void defaults() {
        AkkaSource<String> source = AkkaSource.of("a", FedActor::props);

        assertThat(source.name()).isEqualTo("a");
        assertThat(source.settings().remote()).isNull();
        assertThat(source.settings().feeder()).isNull();
        assertThat(source.settings().feederTimeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(source.settings().capacity()).isEqualTo(10_000);
        assertThat(source.settings().storeTimeout()).isEqualTo(Duration.ofSeconds(30));
        assertThat(source).hasToString("source 'a' in akka://acequia");
        Config all = SystemConfig.of(source.settings(), getClass().getClassLoader());
        assertThat(all.getString("akka.actor.provider")).isEqualTo("local");
        assertThat(all.getBoolean("akka.jvm-exit-on-fatal-error")).isFalse();
        assertThat(all.getBoolean("akka.coordinated-shutdown.exit-jvm")).isFalse();
    }

    @Test
    void aConfigurationThatRefersToWhatIsNotThereIsRefused() {
        assertThatThrownBy(() -> new ReceiverReader<>(ToldActor.builder("a")
                        .config("akka.loglevel = ${nowhere}")
                        .build()))
                .hasMessageStartingWith("ACQ-2601 ")
                .hasMessageContainingAll("source 'a'", "nowhere");
    }

    @Test
    void aPortThatIsTakenIsTold() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> new ReceiverReader<>(ToldActor.builder("a")
                            .remote("127.0.0.1", taken.getLocalPort())
                            .build()))
                    .hasMessageStartingWith("ACQ-2604 ")
                    .hasMessageContainingAll("akka://acequia@127.0.0.1:" + taken.getLocalPort(), "bind");
        }
    }

    @Test
    void aFunctionThatGivesNoPropsIsTold() {
        assertThatThrownBy(() -> new ReceiverReader<>(AkkaSource.<String>of("a", () -> null)))
                .hasMessageStartingWith("ACQ-2606 ")
                .hasMessageContaining("source 'a'");
    }
}
