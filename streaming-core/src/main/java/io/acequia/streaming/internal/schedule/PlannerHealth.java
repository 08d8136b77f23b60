/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.schedule;

import io.acequia.streaming.data.StreamClock;
import io.acequia.streaming.listener.ReceiverEvent;
import io.acequia.streaming.listener.ReceiverState;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Whether a source that is read by range answers its planner: it retries after a failure, and as soon as an answer takes longer
 * than a second. Safe for any thread: who asks for the state does not wait for the answer that is under way.
 */
final class PlannerHealth {
    private static final Duration SLOW = Duration.ofSeconds(1);

    private final int streamId;
    private final String source;
    private final StreamClock clock;
    private final Consumer<ReceiverEvent> events;
    private boolean asking;
    private long askedAt;
    private int failures;
    private long restarts;

    PlannerHealth(int streamId, String source, StreamClock clock, Consumer<ReceiverEvent> events) {
        this.streamId = streamId;
        this.source = source;
        this.clock = clock;
        this.events = events;
    }

    /** What a planner is asked for. */
    @FunctionalInterface
    interface Question<A> {
        A ask() throws Exception;
    }

    <A> A during(Question<A> question) throws Exception {
        begin();
        Exception failure = null;
        try {
            return question.ask();
        } catch (Exception e) {
            failure = e;
            throw e;
        } finally {
            ended(failure);
        }
    }

    private synchronized void begin() {
        asking = true;
        askedAt = clock.nanoTime();
    }

    private void ended(@Nullable Exception failure) {
        ReceiverEvent event;
        synchronized (this) {
            asking = false;
            if (failure == null && failures == 0) {
                return;
            }
            restarts += failure == null ? 1 : 0;
            failures = failure == null ? 0 : failures + 1;
            event = new ReceiverEvent(
                    streamId,
                    source,
                    failure == null ? ReceiverState.ACTIVE : ReceiverState.RETRYING,
                    Math.max(1, failures),
                    Optional.empty(),
                    Optional.ofNullable(failure));
        }
        events.accept(event);
    }

    synchronized ReceiverState state() {
        boolean slow = asking && clock.nanoTime() - askedAt > SLOW.toNanos();
        return failures > 0 || slow ? ReceiverState.RETRYING : ReceiverState.ACTIVE;
    }

    /** How often it answered again after it had failed. */
    synchronized long restarts() {
        return restarts;
    }
}
