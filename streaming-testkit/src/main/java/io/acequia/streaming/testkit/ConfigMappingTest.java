/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.testkit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Tests a configuration class and its builder: defaults, every key in both directions, no key forgotten, all problems told at
 * once, no secret printed. A connector subclasses it and lists the keys:
 *
 * <pre>{@code
 * protected ConfigKeys<?, MqttSource> keys() {
 *     return ConfigKeys.of(() -> MqttSource.builder().topic("t"), MqttSource.Builder::build)
 *             .key("topic", MqttSource.Builder::topic, MqttSource::topic, "t", "u")
 *             .key("qos", MqttSource.Builder::qos, MqttSource::qos, 1, 2)
 *             .refuses("qos", MqttSource.Builder::qos, 3, "must be 0, 1 or 2");
 * }
 * }</pre>
 *
 * @param <C> the configuration that is built
 */
@Timeout(60)
public abstract class ConfigMappingTest<C> {
    /** The builder, and all keys that it has. */
    protected abstract ConfigKeys<?, C> keys();

    @Test
    void everyKeyHasTheDefaultThatIsRecorded() {
        keys().checkDefaults();
    }

    @Test
    void everyKeyIsReadBackAsItWasSet() {
        keys().checkMapping();
    }

    @Test
    void noKeyIsForgotten() {
        keys().checkNames();
    }

    @Test
    void allProblemsAreToldAtOnceWithKeyValueAndRule() {
        keys().checkProblems();
    }

    @Test
    void secretsPrintAsStars() {
        keys().checkSecrets();
    }
}
