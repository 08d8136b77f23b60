/* SPDX-License-Identifier: Apache-2.0 */
/** What a connector author writes against: a source, its receivers, and the words for what they read. */
@NullMarked
package io.acequia.streaming.receiver;

import org.jspecify.annotations.NullMarked;
