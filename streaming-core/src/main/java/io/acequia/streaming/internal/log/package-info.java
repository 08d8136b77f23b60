/* SPDX-License-Identifier: Apache-2.0 */
/** A log in segments: what was forced is read back exactly, or the log is refused. */
@NullMarked
package io.acequia.streaming.internal.log;

import org.jspecify.annotations.NullMarked;
