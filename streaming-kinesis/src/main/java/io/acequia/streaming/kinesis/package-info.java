/* SPDX-License-Identifier: Apache-2.0 */
/** Streams of Amazon Kinesis as a reliable source. */
@NullMarked
package io.acequia.streaming.kinesis;

import org.jspecify.annotations.NullMarked;
