/* SPDX-License-Identifier: Apache-2.0 */
/** Sources that need no artifact of their own: sockets, files, queues. */
@NullMarked
package io.acequia.streaming.internal.source;

import org.jspecify.annotations.NullMarked;
