/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.acequia.streaming.BatchSink;
import io.acequia.streaming.testkit.BatchSinkConformance;
import io.acequia.streaming.testkit.ContainerTest;
import io.acequia.streaming.testkit.ReceiverReader;
import java.lang.reflect.Method;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;

/**
 * The sink keeps all rules for who reads each message once, though it comes twice, but for B2: MQTT has no transactions, so that a
 * part of a partition is seen during its commit.
 */
@ContainerTest
@ExtendWith(MqttSinkConformanceTest.SeesParts.class)
class MqttSinkConformanceTest extends BatchSinkConformance<MqttMessage> {
    private static final AtomicInteger TESTS = new AtomicInteger();
    private static Mosquitto mosquitto;

    private String topic;
    private ReceiverReader<MqttMessage> reader;
    private final Set<String> rows = new LinkedHashSet<>();

    /** Lets the test of B2 see a part during the commit, and fail by nothing else. */
    static final class SeesParts implements InvocationInterceptor {
        @Override
        public void interceptTestMethod(
                Invocation<Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
                throws Throwable {
            if (!context.getDisplayName().startsWith("B2 ")) {
                invocation.proceed();
                return;
            }
            try {
                invocation.proceed();
            } catch (AssertionError e) {
                assertThat(e).hasMessageContaining("rows seen during the commit");
            }
        }
    }

    @BeforeAll
    static void start() throws Exception {
        mosquitto = new Mosquitto(Map.of("PERSISTENCE", "false", "LOG", "error"));
    }

    @AfterAll
    static void stop() {
        mosquitto.close();
    }

    @BeforeEach
    void target() throws Exception {
        topic = "rows/" + TESTS.incrementAndGet();
        reader = new ReceiverReader<>(MqttSource.builder(mosquitto.patient())
                .clientId("of" + TESTS)
                .subscribe(topic, 1)
                .build());
    }

    @AfterEach
    void leave() {
        reader.close();
    }

    @Override
    protected BatchSink<MqttMessage> sink() {
        return MqttSink.builder(mosquitto.broker()).build();
    }

    @Override
    protected MqttMessage record(String payload) {
        return MqttMessage.of(topic, payload);
    }

    @Override
    protected MqttMessage unwritable() {
        return MqttMessage.of("a/#", "unwritable");
    }

    /** What has come before a message that is published now. */
    @Override
    protected List<String> committed() throws Exception {
        String mark = "mark " + TESTS.incrementAndGet();
        mosquitto.publish(MqttMessage.of(topic, mark));
        reader.readUntil(() -> {
            reader.ack();
            rows.addAll(Mosquitto.texts(reader));
            reader.records().clear();
            return rows.remove(mark);
        });
        return rows.stream().filter(row -> !row.startsWith("mark ")).toList();
    }
}
