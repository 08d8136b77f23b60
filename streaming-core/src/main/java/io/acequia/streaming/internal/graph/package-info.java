/* SPDX-License-Identifier: Apache-2.0 */
/** Stream nodes: what the program defined, immutable once it runs, without any run state. */
@NullMarked
package io.acequia.streaming.internal.graph;

import org.jspecify.annotations.NullMarked;
