/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.listener.ReceiverEvent;
import io.acequia.streaming.listener.ReceiverState;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PlannerHealthTest {
    private long nanos;

    private final StreamClock clock = new StreamClock() {
        @Override
        public Instant now() {
            return Instant.EPOCH.plusNanos(nanos);
        }

        @Override
        public long nanoTime() {
            return nanos;
        }

        @Override
        public void awaitUntil(Instant time) {
            throw new UnsupportedOperationException();
        }
    };

    private final List<ReceiverEvent> events = new ArrayList<>();
    private final PlannerHealth health = new PlannerHealth(3, "orders", clock, events::add);

    private void fails() {
        assertThatThrownBy(() -> health.during(() -> {
                    throw new IOException("away");
                }))
                .hasMessage("away");
    }

    @Test
    void aSourceThatAnswersIsActiveAndNothingIsToldOfIt() throws Exception {
        assertThat(health.during(() -> 7)).isEqualTo(7);
        assertThat(health.state()).isEqualTo(ReceiverState.ACTIVE);
        assertThat(health.restarts()).isZero();
        assertThat(events).isEmpty();
    }

    @Test
    void afterAFailureItRetriesUntilItAnswers() throws Exception {
        fails();
        fails();
        assertThat(health.state()).isEqualTo(ReceiverState.RETRYING);
        health.during(() -> 7);
        assertThat(health.state()).isEqualTo(ReceiverState.ACTIVE);
        assertThat(health.restarts()).isEqualTo(1);
        health.during(() -> 7);

        assertThat(events)
                .extracting(ReceiverEvent::state, ReceiverEvent::attempt, event -> event.error()
                        .map(Throwable::getMessage)
                        .orElse(""))
                .containsExactly(
                        tuple(ReceiverState.RETRYING, 1, "away"),
                        tuple(ReceiverState.RETRYING, 2, "away"),
                        tuple(ReceiverState.ACTIVE, 1, ""));
    }

    @Test
    void anAnswerThatTakesLongIsSeenBeforeItIsThere() throws Exception {
        List<ReceiverState> seen = new ArrayList<>();
        health.during(() -> {
            nanos += Duration.ofSeconds(1).toNanos();
            seen.add(health.state());
            nanos++;
            seen.add(health.state());
            return 7;
        });
        seen.add(health.state());
        assertThat(seen).containsExactly(ReceiverState.ACTIVE, ReceiverState.RETRYING, ReceiverState.ACTIVE);
        assertThat(events).isEmpty();
    }
}
