/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.flume;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.data.ByteSize;
import io.acequia.streaming.data.Secret;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FlumeConfigTest {
    @Test
    void allProblemsOfASourceThatListensAreToldAtOnce() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FlumeSource.builder(" ", 0)
                        .name("orders")
                        .threads(0)
                        .capacity(0)
                        .answerTimeout(Duration.ZERO)
                        .tls(" ", Secret.of("hidden"))
                        .agentTimeout(Duration.ofMillis(9))
                        .build())
                .withMessage(
                        """
                        ACQ-2620 invalid Flume source 'orders' (7 problems):
                          builder host = ' ': must be a name or an address
                          builder port = 0: must be from 1 to 65535
                          threads = 0: must be from 1 to 1000
                          capacity = 0: must be from 1 to 2147483647
                          answerTimeout = PT0S: must be from PT0.001S to PT24H
                          tls path = ' ': must be a file
                          agentTimeout = PT0.009S: must be from PT0.01S to PT24H""");
    }

    @Test
    void allProblemsOfASourceThatFetchesAreToldAtOnce() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FlumePollingSource.builder()
                        .sink("", 65_536)
                        .sink("right", 1)
                        .batchSize(0)
                        .transactions(1_001)
                        .timeout(Duration.ofMillis(99))
                        .maxFrame(new ByteSize(1_023))
                        .build())
                .withMessage(
                        """
                        ACQ-2626 invalid Flume polling source 'flume:right:1' (6 problems):
                          sink host = '': must be a name or an address
                          sink port = 65536: must be from 1 to 65535
                          batchSize = 0: must be from 1 to 1000000
                          transactions = 1001: must be from 1 to 1000
                          timeout = PT0.099S: must be from PT0.1S to PT24H
                          maxFrame = 1023: must be from 1024 to 1073741823""");
    }

    @Test
    void aSourceThatFetchesNeedsASink() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FlumePollingSource.builder().build())
                .withMessage(
                        """
                        ACQ-2626 invalid Flume polling source 'flume:' (1 problem):
                          sink: must be given, a host and a port""");
    }

    @Test
    void namesAndTextsHaveNoSecret() {
        assertThat(FlumeSource.builder("here", 41_500)
                        .tls("/keys.p12", Secret.of("hidden"))
                        .build())
                .hasToString("source 'flume:here:41500' at here:41500");
        assertThat(FlumePollingSource.builder().sink("a", 1).sink("b", 2).build())
                .hasToString("source 'flume:a:1,b:2' of a:1,b:2");
        assertThat(FlumePollingSource.builder()
                        .sink("a", 1)
                        .name("orders")
                        .build()
                        .name())
                .isEqualTo("orders");
    }

    @Test
    void aKeyStoreThatIsNotThereIsRefused(@TempDir Path folder) throws Exception {
        isRefused(folder.resolve("none.p12"));
        isRefused(Files.writeString(folder.resolve("text.p12"), "no key store"));
    }

    private static void isRefused(Path store) {
        assertThatThrownBy(() -> Reader.connected(FlumeSource.builder("127.0.0.1", Agent.freePort())
                        .tls(store.toString(), Secret.of("hidden"))
                        .build()))
                .hasMessageStartingWith("ACQ-2622 the key store " + store + " of source 'flume:127.0.0.1:")
                .hasMessageEndingWith("it must be there, PKCS12 or JKS, with one password for the store and its key")
                .hasMessageNotContaining("hidden");
    }

    @Test
    void eventsAreEqualByTheirContent() {
        FlumeEvent event = new FlumeEvent(Map.of("host", "web-1"), "words".getBytes(UTF_8));
        assertThat(event)
                .isEqualTo(new FlumeEvent(Map.of("host", "web-1"), "words".getBytes(UTF_8)))
                .hasSameHashCodeAs(new FlumeEvent(Map.of("host", "web-1"), "words".getBytes(UTF_8)))
                .isNotEqualTo(new FlumeEvent(Map.of("host", "web-2"), "words".getBytes(UTF_8)))
                .isNotEqualTo(new FlumeEvent(Map.of("host", "web-1"), "word".getBytes(UTF_8)))
                .hasToString("{host=web-1} words");
        assertThat(new FlumeEvent(Map.of(), "x".repeat(50).getBytes(UTF_8))).hasToString("{} " + "x".repeat(40));
        assertThatNullPointerException().isThrownBy(() -> new FlumeEvent(Map.of(), null));
    }
}
