/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.listener;

/** What a receiver is doing. */
public enum ReceiverState {
    /** Connects for the first time. */
    STARTING,
    /** Connected and reading. */
    ACTIVE,
    /** Lost its connection and waits for the next attempt, or makes it. */
    RETRYING,
    /** Gave up. */
    FAILED,
    /** Stopped, or the source has ended. */
    STOPPED
}
