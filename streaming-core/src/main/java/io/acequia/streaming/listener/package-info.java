/* SPDX-License-Identifier: Apache-2.0 */
/** What an operator of a job can watch: events in order, and a snapshot to poll. */
@NullMarked
package io.acequia.streaming.listener;

import org.jspecify.annotations.NullMarked;
