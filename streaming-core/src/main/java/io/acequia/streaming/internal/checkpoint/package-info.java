/* SPDX-License-Identifier: Apache-2.0 */
/** What survives a restart besides received records: the journal of batches, and checkpoints of state and windows. */
@NullMarked
package io.acequia.streaming.internal.checkpoint;

import org.jspecify.annotations.NullMarked;
