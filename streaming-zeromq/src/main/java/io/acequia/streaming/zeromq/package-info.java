/* SPDX-License-Identifier: Apache-2.0 */
/** ZeroMQ as a source: subscribed or pulled without acknowledgements, or reliable by a protocol of ids. */
@NullMarked
package io.acequia.streaming.zeromq;

import org.jspecify.annotations.NullMarked;
