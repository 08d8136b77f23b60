/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.listener;

import io.acequia.streaming.data.Time;
import java.time.Duration;
import java.util.Optional;

/**
 * One checkpoint.
 *
 * @param batchTime the batch it covers
 * @param bytes how large it is
 * @param took how long it took
 * @param failure why it failed, when it did
 */
public record CheckpointInfo(Time batchTime, long bytes, Duration took, Optional<Throwable> failure) {}
