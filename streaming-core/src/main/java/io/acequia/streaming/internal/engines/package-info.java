/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What engines share beyond what they implement: shapes of chains, so that each is planned once, what they refuse, and how
 * partitions are read in turn, zipped and closed.
 */
@NullMarked
package io.acequia.streaming.internal.engines;

import org.jspecify.annotations.NullMarked;
