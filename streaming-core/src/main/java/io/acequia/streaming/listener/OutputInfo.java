/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.listener;

import io.acequia.streaming.data.Time;
import java.time.Duration;
import java.util.Optional;

/**
 * One output operation of one batch.
 *
 * @param batchTime the batch
 * @param output uid of the output
 * @param callSite where the program defined it: {@code WordCount.java:42}
 * @param took how long it ran, once it ended
 * @param failure why it failed, when it did
 */
public record OutputInfo(
        Time batchTime, String output, String callSite, Optional<Duration> took, Optional<Throwable> failure) {}
