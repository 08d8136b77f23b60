/* SPDX-License-Identifier: Apache-2.0 */
/** Every operator, written once, on the primitives of the engine. */
@NullMarked
package io.acequia.streaming.internal.operator;

import org.jspecify.annotations.NullMarked;
