/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.cli;

import io.acequia.streaming.data.StreamClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Time that passes only when it is told to, or when somebody waits for it. For one thread. */
final class StandingClock implements StreamClock {
    final List<Duration> waits = new ArrayList<>();
    private Instant now = Instant.EPOCH;

    void pass(Duration time) {
        now = now.plus(time);
    }

    @Override
    public Instant now() {
        return now;
    }

    @Override
    public long nanoTime() {
        return Duration.between(Instant.EPOCH, now).toNanos();
    }

    @Override
    public void awaitUntil(Instant at) {
        waits.add(Duration.between(now, at));
        now = at;
    }
}
