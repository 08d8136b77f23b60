/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.listener;

import java.time.Instant;
import java.util.Optional;

/**
 * The context has stopped.
 *
 * @param at when
 * @param failure what made it stop, when something did
 */
public record StreamingStopped(Instant at, Optional<Throwable> failure) {}
