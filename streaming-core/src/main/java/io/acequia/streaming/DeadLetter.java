/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming;

import io.acequia.streaming.data.Time;

/**
 * A record that was put aside.
 *
 * @param origin name of the source, or uid of the operator
 * @param position where the record stands: in its source, or the partition and number of the failed call in its task
 * @param batchTime the batch
 * @param raw the bytes of the record where it has bytes, else those of its text
 * @param text the record for people
 * @param cause what was thrown
 */
public record DeadLetter(String origin, String position, Time batchTime, byte[] raw, String text, String cause) {}
