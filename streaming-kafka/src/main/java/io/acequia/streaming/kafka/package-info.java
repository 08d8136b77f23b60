/* SPDX-License-Identifier: Apache-2.0 */
/** Kafka as a source whose offset ranges are read directly. */
@NullMarked
package io.acequia.streaming.kafka;

import org.jspecify.annotations.NullMarked;
