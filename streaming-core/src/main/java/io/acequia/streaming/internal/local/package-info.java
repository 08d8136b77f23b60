/* SPDX-License-Identifier: Apache-2.0 */
/** The engine of one JVM. */
@NullMarked
package io.acequia.streaming.internal.local;

import org.jspecify.annotations.NullMarked;
