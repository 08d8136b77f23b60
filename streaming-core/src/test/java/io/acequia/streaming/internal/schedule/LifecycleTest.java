/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.acequia.streaming.StreamingContext.ContextState;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class LifecycleTest {
    private static final Map<ContextState, Set<ContextState>> ALLOWED = Map.of(
            ContextState.INITIALIZED, Set.of(ContextState.ACTIVE, ContextState.STOPPED),
            ContextState.ACTIVE, Set.of(ContextState.STOPPING),
            ContextState.STOPPING, Set.of(ContextState.STOPPED),
            ContextState.STOPPED, Set.of());

    private static final Map<ContextState, List<ContextState>> WAYS = Map.of(
            ContextState.INITIALIZED, List.of(),
            ContextState.ACTIVE, List.of(ContextState.ACTIVE),
            ContextState.STOPPING, List.of(ContextState.ACTIVE, ContextState.STOPPING),
            ContextState.STOPPED, List.of(ContextState.ACTIVE, ContextState.STOPPING, ContextState.STOPPED));

    static Stream<Arguments> pairs() {
        return Stream.of(ContextState.values())
                .flatMap(from -> Stream.of(ContextState.values()).map(to -> Arguments.of(from, to)));
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void aStateIsFollowedOnlyByThoseThatMay(ContextState from, ContextState to) {
        Lifecycle lifecycle = new Lifecycle("orders");
        WAYS.get(from).forEach(lifecycle::move);
        assertThat(lifecycle.state()).isEqualTo(from);
        if (ALLOWED.get(from).contains(to)) {
            lifecycle.move(to);
            assertThat(lifecycle.state()).isEqualTo(to);
        } else {
            assertThatIllegalStateException()
                    .isThrownBy(() -> lifecycle.move(to))
                    .withMessage("ACQ-1001 cannot move streaming context 'orders' to " + to + ": it is " + from);
            assertThat(lifecycle.state()).isEqualTo(from);
        }
    }

    @Test
    void movingFromAnotherStateDoesNothing() {
        Lifecycle lifecycle = new Lifecycle("orders");
        assertThat(lifecycle.moveFrom(ContextState.ACTIVE, ContextState.STOPPING))
                .isFalse();
        assertThat(lifecycle.state()).isEqualTo(ContextState.INITIALIZED);
        assertThat(lifecycle.moveFrom(ContextState.INITIALIZED, ContextState.ACTIVE))
                .isTrue();
        assertThat(lifecycle.state()).isEqualTo(ContextState.ACTIVE);
    }
}
