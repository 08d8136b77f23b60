/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.listener;

import java.time.Instant;

/**
 * The context runs.
 *
 * @param at when
 * @param recovered whether it took up a checkpoint
 */
public record StreamingStarted(Instant at, boolean recovered) {}
