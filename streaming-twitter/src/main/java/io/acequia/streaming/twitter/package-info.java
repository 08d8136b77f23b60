/* SPDX-License-Identifier: Apache-2.0 */
/** Streams of Twitter and X: endpoints of the old protocol 1.1, and the filtered stream of API v2. */
@NullMarked
package io.acequia.streaming.twitter;

import org.jspecify.annotations.NullMarked;
