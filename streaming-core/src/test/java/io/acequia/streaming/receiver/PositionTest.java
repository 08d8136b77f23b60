/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.receiver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class PositionTest {
    @Test
    void aPositionMayBeEmpty() {
        assertThat(new Position("orders-0", 7, 7).until()).isEqualTo(7);
    }

    @Test
    void aPositionDoesNotEndBeforeItBegins() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Position("orders-0", 7, 6))
                .withMessage("ACQ-0201 position of shard 'orders-0' ends at 6 before it begins at 7:"
                        + " until must be at least from");
    }
}
