/* SPDX-License-Identifier: Apache-2.0 */
/** Akka: an actor as a source, which stores what it is sent and answers when that is safe. */
@NullMarked
package io.acequia.streaming.akka;

import org.jspecify.annotations.NullMarked;
