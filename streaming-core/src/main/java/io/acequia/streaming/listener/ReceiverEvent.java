/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.listener;

import java.time.Instant;
import java.util.Optional;

/**
 * News of a receiver.
 *
 * @param streamId number of its stream in the context
 * @param source name of the source
 * @param state the state it is in now
 * @param attempt connection attempts since it was last active, from 1
 * @param nextRetryAt when the next attempt is due, while retrying
 * @param error what went wrong, when something did
 */
public record ReceiverEvent(
        int streamId,
        String source,
        ReceiverState state,
        int attempt,
        Optional<Instant> nextRetryAt,
        Optional<Throwable> error) {}
