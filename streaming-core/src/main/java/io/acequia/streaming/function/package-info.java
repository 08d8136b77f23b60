/* SPDX-License-Identifier: Apache-2.0 */
/** Serializable functions of the user: each {@code call} may throw what it likes. */
@NullMarked
package io.acequia.streaming.function;

import org.jspecify.annotations.NullMarked;
