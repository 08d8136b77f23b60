/* SPDX-License-Identifier: Apache-2.0 */
/** The loop that runs receivers and collects what they read until a batch takes it. */
@NullMarked
package io.acequia.streaming.internal.ingest;

import org.jspecify.annotations.NullMarked;
