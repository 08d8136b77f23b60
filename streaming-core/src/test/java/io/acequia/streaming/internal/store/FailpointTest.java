/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class FailpointTest {
    @ParameterizedTest
    @EnumSource
    void thePassageThatWasAskedForThrowsAndNoOther(Failpoint point) {
        Failpoint.Armed armed = Failpoint.Armed.of(point.text() + ":3:throw");
        armed.pass();
        armed.pass();
        assertThatThrownBy(armed::pass).hasMessageStartingWith("ACQ-0676").hasMessageContaining(point.text());
        armed.pass();
    }

    @Test
    void withoutThePropertyNothingIsArmed() {
        assertThat(Failpoint.Armed.of(null)).isNull();
        for (Failpoint point : Failpoint.values()) {
            point.pass();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "block.forced", "nowhere:1:halt", "block.forced:1:halt:twice"})
    void anythingElseIsRefused(String text) {
        assertThatThrownBy(() -> Failpoint.Armed.of(text)).hasMessageStartingWith("ACQ-0675");
    }
}
