/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.receiver;

/** When a delivery counts as safe. */
public enum AckMode {
    /** When its block has been forced to the write-ahead log: the default where there is one. */
    ON_DURABLE,
    /** When its batch is done and covered by a checkpoint: at least once. */
    ON_PROCESSED
}
