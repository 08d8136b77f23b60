/* SPDX-License-Identifier: Apache-2.0 */
/** What an engine implements: few primitives over partitioned collections; every operator stands on them. */
@NullMarked
package io.acequia.streaming.engine;

import org.jspecify.annotations.NullMarked;
