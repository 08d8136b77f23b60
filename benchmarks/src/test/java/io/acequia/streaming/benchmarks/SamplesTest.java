/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SamplesTest {
    @Test
    void theRatioLineHasMedianAndSpread() {
        assertThat(Samples.of(1.5, 0.5, 2, 1, 9).ratioLine("W6", "idiomatic limit"))
                .isEqualTo("ratio W6 vs idiomatic limit: 1.500 (min 0.500 max 9.000, n=5)");
    }

    @Test
    void theMedianOfAnEvenNumberIsBetweenTheMiddleTwo() {
        assertThat(Samples.of(4, 1, 3, 2).median()).isEqualTo(2.5);
    }

    @Test
    void aQuantileIsAMeasuredValue() {
        Samples samples = Samples.of(5, 1, 4, 2, 3);

        assertThat(samples.quantile(0)).isEqualTo(1);
        assertThat(samples.quantile(0.99)).isEqualTo(5);
        assertThat(samples.under(10).max()).isEqualTo(10);
    }
}
