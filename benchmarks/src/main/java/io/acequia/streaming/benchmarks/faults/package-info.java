/* SPDX-License-Identifier: Apache-2.0 */
/** Fault rigs: they break disks, connections and processes on purpose, and count what is lost, doubled or wrong. */
@NullMarked
package io.acequia.streaming.benchmarks.faults;

import org.jspecify.annotations.NullMarked;
