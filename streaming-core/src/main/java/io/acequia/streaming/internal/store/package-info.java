/* SPDX-License-Identifier: Apache-2.0 */
/** Bounded memory for partitions, with spill to disk. */
@NullMarked
package io.acequia.streaming.internal.store;

import org.jspecify.annotations.NullMarked;
