/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.data.Secret;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The suite passes a good configuration, and each of its tests fails a bad one. */
@Timeout(60)
class ConfigMappingTestTest extends ConfigMappingTest<ConfigMappingTestTest.Settings> {
    @Override
    protected ConfigKeys<?, Settings> keys() {
        return goodKeys();
    }

    private static ConfigKeys<Builder, Settings> goodKeys() {
        return keysWithoutTimeout()
                .key("timeout", Builder::timeout, Settings::timeout, Duration.ofSeconds(5), Duration.ZERO);
    }

    private static ConfigKeys<Builder, Settings> keysWithoutTimeout() {
        return ConfigKeys.of(() -> new Builder().host("needed"), Builder::build)
                .key("host", Builder::host, Settings::host, "needed", "other")
                .key("port", Builder::port, Settings::port, 1883, 8883)
                .refuses("port", Builder::port, 70_000, "must be from 1 to 65535")
                .key("password", Builder::password, Settings::password, Secret.of(""), Secret.of("hunter2"))
                .refuses("password", Builder::password, Secret.of("let me in"), "must have no spaces")
                .key(
                        "token",
                        (builder, token) -> builder.token(token.orElseThrow()),
                        Settings::token,
                        Optional.<Secret>empty(),
                        Optional.of(Secret.of("xyzzy")));
    }

    @Test
    void aForgottenKeyFails() {
        assertThatThrownBy(suite(keysWithoutTimeout())::noKeyIsForgotten)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("timeout");
    }

    @Test
    void aKeyThatTheBuilderDoesNotHaveFails() {
        assertThatThrownBy(
                        suite(goodKeys().key("hots", Builder::host, Settings::host, "needed", "other"))
                                ::noKeyIsForgotten)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("hots");
    }

    @Test
    void aBuilderWithoutKeysFails() {
        assertThatThrownBy(suite(ConfigKeys.of(() -> "", text -> new Builder().build()))::noKeyIsForgotten)
                .isInstanceOf(AssertionError.class);
    }

    @Test
    void aSetterThatDoesNothingFails() {
        assertThatThrownBy(
                        suite(goodKeys().key("port", (builder, port) -> {}, Settings::port, 1883, 8883))
                                ::everyKeyIsReadBackAsItWasSet)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("'port' after it was set");
    }

    @Test
    void anotherValueThatIsTheDefaultFails() {
        assertThatThrownBy(
                        suite(goodKeys().key("port", Builder::port, Settings::port, 1883, 1883))
                                ::everyKeyIsReadBackAsItWasSet)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("the value of 'port' that is not the default");
    }

    @Test
    void aDefaultThatDiffersFails() {
        assertThatThrownBy(
                        suite(goodKeys().key("port", Builder::port, Settings::port, 1884, 8883))
                                ::everyKeyHasTheDefaultThatIsRecorded)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("default of 'port'");
    }

    @Test
    void aProblemThatIsNotToldFails() {
        ConfigKeys<Builder, Settings> keys =
                goodKeys().refuses("timeout", Builder::timeout, Duration.ofDays(-1), "must not be negative");

        assertThatThrownBy(suite(keys)::allProblemsAreToldAtOnceWithKeyValueAndRule)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("one with 'timeout', PT-24H and 'must not be negative'");
    }

    @Test
    void aValueThatIsNotRefusedFails() {
        ConfigKeys<Builder, Settings> keys =
                ConfigKeys.of(Builder::new, Builder::build).refuses("port", Builder::port, 80, "must be odd");

        assertThatThrownBy(suite(keys)::allProblemsAreToldAtOnceWithKeyValueAndRule)
                .isInstanceOf(AssertionError.class);
    }

    @Test
    void aProblemThatHidesTheOthersFails() {
        ConfigKeys<Builder, Settings> keys = goodKeys()
                .refuses(
                        "host",
                        (builder, host) -> {
                            throw new IllegalArgumentException("host = " + host + ": must not be upper case");
                        },
                        "HOST",
                        "must not be upper case");

        assertThatThrownBy(suite(keys)::allProblemsAreToldAtOnceWithKeyValueAndRule)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("one with 'port', 70000");
    }

    @Test
    void aSecretThatIsPrintedFails() {
        ConfigKeys<Builder, Settings> leak = goodKeys()
                .key(
                        "host",
                        (builder, host) -> builder.host(host.expose()),
                        built -> Secret.of(built.host()),
                        Secret.of("needed"),
                        Secret.of("leak"));

        assertThatThrownBy(suite(leak)::secretsPrintAsStars)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("toString() with a secret 'host'");
    }

    @Test
    void aSecretInAMessageFails() {
        ConfigKeys<Builder, Settings> leak = ConfigKeys.of(Builder::new, Builder::build)
                .refuses(
                        "port",
                        (builder, port) -> builder.port(Integer.parseInt(port.expose())),
                        Secret.of("70000"),
                        "must be from");

        assertThatThrownBy(suite(leak)::allProblemsAreToldAtOnceWithKeyValueAndRule)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("Expecting no elements");
    }

    private static ConfigMappingTest<Settings> suite(ConfigKeys<?, Settings> keys) {
        return new ConfigMappingTest<>() {
            @Override
            protected ConfigKeys<?, Settings> keys() {
                return keys;
            }
        };
    }

    record Settings(String host, int port, Secret password, Optional<Secret> token, Duration timeout) {}

    /** Has a required key, keys with defaults, an optional one, and secrets. */
    public static final class Builder {
        private String host = "";
        private int port = 1883;
        private Secret password = Secret.of("");
        private Optional<Secret> token = Optional.empty();
        private Duration timeout = Duration.ofSeconds(5);

        public Builder host(String host) {
            this.host = host;
            return this;
        }

        public Builder port(int port) {
            this.port = port;
            return this;
        }

        public Builder password(Secret password) {
            this.password = password;
            return this;
        }

        public Builder token(Secret token) {
            this.token = Optional.of(token);
            return this;
        }

        public Builder timeout(Duration timeout) {
            this.timeout = timeout;
            return this;
        }

        public Settings build() {
            List<String> problems = new ArrayList<>();
            if (port < 1 || port > 65_535) {
                problems.add("- port = " + port + ": must be from 1 to 65535");
            }
            if (password.expose().contains(" ")) {
                problems.add("- password = " + password + ": must have no spaces");
            }
            if (!problems.isEmpty()) {
                throw new IllegalArgumentException("invalid settings:\n" + String.join("\n", problems));
            }
            return new Settings(host, port, password, token, timeout);
        }
    }
}
