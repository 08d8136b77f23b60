/* SPDX-License-Identifier: Apache-2.0 */
/** Plain values that every other package may use: they know nothing of streams or engines. */
@NullMarked
package io.acequia.streaming.data;

import org.jspecify.annotations.NullMarked;
