/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.source;

import java.util.Comparator;

/**
 * A file as a listing saw it.
 *
 * @param path its path as text
 * @param turnMs its place in the order of files: when it was modified, as known when it was first seen
 * @param modifiedMs when it was last modified, milliseconds since the epoch
 * @param length in bytes
 */
record FoundFile(String path, long turnMs, long modifiedMs, long length) {
    static final Comparator<FoundFile> OLDEST_FIRST =
            Comparator.comparingLong(FoundFile::turnMs).thenComparing(FoundFile::path);
}
