/* SPDX-License-Identifier: Apache-2.0 */
/** Flume as a source: agents that send events, and sinks from which events are fetched. */
@NullMarked
package io.acequia.streaming.flume;

import org.jspecify.annotations.NullMarked;
