/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming;

/**
 * A stream of batches of {@code T}.
 *
 * @param <T> type of the records
 */
public interface DStream<T> extends DStreamLike<T, DStream<T>, RDD<T>> {}
