/* SPDX-License-Identifier: Apache-2.0 */
/** How many bytes objects take, and when a share of the memory is full. */
@NullMarked
package io.acequia.streaming.internal.memory;

import org.jspecify.annotations.NullMarked;
