/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.listener;

import java.util.Optional;

/**
 * What one stream brought into a batch.
 *
 * @param streamId number of the stream in the context
 * @param source name of the source
 * @param records how many records; for a source that learns it only by reading, those known when the batch was planned
 * @param rejected how many could not be decoded
 * @param position where in the source they stand, for people
 */
public record InputInfo(int streamId, String source, long records, long rejected, Optional<String> position) {}
