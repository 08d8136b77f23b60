/* SPDX-License-Identifier: Apache-2.0 */
/** Workloads against hand-written limits and peers; built, never published. */
@NullMarked
package io.acequia.streaming.benchmarks;

import org.jspecify.annotations.NullMarked;
