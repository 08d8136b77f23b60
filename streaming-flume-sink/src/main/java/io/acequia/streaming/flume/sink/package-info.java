/* SPDX-License-Identifier: Apache-2.0 */
/** A sink for Flume's agents from which Acequia fetches events. Needs nothing that is not in an agent, and runs on Java 8. */
package io.acequia.streaming.flume.sink;
