/* SPDX-License-Identifier: Apache-2.0 */
/** RDDs of any engine: each operation is a chain of operators over a dataset. */
@NullMarked
package io.acequia.streaming.internal.rdd;

import org.jspecify.annotations.NullMarked;
