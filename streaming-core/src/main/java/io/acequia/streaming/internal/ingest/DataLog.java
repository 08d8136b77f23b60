/* SPDX-License-Identifier: Apache-2.0 */
package io.acequia.streaming.internal.ingest;

import io.acequia.streaming.data.ByteSize;
import java.io.Serializable;
import java.time.Duration;
import java.util.UUID;

/**
 * The log of one source.
 *
 * @param uri the storage that holds it
 * @param folder its folder there
 * @param job the job that owns it
 * @param maxRecord the largest block it takes
 * @param roll the size at which a new segment begins
 * @param rollEvery the age at which a new segment begins
 * @param format how records are written
 */
public record DataLog(
        String uri, String folder, UUID job, ByteSize maxRecord, ByteSize roll, Duration rollEvery, RecordFormat format)
        implements Serializable {}
