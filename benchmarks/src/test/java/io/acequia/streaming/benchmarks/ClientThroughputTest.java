/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.acequia.streaming.benchmarks.Tally.Sums;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class ClientThroughputTest {
    private static final Duration BRIEFLY = Duration.ofMillis(1);

    @Test
    void saysHowToGetAServer() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ClientThroughput.started(() -> {
                    throw new IllegalStateException("no engine");
                }))
                .withMessageContaining("ACQ-3172 ")
                .withMessageContaining("ci/containers.sh start NAME")
                .withMessageContaining("no engine");
    }

    @Test
    void doesNotWaitForEverForTheStream() {
        Sums some = new Sums();
        some.add(2, 200, 0);
        assertThatIllegalStateException()
                .isThrownBy(() -> ClientThroughput.await(some, 3, BRIEFLY))
                .withMessageContaining("ACQ-3170 ")
                .withMessageContaining("has 2 of 3 messages");
    }

    @Test
    void doesNotWaitForEverForTheClient() {
        assertThatIllegalStateException()
                .isThrownBy(() -> ClientThroughput.await(new CountDownLatch(7), BRIEFLY))
                .withMessageContaining("ACQ-3171 7 messages");
    }

    @Test
    void tellsWhatASenderSays() {
        assertThat(ToldServer.answered("pending c1", "ok\t5", "ok\t", () -> "")).isEqualTo("5");
        assertThatIllegalStateException()
                .isThrownBy(() -> ToldServer.answered("open c1", "error", "ok", () -> "what it printed"))
                .withMessageContaining("ACQ-3173 ")
                .withMessageContaining("'error' to 'open c1'")
                .withMessageContaining("what it printed");
    }
}
