/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import org.junit.jupiter.api.Test;

class CheckpointCostTest {
    @Test
    void aCheckpointThatDoesNotComeIsNoFigure() {
        assertThatIllegalStateException()
                .isThrownBy(() -> CheckpointCost.present(null))
                .withMessageStartingWith("ACQ-3140");
    }

    @Test
    void countsThatAreOthersAfterARestartAreNoFigure() {
        CheckpointCost.mustBeTheSame(7, 7);
        assertThatIllegalStateException()
                .isThrownBy(() -> CheckpointCost.mustBeTheSame(7, 8))
                .withMessageStartingWith("ACQ-3141");
    }
}
