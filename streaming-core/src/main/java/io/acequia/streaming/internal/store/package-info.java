/* SPDX-License-Identifier: Apache-2.0 */
/** Bounded memory for partitions, with spill to disk; the storage of a local disk. */
@NullMarked
package io.acequia.streaming.internal.store;

import org.jspecify.annotations.NullMarked;
