/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class TuningTest {
    @ParameterizedTest
    @ValueSource(strings = {"processing", "serialization", "memory"})
    void aTableIsMeasured(String table) {
        assertThat(Bench.run(List.of(table, "--vs", "limit", "--rounds", "5", "--lines", "100")))
                .isZero();
    }
}
