/* SPDX-License-Identifier: Apache-2.0 */
/** The engine on a cluster of Apache Spark: the same programs, with tasks on many machines. */
@NullMarked
package io.acequia.streaming.spark;

import org.jspecify.annotations.NullMarked;
