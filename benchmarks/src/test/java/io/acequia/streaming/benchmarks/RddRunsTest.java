/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.acequia.streaming.BatchContext;
import java.util.List;
import org.junit.jupiter.api.Test;

class RddRunsTest {
    @Test
    void everyWorkComesToTheNumberOfTheLoop() throws Exception {
        try (RddInput input = new RddInput(2000);
                RddByHand loop = new RddByHand(input);
                BatchContext batch = RddProgram.context(input.aside().toString())) {
            for (RddWork work : RddWork.COMPARED) {
                assertThat(work.run(batch, input.in())).as(work.name()).isEqualTo(loop.run(work));
            }
            assertThat(RddWork.CHAIN.run(batch, input.in())).isEqualTo(2000);
        }
    }

    @Test
    void aJvmOfItsOwnComesToTheSameNumberAndItsFailureIsTold() throws Exception {
        try (RddInput input = new RddInput(400)) {
            assertThat(RddRuns.inOwnJvm(RddWork.CHAIN, input, 64)).isEqualTo(400);
            assertThatThrownBy(() -> RddRuns.inOwnJvm(RddWork.CHAIN, input, 0))
                    .hasMessageStartingWith("ACQ-3174 CHAIN at a heap of 0 MiB ended with exit code ");
        }
    }

    @Test
    void anotherNumberIsNoAnswer() {
        assertThatThrownBy(() -> RddRuns.mustAgree("JOIN", 1, 2))
                .hasMessage("ACQ-3175 JOIN came to 1 here and to 2 there: a fast wrong answer is no answer");
    }

    @Test
    void keysOutOfOrderAreSeen() {
        assertThat(RddWork.inOrder(List.of("a", "b").iterator())).isEqualTo(97 + 98);
        assertThat(RddWork.inOrder(List.of("b", "a").iterator())).isNotEqualTo(97 + 98);
    }
}
