/* SPDX-License-Identifier: Apache-2.0 */
/** Replayable sources that are read by range: no receiver, nothing to acknowledge. */
@NullMarked
package io.acequia.streaming.direct;

import org.jspecify.annotations.NullMarked;
