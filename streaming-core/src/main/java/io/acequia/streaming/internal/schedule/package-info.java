/* SPDX-License-Identifier: Apache-2.0 */
/** Batch times, the queue of batches, failure policies, the lifecycle and the listener bus. */
@NullMarked
package io.acequia.streaming.internal.schedule;

import org.jspecify.annotations.NullMarked;
