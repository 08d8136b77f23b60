/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming;

/** Takes dead letters, keyed by the batch: a replay replaces its letters. */
public interface DeadLetterSink extends BatchSink<DeadLetter> {
    /**
     * Writes letters as JSON lines, one file for each batch, origin and partition: {@code dir/TIME-ORIGIN-PARTITION.jsonl},
     * raw bytes in Base64. The directory is made when needed.
     */
    static DeadLetterSink toFiles(String dir) {
        return new DeadLetterFiles(dir);
    }
}
